//! Bodies that are slow or incomplete.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use futures::{StreamExt, stream};

use txjobs_gateway::clock::{Clock, Moment};

use crate::clock::AdjustableClock;

/// The shortest time between two chunks of a slow body.
const MIN_PAUSE: Duration = Duration::from_millis(50);

/// Sends a body in small chunks.
pub(super) fn drip(body: Body, bytes_per_second: u32, clock: AdjustableClock) -> Body {
    let bytes_per_pause = f64::from(bytes_per_second) * MIN_PAUSE.as_secs_f64();
    // Below one byte per pause, the pauses are longer.
    let (chunk_bytes, pause) = match bytes_per_pause >= 1.0 {
        true => (bytes_per_pause as usize, MIN_PAUSE),
        false => (1, Duration::from_secs_f64(1.0 / f64::from(bytes_per_second))),
    };
    let start = (body.into_data_stream(), Bytes::new(), clock.moment());
    Body::from_stream(stream::try_unfold(
        start,
        move |(mut body, mut held, last): (BodyDataStream, Bytes, Moment)| {
            let clock = clock.clone();
            async move {
                while held.is_empty() {
                    match body.next().await {
                        Some(next) => held = next?,
                        None => return Ok(None),
                    }
                }
                let next = last.after(pause);
                clock.sleep_until(next).await;
                let chunk = held.split_to(chunk_bytes.min(held.len()));
                Ok::<_, axum::Error>(Some((chunk, (body, held, next))))
            }
        },
    ))
}

/// Returns the first `after` bytes of a body, without its last byte. If `breaks` is true, the connection ends after them.
pub(super) fn cut_off(body: Body, after: u32, breaks: bool) -> Body {
    let state = CutOffBody {
        body: body.into_data_stream(),
        remaining: after as usize,
        held: Bytes::new(),
        has_ended: false,
    };
    let start = stream::try_unfold(state, async |mut state| {
        Ok::<_, axum::Error>(state.next().await?.map(|chunk| (chunk, state)))
    });
    match breaks {
        true => Body::from_stream(start.map(|chunk| chunk.map_err(Error::other)).chain(connection_error())),
        false => Body::from_stream(start),
    }
}

/// Returns the first `after` bytes of a body, without its last byte, as a body with a known length.
pub(super) async fn truncate(body: Body, after: u32) -> Body {
    match to_bytes(cut_off(body, after, false), usize::MAX).await {
        Ok(bytes) => Body::from(bytes),
        // An error of the body itself stays an error.
        Err(error) => Body::from_stream(stream::once(async { Err::<Bytes, _>(error) })),
    }
}

/// Returns a body that only ends the connection.
pub(super) fn broken_body() -> Body {
    Body::from_stream(connection_error())
}

/// Fails after the chunks before it have been sent.
fn connection_error() -> impl stream::Stream<Item = Result<Bytes, Error>> {
    stream::once(async {
        tokio::task::yield_now().await;
        Err(Error::new(ErrorKind::ConnectionAborted, "a fault ended the response"))
    })
}

/// A body that ends early.
struct CutOffBody {
    body: BodyDataStream,
    remaining: usize,
    /// The last chunk, which is sent when the next one is read, because the last byte must not be sent.
    held: Bytes,
    has_ended: bool,
}

impl CutOffBody {
    async fn next(&mut self) -> Result<Option<Bytes>, axum::Error> {
        while !self.has_ended {
            let next = self.body.next().await.transpose()?;
            let is_last = next.is_none();
            let mut chunk = std::mem::replace(&mut self.held, next.unwrap_or_default());
            let max = if is_last { chunk.len().saturating_sub(1) } else { chunk.len() };
            self.has_ended = is_last || max > self.remaining;
            chunk.truncate(max.min(self.remaining));
            self.remaining -= chunk.len();
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::HttpBody;

    use super::*;

    fn chunks(chunks: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(
            chunks.iter().map(|chunk| Ok::<_, Error>(Bytes::from_static(chunk.as_bytes()))),
        ))
    }

    async fn read(body: Body) -> (String, bool) {
        let mut stream = body.into_data_stream();
        let mut text = String::new();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
                Err(_) => return (text, true),
            }
        }
        (text, false)
    }

    #[tokio::test]
    async fn body_is_cut_off_at_the_byte_and_never_complete() {
        for (after, text) in [(0, ""), (1, "a"), (3, "abc"), (5, "abcde"), (6, "abcde"), (1000, "abcde")] {
            for breaks in [true, false] {
                let body = cut_off(chunks(&["ab", "", "cd", "ef"]), after, breaks);
                assert_eq!(read(body).await, (text.to_owned(), breaks), "{after}");
            }
        }
        assert_eq!(read(cut_off(chunks(&[]), 5, false)).await, (String::new(), false));
        assert_eq!(read(broken_body()).await, (String::new(), true));
        let body = truncate(chunks(&["ab", "cd"]), 1000).await;
        assert_eq!(body.size_hint().exact(), Some(3), "the length is that of the shorter body");
        assert_eq!(read(body).await, ("abc".to_owned(), false));
        assert_eq!(read(truncate(broken_body(), 10).await).await, (String::new(), true));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_body_is_complete_and_has_its_speed() {
        let start = tokio::time::Instant::now();
        let body = drip(chunks(&["0123456789", "0123456789"]), 10, AdjustableClock::new());
        assert_eq!(to_bytes(body, 100).await.unwrap(), "01234567890123456789");
        let took = start.elapsed();
        assert!((Duration::from_millis(1900)..Duration::from_millis(2300)).contains(&took), "{took:?}");
    }
}
