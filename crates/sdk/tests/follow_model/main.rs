//! Property tests of `RunFollower` with simulated servers: it returns each line once and in order, reports the right outcome, and
//! limits its requests.

mod server;

use std::time::Duration;

use proptest::prelude::*;
use txjobs_sdk::{
    ExecutionState, Extensions, Timestamp,
    follow::{RunFollower, Step},
    types::JobExecutionLog,
};

use server::{JOB, NOON, Server, TRIGGER, any_server};

struct FollowedRun {
    /// The new lines of each response.
    batches: Vec<Vec<JobExecutionLog>>,
    state: ExecutionState,
    request_times: Vec<Duration>,
}

/// Follows the run of a simulated server to its end.
fn follow(server: &Server) -> FollowedRun {
    let mut follower = RunFollower::new(JOB, TRIGGER, Duration::ZERO);
    let extensions = Extensions::from_header(server.has_after.then_some("after"));
    let mut run = FollowedRun { batches: Vec::new(), state: ExecutionState::None, request_times: Vec::new() };
    let mut now = Duration::ZERO;
    loop {
        assert!(run.request_times.len() < 10_000, "following ends");
        match follower.step(now) {
            Step::Wait(until) => {
                assert!(until > now, "the wait ends in the future");
                now = until;
            }
            Step::SendStatusRequest(_) => {
                run.request_times.push(now);
                let status = server.status(run.request_times.len(), now);
                now += server.latency;
                follower.handle_status(now, status);
            }
            Step::Send(request) => {
                run.request_times.push(now);
                let response = server.respond(&request, run.request_times.len(), now);
                now += server.latency;
                match response {
                    Ok(executions) => run.batches.push(follower.handle_response(now, executions, extensions)),
                    Err(error) => {
                        let clock = Timestamp::from_unix(NOON.unix_seconds() + now.as_secs() as i64, 0);
                        follower.handle_error(now, clock, error).expect("the error is transient");
                    }
                }
            }
            Step::Ended(state) => {
                run.state = state;
                return run;
            }
            other => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn each_line_is_returned_once_with_the_right_outcome(server in any_server()) {
        let run = follow(&server);
        prop_assert_eq!(run.state, server.outcome);
        for batch in &run.batches {
            prop_assert!(batch.is_sorted_by_key(|line| line.time_stamp));
        }
        let mut texts: Vec<usize> = run.batches.concat().iter().map(|line| line.message.parse().unwrap()).collect();
        // Lines of several responses are only sorted if each line was visible when it was written.
        if server.lines.iter().all(|(visible, written)| visible == written) {
            let line = |text: usize| if server.has_duplicates { text * 2 } else { text };
            let is_sorted = texts.is_sorted_by_key(|&text| server.lines[line(text)].1);
            prop_assert!(is_sorted);
        }
        texts.sort_unstable();
        prop_assert_eq!(texts, (0..server.lines.len()).map(|n| server.text(n)).collect::<Vec<_>>());
    }

    #[test]
    fn requests_in_a_minute_are_at_most_the_maximum(server in any_server()) {
        let request_times = follow(&server).request_times;
        for (n, &first) in request_times.iter().enumerate() {
            let in_a_minute = request_times[n..].iter().take_while(|&&at| at < first + Duration::from_secs(60)).count();
            prop_assert!(in_a_minute as u32 <= RunFollower::MAX_POLLS_PER_MINUTE, "{} from {:?}", in_a_minute, first);
        }
    }

    #[test]
    fn end_is_noticed_soon(server in any_server()) {
        let request_times = follow(&server).request_times;
        let outages = server.outages.iter().map(|(_, until, _)| *until).max().unwrap_or_default();
        let delay = request_times.last().unwrap().saturating_sub(server.end.max(outages));
        // The longest delay is the one after an outage, with its jitter.
        prop_assert!(delay <= Duration::from_secs(75), "{:?}", delay);
    }
}
