//! Due times around changes of the clocks and at the ends of calendars.

use std::time::Instant;

use super::*;

fn due_times(cron: &str, zone: &str) -> DueTimes {
    DueTimes::new(cron.parse().unwrap(), zone).unwrap()
}

fn micros(time: &str) -> Micros {
    time.parse::<Timestamp>().unwrap().as_microsecond()
}

/// Returns the due times after a moment with their local offsets, without the seconds.
fn next(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let times = due_times(cron, zone);
    let due = std::iter::successors(times.next_after(micros(after)), |due| times.next_after(*due));
    let text = |due: Micros| {
        let due = Timestamp::from_microsecond(due).unwrap();
        let text = due.display_with_offset(times.zone.to_offset(due)).to_string();
        text.replacen(":00+", "+", 1).replacen(":00-", "-", 1)
    };
    due.take(count).map(text).collect()
}

#[test]
fn skipped_time_of_the_day_is_due_right_after_the_gap() {
    for (zone, before, expected) in [
        (
            "Europe/Copenhagen",
            "2026-03-27T12:00:00Z",
            ["2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"],
        ),
        (
            "America/New_York",
            "2026-03-07T00:00:00Z",
            ["2026-03-07T02:30-05:00", "2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"],
        ),
    ] {
        assert_eq!(next("30 2 * * *", zone, before, 3), expected, "{zone}");
    }
    // Half an hour is skipped: 02:00 to 02:30.
    assert_eq!(
        next("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T15:00:00Z", 3),
        ["2026-10-03T02:15+10:30", "2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"]
    );
    assert_eq!(
        next("30 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 1),
        ["2026-10-04T02:30+11:00"]
    );
}

#[test]
fn several_skipped_times_of_the_day_are_due_once() {
    assert_eq!(
        next("0,20,40 2 * * *", "Europe/Copenhagen", "2026-03-28T02:00:00Z", 3),
        ["2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00", "2026-03-30T02:20+02:00"]
    );
    // The moment after the gap is due itself.
    assert_eq!(
        next("0 2,3 * * *", "Europe/Copenhagen", "2026-03-28T12:00:00Z", 2),
        ["2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00"]
    );
}

#[test]
fn repeated_time_of_the_day_is_due_the_first_time_only() {
    for (cron, zone, before, expected) in [
        (
            "30 2 * * *",
            "Europe/Copenhagen",
            "2026-10-24T12:00:00Z",
            ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
        ),
        (
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00:00Z",
            ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
        ),
        (
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T00:00:00Z",
            ["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"],
        ),
    ] {
        assert_eq!(next(cron, zone, before, 2), expected, "{zone}");
    }
    // From a moment within the repetition on.
    assert_eq!(
        next("0,45 2 * * *", "Europe/Copenhagen", "2026-10-25T01:10:00Z", 1),
        ["2026-10-26T02:00+01:00"]
    );
}

#[test]
fn intervals_go_on_in_real_time() {
    let times = |zone, after, count| next("*/15 * * * *", zone, after, count);
    assert_eq!(
        times("Europe/Copenhagen", "2026-03-29T00:45:00Z", 2),
        ["2026-03-29T03:00+02:00", "2026-03-29T03:15+02:00"]
    );
    assert_eq!(
        times("America/New_York", "2026-11-01T05:40:00Z", 6),
        [
            "2026-11-01T01:45-04:00",
            "2026-11-01T01:00-05:00",
            "2026-11-01T01:15-05:00",
            "2026-11-01T01:30-05:00",
            "2026-11-01T01:45-05:00",
            "2026-11-01T02:00-05:00"
        ]
    );
    assert_eq!(
        times("Australia/Lord_Howe", "2026-04-04T14:40:00Z", 4),
        [
            "2026-04-05T01:45+11:00",
            "2026-04-05T01:30+10:30",
            "2026-04-05T01:45+10:30",
            "2026-04-05T02:00+10:30"
        ]
    );
    for zone in ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe"] {
        let times = due_times("*/15 * * * *", zone);
        let (mut due, end) = (micros("2025-12-31T00:00:00Z"), micros("2027-01-02T00:00:00Z"));
        while due < end {
            let next = times.next_after(due).unwrap();
            assert_eq!(next - due, 900_000_000, "{zone} at {due}");
            due = next;
        }
    }
}

#[test]
fn skipped_and_repeated_hours_of_intervals_follow_the_local_clock() {
    assert_eq!(
        next("30 * * * *", "Europe/Copenhagen", "2026-03-29T00:00:00Z", 2),
        ["2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"]
    );
    assert_eq!(
        next("30 0-23 * * *", "Europe/Copenhagen", "2026-10-24T23:45:00Z", 3),
        ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00"]
    );
    // Every second local hour. 02:00 is skipped.
    assert_eq!(
        next("0 */2 * * *", "America/New_York", "2026-03-08T04:00:00Z", 3),
        ["2026-03-08T00:00-05:00", "2026-03-08T04:00-04:00", "2026-03-08T06:00-04:00"]
    );
}

#[test]
fn gap_at_midnight_and_days_without_a_date_are_handled() {
    // The clocks go from 00:00 to 01:00.
    assert_eq!(
        next("0 0 * * *", "Africa/Cairo", "2026-04-23T00:00:00Z", 2),
        ["2026-04-24T01:00+03:00", "2026-04-25T00:00+03:00"]
    );
    // Samoa had no 30 December 2011.
    assert_eq!(
        next("0 2 * * *", "Pacific/Apia", "2011-12-29T13:00:00Z", 2),
        ["2011-12-31T00:00+14:00", "2011-12-31T02:00+14:00"]
    );
}

#[test]
fn ends_of_years_and_leap_days_are_due() {
    assert_eq!(
        next("59 23 31 12 *", "Europe/Copenhagen", "2026-12-31T22:59:00Z", 1),
        ["2027-12-31T23:59+01:00"]
    );
    assert_eq!(
        next("@yearly", "America/New_York", "2026-12-31T00:00:00Z", 2),
        ["2027-01-01T00:00-05:00", "2028-01-01T00:00-05:00"]
    );
    assert_eq!(
        next("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 2),
        ["2104-02-29T00:00+00:00", "2108-02-29T00:00+00:00"]
    );
    assert_eq!(next("0 12 * * MON#5", "UTC", "2026-01-01T00:00:00Z", 1), ["2026-03-30T12:00+00:00"]);
    assert_eq!(next("0 12 * * FRI#2", "UTC", "2026-05-01T00:00:00Z", 1), ["2026-05-08T12:00+00:00"]);
    assert_eq!(next("0 12 * * FRI#L", "UTC", "2026-05-01T00:00:00Z", 1), ["2026-05-29T12:00+00:00"]);
    assert_eq!(next("0 12 15W * *", "UTC", "2026-08-01T00:00:00Z", 1), ["2026-08-14T12:00+00:00"]);
    assert_eq!(
        next("0 0 13 * +FRI", "UTC", "2026-01-01T00:00:00Z", 2),
        ["2026-02-13T00:00+00:00", "2026-03-13T00:00+00:00"]
    );
    assert_eq!(next("0 12 L * *", "UTC", "2028-02-01T00:00:00Z", 1), ["2028-02-29T12:00+00:00"]);
    // The day of the month or the day of the week, as in Vixie cron.
    assert_eq!(
        next("0 0 13 * 5", "UTC", "2026-02-01T00:00:00Z", 3),
        ["2026-02-06T00:00+00:00", "2026-02-13T00:00+00:00", "2026-02-20T00:00+00:00"]
    );
    assert_eq!(due_times("0 0 * * *", "UTC").next_after(Micros::MAX), None);
    assert_eq!(due_times("0 0 * * *", "UTC").next_after(micros("9999-12-30T00:00:00Z")), None);
}

#[test]
fn every_time_of_a_clock_is_accepted() {
    for zone in ["Europe/Copenhagen", "America/New_York", "Pacific/Apia", "UTC"] {
        for cron in ["* * * * *", "0 2 * * *"] {
            let times = due_times(cron, zone);
            // 0001-01-01, the earliest time of the contract, and 9999-12-31.
            for time in [Micros::MIN, -62_135_596_800_000_000, 0, 253_402_300_799_999_999, Micros::MAX] {
                let next = times.next_after(time);
                assert!(next.is_none_or(|next| next > time), "{cron} in {zone} at {time}: {next:?}");
                times.between(time, Micros::MAX);
                times.local_text(time);
            }
            assert!(times.next_after(-62_135_596_800_000_000).is_some(), "{cron} in {zone}");
        }
    }
}

#[test]
fn times_in_three_zones_are_due_once_each_day() {
    for zone in ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe"] {
        for cron in ["15 1 * * *", "30 2 * * *", "0 3 * * *", "59 23 * * *", "0 0 * * *"] {
            let times = due_times(cron, zone);
            let mut due = micros("2024-01-01T12:00:00Z");
            let mut dates = Vec::new();
            while due < micros("2029-01-01T12:00:00Z") {
                due = times.next_after(due).unwrap();
                dates.push(times.zone.to_datetime(Timestamp::from_microsecond(due).unwrap()).date());
            }
            for pair in dates.windows(2) {
                assert_eq!(pair[0].tomorrow().unwrap(), pair[1], "{cron} in {zone}");
            }
        }
    }
}

#[test]
fn range_has_the_latest_due_time_and_the_number_of_earlier_ones() {
    let times = due_times("0 2 * * *", "Europe/Copenhagen");
    let range = |after: &str, until: &str| times.between(micros(after), micros(until));
    assert_eq!(range("2026-01-01T01:00:00Z", "2026-01-02T00:59:59Z"), None);
    let expected = |latest: &str, earlier| Some(DueRange { latest: micros(latest), earlier });
    assert_eq!(range("2026-01-01T01:00:00Z", "2026-01-02T01:00:00Z"), expected("2026-01-02T01:00:00Z", 0));
    assert_eq!(range("2026-01-01T01:00:00Z", "2026-01-05T12:00:00Z"), expected("2026-01-05T01:00:00Z", 3));
    // A clock that was set back.
    assert_eq!(range("2026-01-05T12:00:00Z", "2026-01-01T01:00:00Z"), None);
}

#[test]
fn long_range_is_searched_in_a_short_time() {
    let start = Instant::now();
    for (cron, latest) in [
        ("* * * * *", "2046-06-30T15:30:00Z"),
        ("*/15 3 * * *", "2046-06-30T03:45:00Z"),
        ("* * 1 1 *", "2046-01-01T23:59:00Z"),
    ] {
        let found =
            due_times(cron, "UTC").between(micros("2020-01-01T00:00:00Z"), micros("2046-06-30T15:30:30Z"));
        assert_eq!(found, Some(DueRange { latest: micros(latest), earlier: 1000 }), "{cron}");
    }
    // Minutes if every due time were visited.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn local_time_is_written_with_its_offset_and_zone() {
    let times = due_times("0 2 * * *", "Europe/Copenhagen");
    assert_eq!(
        times.local_text(micros("2026-07-01T00:00:00Z")),
        "2026-07-01T02:00:00+02:00 (Europe/Copenhagen)"
    );
}

#[test]
fn nonsense_is_refused_with_what_to_write() {
    let error = |text: &str| format!("{:#}", text.parse::<CronExpression>().unwrap_err());
    for text in ["", "0 2 * *", "0 0 2 * * *", "0 0 2 * * * 2026", "daily"] {
        assert!(error(text).contains(". Write five: minute, hour,"), "{}", error(text));
    }
    assert!(error("@reboot").contains("is not one of: @yearly"), "{}", error("@reboot"));
    for text in [
        "60 2 * * *",
        "0 24 * * *",
        "0 2 0 * *",
        "0 2 32 * *",
        "0 2 * 13 *",
        "0 2 * * 8",
        "a b c d e",
        "*/0 * * * *",
        "1-2-3 * * * *",
        "5/ * * * *",
        "-1 * * * *",
        "0 2 * * MONDAYY",
        "@daily * * * *",
        "1,,2 * * * *",
        "0 2 * * MON#6",
        "\u{0}0 2 * * *",
        "0 2 * * ß",
        "99999999999 * * * *",
    ] {
        let error = error(text);
        assert!(error.contains("Write"), "{text}: {error}");
        assert!(!error.contains("Component") && !error.contains("CronPattern"), "{error}");
    }
    for text in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30 2 +MON"] {
        assert!(error(text).contains("is never due: no year has such a date"), "{text}: {}", error(text));
    }
    assert_eq!(" 0  2 * * mon-fri ".parse::<CronExpression>().unwrap().to_string(), "0 2 * * mon-fri");
    assert_eq!("@Daily".parse::<CronExpression>().unwrap().to_string(), "0 0 * * *");
}
