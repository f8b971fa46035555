use std::collections::HashSet;

use txjobs_sdk::Severity;

use super::*;

const NOW: Micros = 1_773_453_602_117_000;

fn plan(profile: Profile, jobs: u32, executions: u32, longest_run: u32) -> Plan {
    Plan { number: 7, profile, organization: "Contoso".into(), jobs, executions, longest_run }
}

fn pieces(plan: &Plan) -> (Vec<Piece>, Seeded) {
    let mut pieces = Vec::new();
    let seeded = make(plan, NOW, |piece| {
        pieces.push(piece);
        true
    });
    (pieces, seeded.unwrap())
}

/// Everything as if it were in one piece.
fn whole(plan: &Plan) -> Piece {
    let mut whole = Piece::default();
    for piece in pieces(plan).0 {
        if let Some(run) = whole.runs.last_mut() {
            run.lines.extend(piece.more);
        }
        whole.jobs.extend(piece.jobs);
        whole.runs.extend(piece.runs);
    }
    whole
}

#[test]
fn the_same_plan_makes_the_same() {
    for profile in Profile::ALL {
        let plan = plan(profile, 40, 300, 100);
        assert_eq!(whole(&plan), whole(&plan));
        assert_ne!(whole(&plan), whole(&Plan { number: 8, ..plan.clone() }));
    }
}

#[test]
fn another_organization_has_other_ids_and_the_same_texts() {
    let ours = plan(Profile::Warehouse, 40, 300, 0);
    let (ours, theirs) = (whole(&ours), whole(&Plan { organization: "Fabrikam".into(), ..ours.clone() }));
    let ids = |of: &Piece| -> HashSet<Uuid> {
        of.jobs.iter().map(|job| job.id).chain(of.runs.iter().map(|run| run.id)).collect()
    };
    assert_eq!(ids(&ours).len(), 340);
    assert!(ids(&ours).is_disjoint(&ids(&theirs)));
    let names = |of: &Piece| of.jobs.iter().map(|job| job.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    let lines = |of: &Piece| of.runs.iter().map(|run| run.lines.clone()).collect::<Vec<_>>();
    assert_eq!(lines(&ours), lines(&theirs));
}

#[test]
fn the_sizes_are_those_of_the_plan() {
    for profile in Profile::ALL {
        for (jobs, executions, longest) in
            [(1, 0, 0), (1, 1, 1), (1, 300, 30_000), (40, 7, 12), (40, 300, 0), (0, 5, 5)]
        {
            let plan = plan(profile, jobs, executions, longest);
            let (whole, seeded) = (whole(&plan), pieces(&plan).1);
            assert_eq!(whole.jobs.len(), jobs as usize);
            let expected = if jobs == 0 { 0 } else { executions as usize };
            assert_eq!(whole.runs.len(), expected, "{plan:?}");
            let lines: usize = whole.runs.iter().map(|run| run.lines.len()).sum();
            let counted = Seeded {
                jobs: whole.jobs.len() as u64,
                executions: whole.runs.len() as u64,
                lines: lines as u64,
            };
            assert_eq!(seeded, counted);
            let first = whole.jobs.first().map(|job| job.id);
            if let Some(newest) = whole.runs.iter().rev().find(|run| Some(run.job) == first)
                && longest > 0
            {
                assert_eq!(newest.lines.len(), longest as usize, "{plan:?}");
            }
        }
    }
}

#[test]
fn every_job_has_its_share_and_the_first_one_has_some() {
    let whole = whole(&plan(Profile::Warehouse, 100, 1000, 0));
    let count = |job: &SeededJob| whole.runs.iter().filter(|run| run.job == job.id).count();
    assert!(whole.jobs.iter().all(|job| (3..20).contains(&count(job))));
    let one = self::whole(&plan(Profile::Warehouse, 100, 1, 0));
    assert_eq!(one.runs[0].job, one.jobs[0].id);
}

#[test]
fn lines_are_within_their_run_and_in_order() {
    for profile in Profile::ALL {
        for run in whole(&plan(profile, 20, 200, 5000)).runs {
            let times: Vec<_> = run.lines.iter().map(|line| line.time).collect();
            assert!(times.is_sorted());
            assert!(times.iter().all(|time| (run.created_at..=run.ended_at).contains(time)));
            assert!(run.ended_at < NOW);
        }
    }
}

#[test]
fn one_in_five_was_started_from_the_application() {
    let runs = whole(&plan(Profile::Warehouse, 40, 1000, 0)).runs;
    let by_hand = runs.iter().filter(|run| run.trigger_id.is_nil()).count();
    assert!((150..250).contains(&by_hand), "{by_hand}");
    let triggers: HashSet<_> = runs.iter().map(|run| run.trigger_id).collect();
    assert_eq!(triggers.len(), 1001 - by_hand);
}

#[test]
fn an_execution_has_about_five_lines_and_some_far_more() {
    let runs = whole(&plan(Profile::Warehouse, 100, 5000, 0)).runs;
    let lines: usize = runs.iter().map(|run| run.lines.len()).sum();
    assert!((4 * 5000..6 * 5000).contains(&lines), "{lines}");
    assert!(runs.iter().any(|run| run.lines.len() > 200));
}

#[test]
fn a_failed_run_says_why() {
    let runs = whole(&plan(Profile::Warehouse, 100, 3000, 0)).runs;
    for run in runs.iter().filter(|run| run.state == txjobs_sdk::ExecutionState::Failed) {
        let last = &run.lines[run.lines.len().saturating_sub(3)..];
        assert!(last.iter().any(|line| line.severity == Severity::Error), "{run:?}");
    }
}

#[test]
fn the_worst_texts_are_in_the_newest_run_of_the_first_job() {
    for longest in [0, 500, 1] {
        let whole = whole(&plan(Profile::Hostile, 3, 30, longest));
        let newest = whole.runs.iter().rfind(|run| run.job == whole.jobs[0].id).unwrap();
        let has_longest = newest.lines.iter().any(|line| line.message.len() == hostile::LONGEST);
        assert!(has_longest, "{longest}");
        let empty = newest.lines.iter().any(|line| line.message.is_empty());
        assert_eq!(empty, longest != 1);
    }
}

#[test]
fn no_piece_is_large() {
    let (pieces, _) = pieces(&plan(Profile::Warehouse, 50, 500, 100_000));
    assert!(pieces.len() > 4, "{}", pieces.len());
    for piece in pieces {
        let lines = piece.runs.iter().map(|run| run.lines.len()).sum::<usize>() + piece.more.len();
        assert!(lines + piece.jobs.len() + piece.runs.len() <= ROWS);
        let bytes: usize = piece
            .runs
            .iter()
            .flat_map(|run| &run.lines)
            .chain(&piece.more)
            .map(|line| line.message.len())
            .sum();
        assert!(bytes <= BYTES + 1000);
    }
}

#[test]
fn it_stops_when_nobody_wants_it() {
    let mut given = 0;
    let made = make(&plan(Profile::Warehouse, 50, 500, 100_000), NOW, |_| {
        given += 1;
        given < 2
    });
    assert_eq!((made, given), (Err(Unwanted), 2));
}
