//! Numbers as people read them in a log.

/// With commas: 1,204,733.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn commas_part_thousands() {
        let texts = [0, 12, 999, 1000, 12_345, 123_456, 1_204_733].map(thousands);
        assert_eq!(texts, ["0", "12", "999", "1,000", "12,345", "123,456", "1,204,733"]);
    }
}
