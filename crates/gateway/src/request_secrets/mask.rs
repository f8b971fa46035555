//! Removes secrets from what is written about requests.

use std::collections::VecDeque;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::encode::encode;
use super::secret::MIN_LENGTH;

const MASK: &str = "***";
/// How many tokens are masked. A server may repeat one that was replaced, but not for long.
const MAX_TOKENS: usize = 4;

/// Replaces secrets by asterisks, in the forms in which requests contain them. It has no `Debug`.
#[derive(Default)]
pub(crate) struct SecretMask {
    secrets: Vec<String>,
    tokens: VecDeque<String>,
    /// The forms of all of them, the longest first: a secret may contain another one.
    forms: Vec<String>,
}

impl SecretMask {
    /// Adds a secret. Earlier ones stay, because a server may repeat one that was replaced.
    pub fn add(&mut self, secret: &str) {
        if !self.secrets.iter().any(|other| other == secret) {
            self.secrets.push(secret.to_owned());
            self.collect_forms();
        }
    }

    /// Adds a token that a server chose and replaces often. Only the latest ones stay. One that is short is not added, because other
    /// text would be damaged.
    pub fn add_token(&mut self, token: &str) {
        if token.len() < MIN_LENGTH || self.tokens.iter().any(|other| other == token) {
            return;
        }
        if self.tokens.len() == MAX_TOKENS {
            self.tokens.pop_front();
        }
        self.tokens.push_back(token.to_owned());
        self.collect_forms();
    }

    fn collect_forms(&mut self) {
        let all = self.secrets.iter().chain(&self.tokens);
        self.forms = all.flat_map(|secret| forms(secret)).collect();
        self.forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.forms.dedup();
    }

    /// Adds a secret that a server chose, unless it is so short that other text would be damaged.
    pub fn add_if_long(&mut self, secret: &str) {
        if secret.len() >= MIN_LENGTH {
            self.add(secret);
        }
    }

    /// Returns the text without the secrets.
    pub fn mask(&self, text: &str) -> String {
        self.forms.iter().fold(text.to_owned(), |text, secret| match text.contains(secret.as_str()) {
            true => text.replace(secret.as_str(), MASK),
            false => text,
        })
    }

    /// Returns whether the text contains a secret.
    pub fn is_in(&self, text: &str) -> bool {
        self.forms.iter().any(|secret| text.contains(secret.as_str()))
    }
}

/// Returns a secret in the forms in which requests and their responses contain it.
fn forms(secret: &str) -> [String; 5] {
    let json = serde_json::Value::from(secret).to_string();
    let json = json.trim_matches('"').to_owned();
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let lenient = encode(secret);
    let form = lenient.replace("%20", "+");
    [secret.to_owned(), json, encoded, lenient, form]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_tokens_are_masked_and_their_number_is_bounded() {
        let mut mask = SecretMask::default();
        mask.add("access/token/0");
        for number in 0..100 {
            mask.add_token(&format!("access/token/{number}"));
            mask.add_token(&format!("access/token/{number}"));
            mask.add_token("short");
        }
        for number in [0, 96, 97, 98, 99] {
            assert_eq!(mask.mask(&format!("a access%2Ftoken%2F{number} b")), "a *** b");
        }
        assert_eq!(mask.mask("short access/token/9 access/token/95"), "short access/token/9 access/token/95");
        assert!(mask.forms.len() <= 5 * (MAX_TOKENS + 1), "{}", mask.forms.len());
    }

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
