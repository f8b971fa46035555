//! A year with two nodes, and changes of the clocks in three zones.

use txjobs_gateway::clock::Micros;

use crate::local_clock::{END, START, ZONES};
use crate::simulation::{Simulation, StartedRun};
use crate::test_clock::{DAY, HOUR, MINUTE};

/// The local times of the jobs. In each zone, one is skipped in spring and one is repeated in autumn.
const TIMES: [(u8, u8); 2] = [(1, 45), (2, 15)];

#[tokio::test]
async fn each_due_time_of_a_year_starts_one_run_with_two_nodes() {
    let mut jobs = Vec::new();
    let mut expected = Vec::new();
    for zone in &ZONES {
        for (hour, minute) in TIMES {
            let name = format!("{hour}:{minute} {}", zone.name);
            let lines = format!("schedule = \"{minute} {hour} * * *\"\ntime_zone = \"{}\"", zone.name);
            let due_times = zone.due_times(Micros::from(hour) * HOUR + Micros::from(minute) * MINUTE);
            assert!((368..=369).contains(&due_times.len()), "{name}: {}", due_times.len());
            expected.extend(due_times.into_iter().map(|time| run(time, &name)));
            jobs.push((name, lines));
        }
    }
    jobs.push(("leap day".to_owned(), "schedule = \"0 0 29 2 *\"".to_owned()));
    expected.push(run(START + 61 * DAY, "leap day"));
    jobs.push(("new year".to_owned(), "schedule = \"@yearly\"".to_owned()));
    expected.extend([2, 368].map(|day| run(START + day * DAY, "new year")));
    expected.sort();

    let jobs: Vec<_> = jobs.iter().map(|(name, lines)| (name.as_str(), lines.as_str())).collect();
    let mut simulation = Simulation::postgres(START, &jobs).await;
    let mut started = Vec::new();
    let mut next_expected = expected.iter().peekable();
    for time in (START..=END).step_by(15 * MINUTE as usize) {
        simulation.tick_at(time).await;
        // A run that is not expected stays pending and is found with the next expected one.
        if next_expected.next_if(|run| run.time == time).is_some() {
            while next_expected.next_if(|run| run.time == time).is_some() {}
            started.extend(simulation.finish_runs().await);
        }
    }
    started.extend(simulation.finish_runs().await);
    assert_eq!(started.len(), expected.len());
    for (started, expected) in started.iter().zip(&expected) {
        assert_eq!(started, expected);
    }
}

fn run(time: Micros, job: &str) -> StartedRun {
    StartedRun { time, job: job.to_owned(), cause: None }
}
