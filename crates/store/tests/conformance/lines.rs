//! Tests of log lines.

use txjobs_sdk::Severity;
use txjobs_store::{Line, Selection, log_id};

use crate::test_store::{NOW, TestStore, line};

conformance!(
    lines_are_read_in_their_order,
    repeated_append_writes_each_line_once,
    page_ends_at_its_limit,
    lines_of_a_job_are_read_across_runs,
    every_text_is_kept,
    lines_after_an_id_are_selected,
);

async fn lines_are_read_in_their_order(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    assert_eq!(test.store.next_seq(&run).await.unwrap(), 1);
    let lines: Vec<Line> = (0..2500i64)
        .map(|n| Line { time: NOW + n, severity: Severity::from(n % 4), message: format!("line {n}") })
        .collect();
    for (n, chunk) in lines.chunks(700).enumerate() {
        test.store.append_lines(&run, 1 + 700 * i64::try_from(n).unwrap(), chunk).await.unwrap();
    }
    assert_eq!(test.store.next_seq(&run).await.unwrap(), 2501);
    let mut read = Vec::new();
    loop {
        let next = 1 + i64::try_from(read.len()).unwrap();
        let page = test.store.lines(run.number, next..=2500, 1 << 20).await.unwrap();
        read.extend(page.lines.into_iter().map(|(number, stored)| {
            assert_eq!(number, run.number);
            stored.line
        }));
        if page.is_complete {
            break;
        }
    }
    assert_eq!(read, lines);
    let part = test.store.lines(run.number, 3..=5, usize::MAX).await.unwrap();
    assert_eq!(part.lines.iter().map(|(_, stored)| stored.seq).collect::<Vec<_>>(), [3, 4, 5]);
    test.store.append_lines(&run, 2501, &[]).await.unwrap();
}

async fn repeated_append_writes_each_line_once(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    for lines in [&["a", "b", "c"][..], &["a", "b"], &["a", "b", "c", "d"]] {
        let lines: Vec<_> = lines.iter().map(|text| line(*text)).collect();
        test.store.append_lines(&run, 1, &lines).await.unwrap();
    }
    assert_eq!(test.messages(&run).await, ["a", "b", "c", "d"]);
}

async fn page_ends_at_its_limit(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    test.store.append_lines(&run, 1, &vec![line("x".repeat(1000)); 50]).await.unwrap();
    let page = test.store.lines(run.number, 1..=50, 10_000).await.unwrap();
    assert!(!page.is_complete && (5..=12).contains(&page.lines.len()), "{}", page.lines.len());
    let first = test.store.lines(run.number, 1..=50, 1).await.unwrap();
    assert!(!first.is_complete && first.lines.len() == 1);
    let none = test.store.lines(run.number, 51..=60, 1).await.unwrap();
    assert!(none.is_complete && none.lines.is_empty());
}

async fn lines_of_a_job_are_read_across_runs(test: &TestStore) {
    let mut numbers = Vec::new();
    for n in 0..3 {
        let run = test.start_run(test.jobs[0]).await;
        test.store.append_lines(&run, 1, &[line(format!("{n}.1")), line(format!("{n}.2"))]).await.unwrap();
        let result = txjobs_store::RunResult { state: txjobs_sdk::ExecutionState::Completed, error: None };
        test.store.end_run(&run, &result, NOW + 9).await.unwrap();
        numbers.push(run.number);
    }
    let page = test.store.lines_of_job(test.jobs[0], numbers[1]..=numbers[2], usize::MAX).await.unwrap();
    let lines: Vec<_> = page.lines.iter().map(|(n, stored)| (*n, stored.line.message.as_str())).collect();
    let [_, b, c] = numbers[..] else { panic!("three runs") };
    assert_eq!(lines, [(b, "1.1"), (b, "1.2"), (c, "2.1"), (c, "2.2")]);
}

async fn every_text_is_kept(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    let texts = [
        "",
        " ",
        "é 数据 🚀",
        "a\tb\r\u{1b}[31m",
        "'; DROP TABLE lines; --",
        "\u{10ffff}\u{feff}",
        "{},\"\\N",
    ];
    let long = "ü".repeat(1_500_000);
    let lines: Vec<_> = texts.into_iter().chain([long.as_str()]).map(line).collect();
    test.store.append_lines(&run, 1, &lines).await.unwrap();
    let read = test.messages(&run).await;
    assert_eq!(read.len(), lines.len());
    assert!(read.iter().zip(&lines).all(|(read, line)| *read == line.message));
    // PostgreSQL cannot store this character.
    test.store.append_lines(&run, 100, &[line("a\0b")]).await.unwrap();
    let last = test.messages(&run).await.pop().unwrap();
    assert!(last == "a\0b" || last == "a\u{2400}b", "{last:?}");
}

async fn lines_after_an_id_are_selected(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    test.store.append_lines(&run, 1, &[line("a"), line("b"), line("c")]).await.unwrap();
    let select = async |after| {
        let selection = Selection::ByTrigger { trigger_id: run.trigger_id, after };
        test.store.executions(run.job, selection).await.unwrap().remove(0).lines
    };
    assert_eq!(select(None).await, 1..=3);
    assert_eq!(select(Some(log_id::encode(run.id, 2))).await, 3..=3);
    assert_eq!(select(Some(uuid::Uuid::new_v4())).await, 1..=3);
}
