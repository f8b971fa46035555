//! The forms in which a secret is searched for, after escapes were decoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::decode::DecodedText;
use super::secret::MIN_LENGTH;

/// How often escapes are decoded, one in another.
pub(super) const MAX_LAYERS: usize = 3;

/// A form of a secret.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub bytes: Vec<u8>,
    /// Whether it is a part of Base64, whose neighbors contain bits of the secret, too.
    pub is_base64: bool,
}

/// Returns the forms of a secret.
pub(super) fn forms(secret: &str) -> Vec<Form> {
    let mut texts = vec![secret.as_bytes().to_vec()];
    // A secret may look as if it had escapes, which are decoded as well.
    let mut text = DecodedText::of(secret);
    for _ in 0..MAX_LAYERS {
        let Some(decoded) = text.decode() else { break };
        text = decoded;
        texts.push(text.bytes.clone());
    }
    // The form encoding of a space.
    texts.extend(secret.contains(' ').then(|| secret.replace(' ', "+").into_bytes()));
    texts.retain(|text| text.as_slice() == secret.as_bytes() || text.len() >= MIN_LENGTH);
    let encoded = (0..3).map(|offset| base64_at(secret, offset)).filter(|text| text.len() >= MIN_LENGTH);
    let encoded = encoded.flat_map(|text| [text.replace('+', "-").replace('/', "_"), text]);
    let encoded = encoded.map(|text| Form { bytes: text.into_bytes(), is_base64: true });
    texts.into_iter().map(|bytes| Form { bytes, is_base64: false }).chain(encoded).collect()
}

/// Returns the characters of Base64 that depend on the secret only, if `offset` bytes are before it in a group of three.
fn base64_at(secret: &str, offset: usize) -> String {
    let bytes = [&[0; 2][..offset], secret.as_bytes()].concat();
    let text = STANDARD_NO_PAD.encode(&bytes);
    let (first, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    text[first..end].to_owned()
}
