//! Durations on the command line.

use std::time::Duration;

/// Parses a duration as `humantime` does, such as `1h30m`. A number without a unit is in seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let duration = if is_number {
        text.parse().map(Duration::from_secs).map_err(|_| "the number is too large".to_owned())
    } else {
        humantime::parse_duration(text).map_err(|error| error.to_string())
    };
    match duration {
        Ok(Duration::ZERO) => Err("it must be longer than zero".to_owned()),
        Ok(duration) => Ok(duration),
        Err(problem) => Err(format!("use a duration such as 90s, 15m, 1h30m, or 1d ({problem})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_with_or_without_units_is_parsed() {
        let seconds = |text| parse(text).map(|duration| duration.as_secs_f64());
        let cases = [
            ("90", 90.0),
            (" 90 ", 90.0),
            ("90s", 90.0),
            ("15m", 900.0),
            ("2h", 7200.0),
            ("1h30m", 5400.0),
            ("1h 30m", 5400.0),
            ("1d", 86_400.0),
            ("500ms", 0.5),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn invalid_duration_is_refused_with_an_example() {
        for invalid in ["", " ", "s", "-5s", "5 apples", "ü", "99999999999999999999h", "99999999999999999999"]
        {
            let error = parse(invalid).unwrap_err();
            assert!(error.contains("1h30m"), "{invalid}: {error}");
        }
        for zero in ["0", "0s", "0h 0m"] {
            assert!(parse(zero).unwrap_err().contains("longer than zero"), "{zero}");
        }
    }
}
