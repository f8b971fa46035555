//! A response body with its validator and its compressed forms, each made once.

use std::io::Write;

use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use flate2::write::GzEncoder;
use serde::Serialize;
use tokio::sync::OnceCell;

use super::validator::Validator;

/// The shortest body that is compressed, as in the compression layer.
const MIN_COMPRESSED_BYTES: usize = 32;
/// Levels 5 to 10 compress a list of ids no better, and 11 takes half a second for 1,000 jobs.
const BROTLI_QUALITY: u32 = 4;
/// The largest window, which is the usual one.
const BROTLI_WINDOW: u32 = 22;
const BROTLI_BUFFER: usize = 4096;

/// The content encoding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

/// A JSON body that is sent repeatedly.
#[derive(Debug)]
pub(super) struct Representation {
    plain: Bytes,
    validator: Validator,
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
}

impl Representation {
    /// Serializes the value as JSON.
    pub fn from_json<T: Serialize>(key_header: &HeaderName, value: &T) -> Self {
        let plain = serde_json::to_vec(value).expect("the contract's types serialize to JSON");
        let validator = Validator::new(key_header, |hash| hash(&plain));
        Self { plain: plain.into(), validator, gzip: OnceCell::new(), brotli: OnceCell::new() }
    }

    /// Returns the number of bytes before compression.
    pub fn len(&self) -> usize {
        self.plain.len()
    }

    /// Returns a response with the body in the best encoding that these request headers accept, or 304 if it has not changed.
    pub async fn respond(&self, headers: &HeaderMap) -> Response {
        let mut response = match self.validator.is_known(headers) {
            true => self.validator.clone().not_modified(),
            false => {
                let (body, encoding) = self.encoded(Encoding::preferred(headers)).await;
                let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
                let mut response = (self.validator.clone(), json, body).into_response();
                if let Some(name) = encoding.name() {
                    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(name));
                }
                response
            }
        };
        response.headers_mut().append(VARY, HeaderValue::from(ACCEPT_ENCODING));
        response
    }

    /// Returns the body in this encoding, or uncompressed if compression does not make it smaller.
    async fn encoded(&self, encoding: Encoding) -> (Bytes, Encoding) {
        let cell = match encoding {
            Encoding::Gzip => &self.gzip,
            Encoding::Brotli => &self.brotli,
            Encoding::Identity => return (self.plain.clone(), Encoding::Identity),
        };
        if self.plain.len() < MIN_COMPRESSED_BYTES {
            return (self.plain.clone(), Encoding::Identity);
        }
        let compress = async || {
            let plain = self.plain.clone();
            // Compressing megabytes takes a while, and other requests must not wait for it.
            tokio::task::spawn_blocking(move || compressed(&plain, encoding)).await
        };
        match cell.get_or_try_init(compress).await {
            Ok(body) => (body.clone(), encoding),
            Err(error) => {
                tracing::error!(%error, "a body could not be compressed");
                (self.plain.clone(), Encoding::Identity)
            }
        }
    }
}

impl Encoding {
    /// Returns the best encoding that a request accepts (RFC 9110, section 12.5.3): by weight, then by size. A request that
    /// accepts none of them gets the plain body; the compression layer refuses it if it does not accept that either.
    fn preferred(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let accepted = values.flat_map(|value| value.split(',')).filter_map(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let encoding = match name.trim() {
                name if name.eq_ignore_ascii_case("br") => Self::Brotli,
                name if name.eq_ignore_ascii_case("gzip") => Self::Gzip,
                name if name.eq_ignore_ascii_case("identity") => Self::Identity,
                _ => return None,
            };
            let weight = weight.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?.parse::<f32>().ok()?;
            // In thousandths: a weight has at most three decimals.
            (weight > 0.0 && weight <= 1.0).then_some(((weight * 1000.0).round() as u16, encoding))
        });
        accepted.max().map_or(Self::Identity, |(_, encoding)| encoding)
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

fn compressed(plain: &[u8], encoding: Encoding) -> Bytes {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let written = match encoding {
        Encoding::Identity => out.write_all(plain),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(&mut out, flate2::Compression::default());
            encoder.write_all(plain).and_then(|()| encoder.try_finish())
        }
        Encoding::Brotli => {
            brotli::CompressorWriter::new(&mut out, BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW)
                .write_all(plain)
        }
    };
    written.expect("writing to a vector does not fail");
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(values: &[&'static str]) -> Encoding {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        Encoding::preferred(&headers)
    }

    #[test]
    fn preferred_encoding_follows_weight_then_size() {
        for (values, expected) in [
            (&[] as &[_], Encoding::Identity),
            (&[""], Encoding::Identity),
            (&["gzip"], Encoding::Gzip),
            (&["br"], Encoding::Brotli),
            (&["gzip, deflate, br, zstd"], Encoding::Brotli),
            (&["GZIP", "Br"], Encoding::Brotli),
            (&["br;q=0.5, gzip;q=0.8"], Encoding::Gzip),
            (&["br; q=0.500 , gzip ; Q=0.501"], Encoding::Gzip),
            (&["br;q=0, gzip;q=0.0"], Encoding::Identity),
            (&["identity, br;q=0.9"], Encoding::Identity),
            (&["br;q=2", "gzip;q=x"], Encoding::Identity),
            (&["deflate, zstd, *"], Encoding::Identity),
        ] {
            assert_eq!(preferred(values), expected, "{values:?}");
        }
    }
}
