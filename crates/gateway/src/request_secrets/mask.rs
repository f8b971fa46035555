//! Removes secrets from what is written about requests.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::encode::encode;
use super::secret::MIN_LENGTH;

const MASK: &str = "***";

/// Replaces secrets by asterisks, in the forms in which requests contain them. It has no `Debug`.
#[derive(Default)]
pub(crate) struct SecretMask(Vec<String>);

impl SecretMask {
    /// Adds a secret. Earlier ones stay, because a server may repeat one that was replaced.
    pub fn add(&mut self, secret: &str) {
        let json = serde_json::Value::from(secret).to_string();
        let json = json.trim_matches('"').to_owned();
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let lenient = encode(secret);
        let form = lenient.replace("%20", "+");
        for form in [secret.to_owned(), json, encoded, lenient, form] {
            if !self.0.contains(&form) {
                self.0.push(form);
            }
        }
        // A secret may contain another one.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// Adds a secret that a server chose, unless it is so short that other text would be damaged.
    pub fn add_if_long(&mut self, secret: &str) {
        if secret.len() >= MIN_LENGTH {
            self.add(secret);
        }
    }

    /// Returns the text without the secrets.
    pub fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| match text.contains(secret.as_str()) {
            true => text.replace(secret.as_str(), MASK),
            false => text,
        })
    }

    /// Returns whether the text contains a secret.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_in_every_form() {
        let mut mask = SecretMask::default();
        mask.add("p\"ss/w rd+1");
        mask.add("p\"ss/w rd+1 and more");
        mask.add("second-secret");
        for text in [
            "p\"ss/w rd+1",
            "p\\\"ss/w rd+1",
            "p%22ss%2Fw%20rd%2B1",
            "p%22ss%2Fw+rd%2B1",
            "p\"ss/w rd+1 and more",
            "second-secret",
            "second%2Dsecret",
        ] {
            assert_eq!(mask.mask(&format!("a {text} b")), "a *** b");
            assert!(mask.is_in(text));
        }
        assert_eq!(mask.mask("second secret"), "second secret");
    }
}
