//! The ends of commands.

use std::os::unix::fs::PermissionsExt;

use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, is_process_alive, lines, shell_jobs, wait_until};

#[tokio::test]
async fn exit_code_and_worst_line_determine_the_state() {
    let folder = ServerFolder::gateway(&shell_jobs(&[
        ("good", "echo fine", ""),
        ("two is good", "exit 2", "completed = [0, 2]"),
        ("three", "echo begun; exit 3", ""),
        ("warned", "echo a; echo 'a warning'; echo b", "warning = ['(?i)\\bwarn']"),
        ("erred", "echo 'ERROR: no table'; echo 'warn: x'", "warning = ['(?i)\\bwarn']\nerror = ['^ERROR']"),
        ("stderr", "echo oops >&2", ""),
        ("chatty stderr", "echo progress >&2", "stderr = \"information\""),
        ("killed", "kill -9 $$", ""),
    ]));
    let gateway = folder.serve(&[]);
    let run = gateway.run("good").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "fine")]));
    assert_eq!(gateway.run("two is good").await["State"], 2);
    let run = gateway.run("three").await;
    let expected = vec![(0, "begun"), (2, "The command exited with code 3.")];
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(3), expected));
    let run = gateway.run("warned").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(5), vec![(0, "a"), (1, "a warning"), (0, "b")]));
    let run = gateway.run("erred").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(4), vec![(2, "ERROR: no table"), (1, "warn: x")]));
    let run = gateway.run("stderr").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(5), vec![(1, "oops")]));
    assert_eq!(gateway.run("chatty stderr").await["State"], 2);
    let run = gateway.run("killed").await;
    assert_eq!(run["State"], 3);
    assert!(lines(&run)[0].1.contains("signal: 9"), "{run}");
}

#[tokio::test]
async fn missing_program_or_folder_is_named_in_the_log() {
    let folder = ServerFolder::gateway(
        "[[organization]]\nname = \"Contoso\"\n\
         [[organization.job]]\nname = \"no program\"\ncommand = [\"/no/such/program\"]\n\
         [[organization.job]]\nname = \"no folder\"\ncommand = [\"true\"]\ndirectory = \"no-such-folder\"\n",
    );
    let gateway = folder.serve(&[]);
    let run = gateway.run("no program").await;
    assert_eq!(run["State"], 3);
    assert_eq!(lines(&run)[0].1, "The command could not be started: /no/such/program does not exist.");
    let run = gateway.run("no folder").await;
    assert!(lines(&run)[0].1.ends_with("no-such-folder does not exist."), "{run}");
}

#[tokio::test]
async fn start_failure_names_the_interpreter_or_the_line_ends() {
    let job = |name: &str| format!("[[organization.job]]\nname = \"{name}\"\ncommand = [\"./{name}\"]\n");
    let names = ["python.sh", "windows.sh", "env.sh", "empty.sh"];
    let jobs: String = names.into_iter().map(job).collect();
    let folder = ServerFolder::gateway(&format!("[[organization]]\nname = \"Contoso\"\n{jobs}"));
    let texts = [
        "#!/usr/bin/no-such-python4\n",
        "#!/bin/sh\r\necho\r\n",
        "#!/usr/bin/env no-such-python4\n",
        "echo\n",
    ];
    for (name, text) in names.iter().zip(texts) {
        std::fs::write(folder.file(name), text).unwrap();
        std::fs::set_permissions(folder.file(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    let gateway = folder.serve(&[]);
    let message = async |name: &str| {
        let run = gateway.run(name).await;
        assert_eq!(run["State"], 3);
        lines(&run).last().unwrap().1.to_owned()
    };
    let needs = message("python.sh").await;
    assert!(
        needs.starts_with("The command could not be started: ")
            && needs.ends_with("python.sh needs /usr/bin/no-such-python4, which does not exist."),
        "{needs}"
    );
    assert!(message("windows.sh").await.contains("windows.sh has Windows line ends"));
    let needs = message("env.sh").await;
    assert!(
        needs.starts_with("The command exited with code 127: ")
            && needs.ends_with("needs no-such-python4, which is not on PATH."),
        "{needs}"
    );
    assert!(message("empty.sh").await.contains("nor a script that begins with #!"));

    let checked = folder.run(&["check"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(
        checked.stderr.starts_with("The job \"python.sh\" of \"Contoso\" cannot start: /"),
        "{checked:?}"
    );
    assert!(checked.stderr.ends_with("Jobs that cannot start here: 3 of 4.\n"), "{checked:?}");
}

#[tokio::test]
async fn timeout_ends_the_process_group() {
    let script = "sleep 1000 & echo $! > child; echo begun; wait";
    let folder = ServerFolder::gateway(&shell_jobs(&[("long", script, "timeout = \"300ms\"")]));
    let gateway = folder.serve(&[]);
    let run = gateway.run("long").await;
    let reason = "The command took longer than its timeout of 300ms and was ended.";
    let child = std::fs::read_to_string(folder.file("child")).unwrap();
    let ended = format!("Ended with the command: sleep ({}).", child.trim());
    let ended = if cfg!(target_os = "linux") { vec![(0, ended.as_str())] } else { Vec::new() };
    let expected = [vec![(0, "begun")], ended, vec![(2, reason)]].concat();
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(3), expected));
    wait_until("the end of the grandchild", async || (!is_process_alive(&child)).then_some(())).await;
}

#[tokio::test]
async fn cancellation_ends_the_process_group() {
    let script = "trap 'echo cleaned up; exit 0' TERM; sleep 1000 & echo $! > child; echo begun; wait";
    let folder = ServerFolder::gateway(&shell_jobs(&[("long", script, "")]));
    let gateway = folder.serve(&[]);
    let started = gateway.execute("long").await;
    gateway.wait_until(started, |run| lines(run) == [(0, "begun")]).await;
    let body = gateway.call(paths::cancel_job(started.job)).await.json();
    assert_eq!(body["Message"], "The run is being canceled.");
    let run = gateway.wait_for_end(started).await;
    assert_eq!(run["State"], 3);
    let log = lines(&run);
    assert_eq!(log[..2], [(0, "begun"), (0, "cleaned up")]);
    assert_eq!(log.last(), Some(&(2, "Canceled while it was running.")));
    let child = std::fs::read_to_string(folder.file("child")).unwrap();
    wait_until("the end of the grandchild", async || (!is_process_alive(&child)).then_some(())).await;
    // The job can run again.
    let again = gateway.execute("long").await;
    assert_ne!(again.trigger, started.trigger);
}

#[tokio::test]
async fn background_process_does_not_delay_the_end_of_the_run() {
    let script = "sleep 1000 & echo $! > child; echo gone";
    let folder = ServerFolder::gateway(&shell_jobs(&[("daemon", script, "")]));
    let gateway = folder.serve(&[]);
    let run = gateway.run("daemon").await;
    let child = std::fs::read_to_string(folder.file("child")).unwrap();
    let message =
        format!("The command left processes running behind it, which were ended: sleep ({}).", child.trim());
    let message = if cfg!(target_os = "linux") { vec![(0, message.as_str())] } else { Vec::new() };
    let expected = [vec![(0, "gone")], message].concat();
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), expected));
    wait_until("the end of the daemon", async || (!is_process_alive(&child)).then_some(())).await;
}
