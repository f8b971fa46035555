//! Tests of log lines with reliable and unreliable ids.

use txjobs_sdk::{
    ExecutionState, Extensions,
    follow::{RunFollower, Step},
    types::{JobExecutionLog, LogId},
};

use crate::{JOB, TRIGGER, at, execution, line};

/// Handles responses with lines of (id, text), which all have the same time and severity. Returns the texts of the new lines.
fn new_texts(responses: &[&[(u32, &str)]]) -> Vec<String> {
    new_texts_with(Extensions::default(), responses)
}

/// Does the same for a server with extensions.
fn new_texts_with(extensions: Extensions, responses: &[&[(u32, &str)]]) -> Vec<String> {
    let mut follower = RunFollower::new(JOB, TRIGGER, at(0));
    let mut texts = Vec::new();
    for (minute, lines) in responses.iter().enumerate() {
        let mut running = execution(ExecutionState::Running, &[]);
        running[0].job_execution_logs = lines
            .iter()
            .map(|(id, text)| JobExecutionLog {
                id: LogId(uuid::Uuid::from_u128((*id).into())),
                message: (*text).to_owned(),
                ..line(0)
            })
            .collect();
        let now = at(60 * minute as u64);
        assert!(matches!(follower.step(now), Step::Send(_)));
        let new_lines = follower.handle_response(now, running, extensions);
        texts.extend(new_lines.into_iter().map(|line| line.message));
    }
    texts
}

#[test]
fn line_with_any_id_is_returned_once() {
    // No ids, two equal lines, then a third.
    assert_eq!(
        new_texts(&[&[(0, "a"), (0, "a")], &[(0, "a"), (0, "a"), (0, "b"), (0, "a")]]),
        ["a", "a", "b", "a"]
    );
    // Different ids in each response.
    assert_eq!(new_texts(&[&[(1, "a"), (2, "b")], &[(3, "a"), (4, "b"), (5, "b")]]), ["a", "b", "b"]);
    // One id for all lines.
    assert_eq!(
        new_texts(&[&[(7, "a")], &[(7, "a"), (7, "b")], &[(7, "b"), (7, "a"), (7, "c")]]),
        ["a", "b", "c"]
    );
    assert_eq!(new_texts(&[&[(7, "a"), (7, "a")], &[(7, "a"), (7, "a")]]), ["a", "a"]);
    // Reliable ids: a line with a changed text is the same line, and equal lines with different ids are two lines.
    assert_eq!(
        new_texts(&[&[(1, "10 %"), (2, "b")], &[(1, "20 %"), (2, "b"), (3, "b")]]),
        ["10 %", "b", "b"]
    );
    // Reliable ids in another order, with a new line before an equal known one.
    assert_eq!(new_texts(&[&[(1, "a")], &[(2, "a"), (1, "a")], &[(1, "a"), (2, "a")]]), ["a", "a"]);
    // A line that occurs twice in one response.
    assert_eq!(new_texts(&[&[(1, "a"), (1, "a"), (2, "b")]]), ["a", "b"]);
}

#[test]
fn line_is_returned_once_if_ids_become_unreliable() {
    // The server has `after`. An equal line is requested again with all others, whose ids are reliable.
    let mut responses: Vec<&[_]> = vec![&[(2, "b"), (1, "a")], &[(3, "a")], &[(1, "a"), (2, "b"), (3, "a")]];
    // Then ids are different in each response. The server does not find the last line and sends all, in another order than at first.
    responses.extend([
        [(4, "a"), (5, "b"), (6, "a"), (7, "c")].as_slice(),
        &[(8, "a"), (9, "b"), (10, "a"), (11, "c")],
    ]);
    assert_eq!(new_texts_with(Extensions::ALL, &responses), ["b", "a", "a", "c"]);
}
