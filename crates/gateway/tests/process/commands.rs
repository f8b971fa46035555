//! How commands end.

use std::os::unix::fs::PermissionsExt;

use txjobs_sdk::paths;

use crate::gateway_process::{Home, is_alive, lines, shell_jobs, until};

#[tokio::test]
async fn exit_codes_and_the_worst_line_give_the_state() {
    let home = Home::new(&shell_jobs(&[
        ("good", "echo fine", ""),
        ("two is good", "exit 2", "completed = [0, 2]"),
        ("three", "echo begun; exit 3", ""),
        ("warned", "echo a; echo 'a warning'; echo b", "warning = ['(?i)\\bwarn']"),
        ("erred", "echo 'ERROR: no table'; echo 'warn: x'", "warning = ['(?i)\\bwarn']\nerror = ['^ERROR']"),
        ("stderr", "echo oops >&2", ""),
        ("chatty stderr", "echo progress >&2", "stderr = \"information\""),
        ("killed", "kill -9 $$", ""),
    ]));
    let gateway = home.serve(&[]);
    let ended = async |name: &str| gateway.run(name).await;

    let run = ended("good").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "fine")]));
    assert_eq!(ended("two is good").await["State"], 2);
    let run = ended("three").await;
    let expected = vec![(0, "begun"), (2, "The command exited with code 3.")];
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(3), expected));
    let run = ended("warned").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(5), vec![(0, "a"), (1, "a warning"), (0, "b")]));
    let run = ended("erred").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(4), vec![(2, "ERROR: no table"), (1, "warn: x")]));
    let run = ended("stderr").await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(5), vec![(1, "oops")]));
    assert_eq!(ended("chatty stderr").await["State"], 2);
    let run = ended("killed").await;
    assert_eq!(run["State"], 3);
    assert!(lines(&run)[0].1.contains("signal: 9"), "{run}");
}

#[tokio::test]
async fn what_cannot_start_says_so() {
    let home = Home::new(
        "[[organization]]\nname = \"Contoso\"\n\
         [[organization.job]]\nname = \"no program\"\ncommand = [\"/no/such/program\"]\n\
         [[organization.job]]\nname = \"no folder\"\ncommand = [\"true\"]\ndirectory = \"no-such-folder\"\n",
    );
    let gateway = home.serve(&[]);
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
    let home = Home::new(&format!("[[organization]]\nname = \"Contoso\"\n{jobs}"));
    let texts = [
        "#!/usr/bin/no-such-python4\n",
        "#!/bin/sh\r\necho\r\n",
        "#!/usr/bin/env no-such-python4\n",
        "echo\n",
    ];
    for (name, text) in names.iter().zip(texts) {
        std::fs::write(home.path(name), text).unwrap();
        std::fs::set_permissions(home.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    let gateway = home.serve(&[]);
    let said = async |name: &str| {
        let run = gateway.run(name).await;
        assert_eq!(run["State"], 3);
        lines(&run).last().unwrap().1.to_owned()
    };
    let needs = said("python.sh").await;
    assert!(
        needs.starts_with("The command could not be started: ")
            && needs.ends_with("python.sh needs /usr/bin/no-such-python4, which does not exist."),
        "{needs}"
    );
    assert!(said("windows.sh").await.contains("windows.sh has Windows line ends"));
    let needs = said("env.sh").await;
    assert!(
        needs.starts_with("The command exited with code 127: ")
            && needs.ends_with("needs no-such-python4, which is not on PATH."),
        "{needs}"
    );
    assert!(said("empty.sh").await.contains("nor a script that begins with #!"));

    let checked = home.run(&["check"]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    assert!(said.starts_with("The job \"python.sh\" of \"Contoso\" cannot start: /"), "{said}");
    assert!(said.ends_with("Jobs that cannot start here: 3 of 4.\n"), "{said}");
}

#[tokio::test]
async fn a_timeout_ends_the_whole_group() {
    let script = "sleep 1000 & echo $! > child; echo begun; wait";
    let home = Home::new(&shell_jobs(&[("long", script, "timeout = \"300ms\"")]));
    let gateway = home.serve(&[]);
    let run = gateway.run("long").await;
    let because = "The command took longer than its timeout of 300ms and was ended.";
    let child = std::fs::read_to_string(home.path("child")).unwrap();
    let ended = format!("Ended with the command: sleep ({}).", child.trim());
    let ended = if cfg!(target_os = "linux") { vec![(0, ended.as_str())] } else { Vec::new() };
    let expected = [vec![(0, "begun")], ended, vec![(2, because)]].concat();
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(3), expected));
    until("the end of the grandchild", async || (!is_alive(&child)).then_some(())).await;
}

#[tokio::test]
async fn a_cancellation_ends_the_whole_group() {
    let script = "trap 'echo cleaned up; exit 0' TERM; sleep 1000 & echo $! > child; echo begun; wait";
    let home = Home::new(&shell_jobs(&[("long", script, "")]));
    let gateway = home.serve(&[]);
    let begun = gateway.execute("long").await;
    gateway.until(begun, |run| lines(run) == [(0, "begun")]).await;
    let answer = gateway.ask(paths::cancel_job(begun.0)).await;
    assert_eq!(answer["Message"], "The run is being canceled.");
    let run = gateway.outcome(begun).await;
    assert_eq!(run["State"], 3);
    let said = lines(&run);
    assert_eq!(said[..2], [(0, "begun"), (0, "cleaned up")]);
    assert_eq!(said.last(), Some(&(2, "Canceled while it was running.")));
    let child = std::fs::read_to_string(home.path("child")).unwrap();
    until("the end of the grandchild", async || (!is_alive(&child)).then_some(())).await;
    // And the job can run again.
    let again = gateway.execute("long").await;
    assert_ne!(again.1, begun.1);
}

#[tokio::test]
async fn what_a_command_leaves_behind_does_not_hold_its_run() {
    let script = "sleep 1000 & echo $! > child; echo gone";
    let home = Home::new(&shell_jobs(&[("daemon", script, "")]));
    let gateway = home.serve(&[]);
    let run = gateway.run("daemon").await;
    let child = std::fs::read_to_string(home.path("child")).unwrap();
    let said =
        format!("The command left processes running behind it, which were ended: sleep ({}).", child.trim());
    let said = if cfg!(target_os = "linux") { vec![(0, said.as_str())] } else { Vec::new() };
    let expected = [vec![(0, "gone")], said].concat();
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), expected));
    until("the end of the daemon", async || (!is_alive(&child)).then_some(())).await;
}
