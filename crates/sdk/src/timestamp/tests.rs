//! Tests of parsing and writing times.

use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn time_in_every_form_is_the_same_instant() {
    let instant = parsed("2026-03-14T02:00:02.117Z");
    for text in [
        "2026-03-14T02:00:02.117000000Z",
        "2026-03-14T02:00:02.1170000001Z",
        "2026-03-14t02:00:02.117z",
        "2026-03-14 02:00:02.117Z",
        "2026-03-14T03:00:02.117+01:00",
        "2026-03-13T20:30:02.117-05:30",
        "2026-03-14T03:00:02.117+0100",
        "2026-03-14T03:00:02.117+01",
        "2026-03-14T02:00:02,117Z",
        " 2026-03-14T02:00:02.117Z ",
    ] {
        assert_eq!(parsed(text), instant, "{text}");
        assert!(parsed(text).has_zone(), "{text}");
    }
    let without_zone = parsed("2026-03-14T02:00:02.117");
    assert_eq!(without_zone, instant);
    assert!(!without_zone.has_zone());
    assert_eq!(without_zone.to_string(), "2026-03-14T02:00:02.117Z");
}

#[test]
fn text_that_is_not_a_time_is_refused() {
    for text in [
        "",
        "soon",
        "2026-03-14",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-03-14T24:00:00Z",
        "2026-03-14T02:00:02.Z",
        "2026-03-14T02:00:02+1",
        "2026-03-14T02:00:02+01:00x",
        "2026-03-14T02:00:02 Z",
        "+026-03-14T02:00:02Z",
        "2026-03-14T02:00:02é",
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
    }
}

#[test]
fn default_date_of_dotnet_is_parsed() {
    assert_eq!(parsed("0001-01-01T00:00:00").to_string(), "0001-01-01T00:00:00Z");
    assert!(!parsed("0001-01-01T00:00:00").is_known() && !parsed("1969-12-31T23:59:59.999Z").is_known());
    assert!(parsed("1970-01-01T00:00:00Z").is_known());
}

#[test]
fn since_returns_the_duration_between_two_times() {
    let start = parsed("2026-03-14T02:00:02.9Z");
    assert_eq!(parsed("2026-03-14T02:00:04.1Z").since(start), Some(Duration::from_millis(1200)));
    assert_eq!(start.since(start), Some(Duration::ZERO));
    assert_eq!(parsed("2026-03-14T02:00:02.8Z").since(start), None);
    assert_eq!(parsed("2026-03-14T02:00:01Z").since(start), None);
}

#[test]
fn negative_milliseconds_are_before_1970() {
    let time = Timestamp::from_unix_millis(-1);
    assert_eq!(time.to_string(), "1969-12-31T23:59:59.999Z");
    assert_eq!(time.unix_millis(), -1);
    let system = std::time::UNIX_EPOCH - Duration::from_millis(1);
    assert_eq!(Timestamp::from(system), time);
}

proptest! {
    #[test]
    fn parse_and_display_agree_with_jiff(seconds in -62_135_596_800i64..253_402_300_799, nanos in 0u32..NANOS_PER_SECOND, minutes in -1439i32..=1439) {
        let actual = Timestamp::from_unix(seconds, nanos);
        let expected = jiff::Timestamp::new(seconds, 0).unwrap().checked_add(jiff::SignedDuration::from_nanos(nanos.into())).unwrap();
        prop_assert_eq!(actual.to_string().parse::<jiff::Timestamp>().unwrap(), expected);
        prop_assert_eq!(expected.to_string().parse::<Timestamp>().unwrap(), actual);
        let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap();
        let local = expected.display_with_offset(offset).to_string();
        if !local.starts_with('-') && local.len() < 40 {
            prop_assert_eq!(local.parse::<Timestamp>().unwrap(), actual, "{}", local);
        }
    }

    #[test]
    fn parse_never_panics(text in ".{0,40}") {
        let _ = text.parse::<Timestamp>();
    }
}
