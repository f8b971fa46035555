//! The timeline: which time it shows, and where a run lies in it.

use std::fmt;

use txjobs_sdk::{ExecutionState, Timestamp};

use super::outcome::severity;
use crate::model::{
    format::Zone,
    history::RunSummary,
    query::{decode, encode},
    sort::sorted_indices,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of time that the timeline can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// In milliseconds.
    pub length: i64,
    /// Distance of the lines behind the bars, in milliseconds.
    step: i64,
    /// Value of the query parameter.
    pub name: &'static str,
}

/// All spans, the shortest first.
pub const SPANS: [Span; 7] = [
    Span { length: HOUR, step: 10 * MINUTE, name: "1h" },
    Span { length: 3 * HOUR, step: 30 * MINUTE, name: "3h" },
    Span { length: 6 * HOUR, step: HOUR, name: "6h" },
    Span { length: 12 * HOUR, step: 2 * HOUR, name: "12h" },
    Span { length: DAY, step: 3 * HOUR, name: "24h" },
    Span { length: 3 * DAY, step: 12 * HOUR, name: "3d" },
    Span { length: 7 * DAY, step: DAY, name: "7d" },
];

impl Span {
    pub const DAY: Self = SPANS[4];
    pub const WEEK: Self = SPANS[6];

    /// Returns the next shorter span.
    pub fn shorter(self) -> Option<Self> {
        self.index().checked_sub(1).map(|index| SPANS[index])
    }

    /// Returns the next longer span.
    pub fn longer(self) -> Option<Self> {
        SPANS.get(self.index() + 1).copied()
    }

    fn index(self) -> usize {
        SPANS.iter().position(|span| *span == self).unwrap_or_default()
    }
}

/// What the timeline shows. Encoded in the URL query.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineOptions {
    pub span: Span,
    /// The end of the shown time. `None` follows the current time.
    pub end: Option<Timestamp>,
    /// Shows jobs whose name contains this text, ignoring case.
    pub name: String,
}

impl Default for TimelineOptions {
    fn default() -> Self {
        Self { span: Span::DAY, end: None, name: String::new() }
    }
}

impl TimelineOptions {
    /// Parses the URL query. Unknown parameters and values are ignored.
    pub fn parse(query: &str) -> Self {
        let mut options = Self::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            match key {
                "span" => {
                    let span = SPANS.into_iter().find(|span| span.name == value);
                    options.span = span.unwrap_or(options.span);
                }
                "end" => options.end = value.parse().ok(),
                "name" => options.name = value,
                _ => {}
            }
        }
        options
    }

    /// Returns the shown time. The current time lies a little before the right edge.
    pub fn window(&self, now: i64) -> TimeWindow {
        let end = self.end.map_or(now + self.span.length / 50, Timestamp::unix_millis);
        TimeWindow { start: end - self.span.length, end }
    }

    /// Returns the options with another span around the middle of the shown time. A timeline that follows the current
    /// time continues to do so.
    #[must_use]
    pub fn with_span(&self, span: Span, now: i64) -> Self {
        let end = self.end.map(|_| {
            let TimeWindow { start, end } = self.window(now);
            Timestamp::from_unix_millis(start + (end - start) / 2 + span.length / 2)
        });
        Self { span, end, name: self.name.clone() }.following(now)
    }

    /// Returns the options moved by half of the span. `parts` is the number of halves; negative numbers go back.
    #[must_use]
    pub fn moved(&self, parts: i64, now: i64) -> Self {
        let end = self.window(now).end + parts * self.span.length / 2;
        Self { end: Some(Timestamp::from_unix_millis(end)), ..self.clone() }.following(now)
    }

    /// Follows the current time instead of showing the future.
    fn following(self, now: i64) -> Self {
        let is_future = self.end.is_some_and(|end| end.unix_millis() >= now);
        Self { end: self.end.filter(|_| !is_future), ..self }
    }
}

impl fmt::Display for TimelineOptions {
    /// Writes the URL query with its leading `?`. Writes nothing for the default options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = Vec::new();
        if self.span != Span::DAY {
            pairs.push(format!("span={}", self.span.name));
        }
        if let Some(end) = self.end {
            pairs.push(format!("end={}", encode(&end.to_string())));
        }
        if !self.name.is_empty() {
            pairs.push(format!("name={}", encode(&self.name)));
        }
        if pairs.is_empty() { Ok(()) } else { write!(f, "?{}", pairs.join("&")) }
    }
}

/// A time range in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindow {
    pub start: i64,
    pub end: i64,
}

impl TimeWindow {
    /// Returns the position of a time: 0 is the start and 1 the end. Times outside are negative or greater than 1.
    pub fn position(self, millis: i64) -> f64 {
        (millis - self.start) as f64 / (self.end - self.start) as f64
    }
}

/// A run on the timeline. Positions are fractions of the width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub run: RunSummary,
    pub left: f64,
    pub width: f64,
}

/// Returns the runs that were active in the window, the oldest first. A run that has not ended lasts until `now`.
pub fn bars(runs: &[RunSummary], window: TimeWindow, now: i64) -> Vec<Bar> {
    let bar = |run: &RunSummary| {
        let start = run.created?.unix_millis();
        let end = match run.ended {
            Some(end) => end.unix_millis().max(start),
            None if run.state.is_final() => start,
            None => now.max(start),
        };
        if end < window.start || start > window.end {
            return None;
        }
        let left = window.position(start.max(window.start));
        let right = window.position(end.min(window.end));
        Some(Bar { run: *run, left, width: right - left })
    };
    let bars: Vec<_> = runs.iter().filter_map(bar).collect();
    let oldest_first = sorted_indices(bars.len(), &|a, b| bars[a].run.created.cmp(&bars[b].run.created));
    oldest_first.into_iter().map(|at| bars[at]).collect()
}

/// Runs that are drawn as one bar, because they are too close to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// At least one, the oldest first.
    pub runs: Vec<RunSummary>,
    pub left: f64,
    pub width: f64,
}

impl Group {
    /// Returns the state of the worst run.
    pub fn worst_state(&self) -> ExecutionState {
        let states = self.runs.iter().map(|run| run.state);
        states.max_by_key(|state| severity(*state)).unwrap_or(ExecutionState::None)
    }

    /// Returns the number of runs with this state.
    pub fn count(&self, state: ExecutionState) -> usize {
        self.runs.iter().filter(|run| run.state == state).count()
    }

    /// Returns what a closer look at these runs shows: the longest span of which they fill at most a half.
    pub fn closer_look(&self, options: &TimelineOptions, now: i64) -> Option<TimelineOptions> {
        let start = self.runs.first()?.created?.unix_millis();
        let last = self.runs.last()?;
        let end = last.ended.or(last.created)?.unix_millis();
        let shorter = options.span.shorter()?;
        let fitting = SPANS.into_iter().rev().filter(|span| span.length <= shorter.length);
        let span = fitting.min_by_key(|span| (span.length < 2 * (end - start), span.length))?;
        let end = Timestamp::from_unix_millis(start + (end - start) / 2 + span.length / 2);
        Some(TimelineOptions { span, end: Some(end), ..options.clone() }.following(now))
    }
}

/// Joins bars that are closer than `min_width`, and makes all at least that wide. A group of several runs is at least
/// `min_group_width` wide, for their number. Each is moved to the left if it would end after the right edge, but not over the one
/// before.
pub fn group(bars: &[Bar], min_width: f64, min_group_width: f64) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut previous_end = 0.0_f64;
    for bar in bars {
        let left = bar.left.min(1.0 - min_width).max(0.0);
        let width = bar.left + bar.width - left;
        match groups.last_mut().filter(|last| left < last.left + last.width) {
            Some(last) => {
                // Without the minimum width, so that a row of short runs does not become a single group.
                last.width = last.width.max(left + width - last.left).max(min_group_width);
                last.left = last.left.min(1.0 - last.width).max(previous_end);
                last.runs.push(bar.run);
            }
            None => {
                previous_end = groups.last().map_or(0.0, |last| last.left + last.width);
                groups.push(Group { runs: vec![bar.run], left, width: width.max(min_width) });
            }
        }
    }
    groups
}

/// A line behind the bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub position: f64,
    pub label: String,
    /// Whether a day begins here.
    pub is_midnight: bool,
}

/// Returns the lines behind the bars, at full hours and days of the time zone.
pub fn ticks(window: TimeWindow, span: Span, zone: Zone) -> Vec<Tick> {
    let local = |millis: i64| millis + (zone.offset)(millis) * MINUTE;
    let mut ticks = Vec::new();
    let mut next = local(window.start).div_euclid(span.step) * span.step;
    loop {
        next += span.step;
        // The offset a moment before may differ, when the clocks are changed.
        let guess = next - (zone.offset)(next) * MINUTE;
        let millis = next - (zone.offset)(guess) * MINUTE;
        if millis > window.end {
            return ticks;
        }
        let at = Timestamp::from_unix_millis(millis);
        let is_midnight = local(millis).rem_euclid(DAY) == 0;
        let label = if is_midnight { zone.weekday_and_date(at) } else { zone.minutes(at) };
        ticks.push(Tick { position: window.position(millis), label, is_midnight });
    }
}

#[cfg(test)]
mod tests {
    use txjobs_sdk::ExecutionState;

    use super::*;
    use crate::test_data;

    fn millis(time: &str) -> i64 {
        time.parse::<Timestamp>().unwrap().unix_millis()
    }

    fn run(state: ExecutionState, created: &str, ended: &str) -> RunSummary {
        RunSummary::from_execution(&test_data::run(state, created, ended))
    }

    #[test]
    fn query_of_options_parses_to_the_same_options() {
        for query in ["", "?span=7d", "?span=1h&end=2026-03-14T02%3A00%3A00Z&name=a%20%26b", "?name=x"] {
            let options = TimelineOptions::parse(query.trim_start_matches('?'));
            assert_eq!(options.to_string(), query);
        }
        assert_eq!(TimelineOptions::parse("span=9y&end=never&x"), TimelineOptions::default());
    }

    #[test]
    fn bars_are_cut_at_the_window() {
        let window =
            TimeWindow { start: millis("2026-03-14T00:00:00Z"), end: millis("2026-03-15T00:00:00Z") };
        let now = millis("2026-03-14T12:00:00Z");
        let runs = [
            run(ExecutionState::Running, "2026-03-14T06:00:00Z", ""),
            run(ExecutionState::Completed, "2026-03-13T18:00:00Z", "2026-03-14T06:00:00Z"),
            run(ExecutionState::Completed, "2026-03-13T18:00:00Z", "2026-03-13T19:00:00Z"),
            run(ExecutionState::Failed, "2026-03-14T18:00:00Z", "2026-03-14T17:00:00Z"),
            run(ExecutionState::Failed, "", ""),
        ];
        let found: Vec<_> = bars(&runs, window, now).iter().map(|bar| (bar.left, bar.width)).collect();
        assert_eq!(found, [(0.0, 0.25), (0.25, 0.25), (0.75, 0.0)]);
    }

    #[test]
    fn groups_have_space_for_their_number_and_never_overlap() {
        let window =
            TimeWindow { start: millis("2026-03-14T00:00:00Z"), end: millis("2026-03-15T00:00:00Z") };
        let run = |minute: i64| {
            let time = |minute| Timestamp::from_unix_millis(window.start + minute * MINUTE).to_string();
            run(ExecutionState::Completed, &time(minute), &time(minute + 1))
        };
        let every_five_minutes: Vec<_> = (0..1440).step_by(5).map(run).collect();
        let with_a_late_group: Vec<_> = [600, 1380, 1436, 1437].map(run).to_vec();
        for (runs, step) in [(every_five_minutes, 0.02), (with_a_late_group, 0.04)] {
            let groups = group(&bars(&runs, window, window.end), step, 0.05);
            assert_eq!(groups.iter().map(|group| group.runs.len()).sum::<usize>(), runs.len());
            for group in groups.iter().filter(|group| group.runs.len() > 1) {
                assert!(group.width >= 0.05, "{group:?}");
            }
            for pair in groups.windows(2) {
                assert!(pair[0].left + pair[0].width <= pair[1].left + 1e-9, "{pair:?}");
            }
            assert!(groups.iter().all(|group| group.left >= 0.0 && group.left < 1.0), "{groups:?}");
        }
    }

    #[test]
    fn close_runs_are_joined_and_stay_in_the_window() {
        use ExecutionState as S;
        let window =
            TimeWindow { start: millis("2026-03-14T00:00:00Z"), end: millis("2026-03-15T00:00:00Z") };
        let runs = [
            run(S::Completed, "2026-03-14T06:00:00Z", "2026-03-14T06:01:00Z"),
            run(S::Failed, "2026-03-14T06:30:00Z", "2026-03-14T06:31:00Z"),
            run(S::CompletedWithWarnings, "2026-03-14T07:10:00Z", "2026-03-14T07:11:00Z"),
            run(S::Completed, "2026-03-14T12:00:00Z", "2026-03-14T18:00:00Z"),
            run(S::Completed, "2026-03-14T23:59:00Z", "2026-03-14T23:59:30Z"),
        ];
        let groups = group(&bars(&runs, window, window.end), 1.0 / 24.0, 1.0 / 24.0);
        let found: Vec<_> = groups.iter().map(|group| (group.runs.len(), group.worst_state())).collect();
        assert_eq!(
            found,
            [(2, S::Failed), (1, S::CompletedWithWarnings), (1, S::Completed), (1, S::Completed)]
        );
        assert_eq!((groups[2].left, groups[2].width), (0.5, 0.25));
        assert!((groups[3].left + groups[3].width - 1.0).abs() < 1e-9);
        let options =
            TimelineOptions { end: "2026-03-15T00:00:00Z".parse().ok(), ..TimelineOptions::default() };
        let closer = groups[0].closer_look(&options, window.end).unwrap();
        assert_eq!((closer.span.name, closer.end), ("3h", "2026-03-14T07:45:30Z".parse().ok()));
        let shortest = TimelineOptions { span: SPANS[0], ..options };
        assert_eq!(groups[0].closer_look(&shortest, window.end), None);
    }

    #[test]
    fn zoom_keeps_the_middle_and_never_shows_the_future() {
        let now = millis("2026-03-14T12:00:00Z");
        let options =
            TimelineOptions { end: "2026-03-14T00:00:00Z".parse().ok(), ..TimelineOptions::default() };
        let shorter = options.with_span(Span::DAY.shorter().unwrap(), now);
        assert_eq!(shorter.end, "2026-03-13T18:00:00Z".parse().ok());
        assert_eq!(shorter.with_span(Span::WEEK, now).end, None, "the end would be in the future");
        assert_eq!(TimelineOptions::default().moved(1, now).end, None);
        let back = TimelineOptions::default().moved(-2, now);
        assert_eq!(back.window(now).end, now + DAY / 50 - DAY);
        assert_eq!((Span::WEEK.longer(), SPANS[0].shorter()), (None, None));
    }

    #[test]
    fn ticks_are_full_hours_of_the_time_zone() {
        let window =
            TimeWindow { start: millis("2026-03-13T12:00:00Z"), end: millis("2026-03-14T12:00:00Z") };
        // Half an hour before UTC.
        let zone = Zone { offset: |_| 30 };
        let labels: Vec<_> = ticks(window, Span::DAY, zone).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["15:00", "18:00", "21:00", "Sat 14 Mar", "03:00", "06:00", "09:00", "12:00"]);
        let week = TimeWindow { start: window.end - Span::WEEK.length, end: window.end };
        assert_eq!(ticks(week, Span::WEEK, Zone::UTC).len(), 7);
    }

    #[test]
    fn ticks_stay_in_order_when_clocks_change() {
        // One hour less from 2026-03-29T01:00:00Z on, as in Copenhagen.
        let zone = Zone { offset: |millis| if millis >= 1_774_746_000_000 { 120 } else { 60 } };
        let window =
            TimeWindow { start: millis("2026-03-28T22:00:00Z"), end: millis("2026-03-29T10:00:00Z") };
        let positions: Vec<_> = ticks(window, SPANS[2], zone).into_iter().map(|tick| tick.position).collect();
        assert!(positions.is_sorted() && positions.len() >= 11, "{positions:?}");
    }
}
