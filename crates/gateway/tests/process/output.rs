//! The output of commands.

use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, lines, shell_jobs};

#[tokio::test]
async fn lines_are_visible_while_the_command_runs() {
    let script = "echo one; while [ ! -e go ]; do sleep 0.01; done; echo two";
    let folder = ServerFolder::gateway(&shell_jobs(&[("waits", script, "")]));
    let gateway = folder.serve(&[]);
    let started = gateway.execute("waits").await;
    let run = gateway.wait_until(started, |run| lines(run) == [(0, "one")]).await;
    assert_eq!((run["State"].as_i64(), run["EndTime"].is_null()), (Some(1), true));
    assert_eq!(gateway.call(paths::get_job_status(started.job)).await.json()["Status"], 2);
    std::fs::write(folder.file("go"), "").unwrap();
    let run = gateway.wait_for_end(started).await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "one"), (0, "two")]));
}

#[tokio::test]
async fn many_lines_keep_their_order_and_the_last_one_needs_no_line_end() {
    let script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo \"line $i\"; done; printf last";
    let folder = ServerFolder::gateway(&shell_jobs(&[("many", script, "")]));
    let gateway = folder.serve(&[]);
    let run = gateway.run("many").await;
    let lines = lines(&run);
    assert_eq!(lines.len(), 20_001);
    for (n, (severity, message)) in (1..).zip(&lines[..20_000]) {
        assert_eq!((*severity, *message), (0, format!("line {n}").as_str()));
    }
    assert_eq!(lines[20_000], (0, "last"));
    let times: Vec<_> =
        run["JobExecutionLogs"].as_array().unwrap().iter().map(|l| l["TimeStamp"].as_str()).collect();
    assert!(times.iter().all(Option::is_some));
}

#[tokio::test]
async fn invalid_utf8_is_replaced_and_long_lines_are_split() {
    let script = r"printf 'a\377b\r\nz\000z\n'; head -c 2500000 /dev/zero | tr '\0' x";
    let folder = ServerFolder::gateway(&shell_jobs(&[("odd", script, "")]));
    let gateway = folder.serve(&[]);
    let run = gateway.run("odd").await;
    let lines = lines(&run);
    assert_eq!(lines[..2], [(0, "a\u{fffd}b"), (0, "z\0z")]);
    let lengths: Vec<_> = lines[2..].iter().map(|l| l.1.len()).collect();
    assert_eq!(lengths, [1_048_576, 1_048_576, 402_848]);
}

#[tokio::test]
async fn command_gets_the_ids_of_its_run_and_no_key() {
    let script =
        "echo $TXJOBS_JOB_ID; echo $TXJOBS_TRIGGER_ID; echo ${TXJOBS_API_KEY-none}; echo $COLOR; pwd";
    let more = "environment = { COLOR = \"blue\" }\ndirectory = \"sub\"";
    let folder = ServerFolder::gateway(&shell_jobs(&[("env", script, more)]));
    std::fs::create_dir(folder.file("sub")).unwrap();
    let mut serve = folder.serve_command(&[]);
    serve.env("TXJOBS_API_KEY", "a-key-for-this-test-only");
    let gateway = folder.start(serve);
    let run = gateway.run("env").await;
    let output: Vec<_> = lines(&run).into_iter().map(|(_, message)| message).collect();
    assert_eq!(output[..2], [run["JobId"].as_str().unwrap(), run["TriggerId"].as_str().unwrap()]);
    assert_eq!(output[2..4], ["none", "blue"]);
    assert!(output[4].ends_with("/sub"), "{}", output[4]);
}

#[tokio::test]
async fn prompt_is_visible_while_the_command_waits() {
    let script = "printf 'Copying … '; while [ ! -e go ]; do sleep 0.01; done; echo done";
    let folder = ServerFolder::gateway(&shell_jobs(&[("waits", script, "")]));
    let gateway = folder.serve(&[]);
    let started = gateway.execute("waits").await;
    gateway.wait_until(started, |run| lines(run) == [(0, "Copying … ")]).await;
    std::fs::write(folder.file("go"), "").unwrap();
    assert_eq!(lines(&gateway.wait_for_end(started).await), [(0, "Copying … "), (0, "done")]);
}

#[tokio::test]
async fn merged_standard_error_keeps_the_order_of_writing() {
    let script = "i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo \"out $i\"; echo \"err $i\" >&2; done";
    let more = "stderr = \"merge\"\nerror = ['^err 7$']";
    let folder = ServerFolder::gateway(&shell_jobs(&[("both", script, more)]));
    let gateway = folder.serve(&[]);
    let run = gateway.run("both").await;
    let expected: Vec<_> = (1..=500).flat_map(|n| [format!("out {n}"), format!("err {n}")]).collect();
    assert_eq!(lines(&run).iter().map(|line| line.1).collect::<Vec<_>>(), expected);
    assert_eq!(lines(&run).iter().filter(|line| line.0 != 0).collect::<Vec<_>>(), [&(2, "err 7")]);
    assert_eq!(run["State"], 4);
}

#[tokio::test]
async fn output_is_decoded_with_the_encoding_of_the_job() {
    let wide = r"printf '\377\376\104\000\366\000\n\000\r\000\n\000o\000k\000\n\000'";
    let folder = ServerFolder::gateway(&shell_jobs(&[
        ("wide", wide, "encoding = \"utf-16le\"\nerror = ['^D']"),
        ("narrow", r"printf 'D\366ner\n'", "encoding = \"latin1\""),
    ]));
    let gateway = folder.serve(&[]);
    assert_eq!(lines(&gateway.run("wide").await), [(2, "Dö"), (0, ""), (0, "ok")]);
    assert_eq!(lines(&gateway.run("narrow").await), [(0, "Döner")]);
}
