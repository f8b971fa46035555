//! Tests of `txjobs` in a terminal: what a person sees.

use std::io::{Read, Write};

use nix::sys::termios::LocalFlags;
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use txjobs_test_support::{TestServer, program, send_signal};

use super::{JOBS, environments::SCRIPT, snapshots::assert_text};

const ROWS: u16 = 60;

/// What a command in a terminal did.
struct Shown {
    code: u32,
    /// The text on the screen at the end.
    screen: String,
    /// All bytes that the terminal got.
    raw: String,
}

/// Runs a command in a terminal of this width. Types each answer when its question is on the screen.
fn run(server: &TestServer, columns: u16, arguments: &[&str], answers: &[(&str, &str)]) -> Shown {
    run_with(server, columns, arguments, answers, |_| {})
}

fn run_with(
    server: &TestServer,
    columns: u16,
    arguments: &[&str],
    answers: &[(&str, &str)],
    change: impl FnOnce(&mut CommandBuilder),
) -> Shown {
    let size = PtySize { rows: ROWS, cols: columns, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(program("txjobs"));
    command.args(arguments);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("TXJOBS_CONFIG_DIR", "/dev/null/txjobs");
    command.env("TXJOBS_DOMAIN", server.address());
    command.env("TXJOBS_API_KEY", server.key());
    change(&mut command);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut writer = pair.master.take_writer().unwrap();
    let mut screen = vt100::Parser::new(ROWS, columns, 0);
    let (mut raw, mut answers) = (Vec::new(), answers.iter());
    let mut next = answers.next();
    let mut buffer = [0; 4096];
    // The terminal reports the end of the command as an error on Linux.
    while let Ok(length @ 1..) = reader.read(&mut buffer) {
        raw.extend_from_slice(&buffer[..length]);
        screen.process(&buffer[..length]);
        if let Some((question, answer)) = next
            && screen.screen().contents().contains(question)
        {
            // The program hides what is typed just after it has asked.
            while *question == "API key" && has_echo(&*pair.master) {
                std::thread::yield_now();
            }
            writeln!(writer, "{answer}").unwrap();
            next = answers.next();
        }
    }
    let code = child.wait().unwrap().exit_code();
    Shown { code, screen: screen.screen().contents(), raw: String::from_utf8_lossy(&raw).into_owned() }
}

fn has_echo(terminal: &dyn MasterPty) -> bool {
    terminal.get_termios().is_some_and(|settings| settings.local_flags.contains(LocalFlags::ECHO))
}

#[test]
fn signal_at_the_prompt_for_the_key_restores_the_terminal() {
    let server = TestServer::emulator(JOBS);
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(program("txjobs"));
    command.arg("jobs");
    command.env_clear();
    command.env("TXJOBS_DOMAIN", server.address());
    let mut child = pair.slave.spawn_command(command).unwrap();
    // The open terminal keeps its settings when the command ends.
    while has_echo(&*pair.master) {
        std::thread::yield_now();
    }
    send_signal("TERM", child.process_id().unwrap());
    assert_eq!(child.wait().unwrap().exit_code(), 143);
    assert!(has_echo(&*pair.master), "what is typed later is shown");
}

#[test]
fn script_passes_in_a_terminal_of_twenty_columns() {
    let server = TestServer::emulator(JOBS);
    let size = PtySize { rows: ROWS, cols: 20, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", SCRIPT]);
    command.env_clear();
    let folder = program("txjobs").parent().unwrap().to_owned();
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    command.env("TERM", "xterm");
    command.env("TXJOBS_DOMAIN", server.address());
    command.env("TXJOBS_API_KEY", server.key());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut text = Vec::new();
    // The terminal reports the end of the script as an error on Linux.
    let _ = pair.master.try_clone_reader().unwrap().read_to_end(&mut text);
    assert_eq!(child.wait().unwrap().exit_code(), 0, "{}", String::from_utf8_lossy(&text));
}

#[test]
fn tables_fit_any_terminal() {
    let server = TestServer::emulator(JOBS);
    for arguments in [&["run", "Errors"][..], &["run", "Sales deliver"]] {
        run(&server, 120, arguments, &[]);
    }
    for columns in [20, 40, 80, 120] {
        assert_text(&format!("terminal_{columns}_jobs"), &run(&server, columns, &["jobs"], &[]).screen);
        assert_text(&format!("terminal_{columns}_status"), &run(&server, columns, &["status"], &[]).screen);
    }
    assert_text("terminal_80_history", &run(&server, 80, &["history", "Errors"], &[]).screen);
}

#[test]
fn each_command_in_a_terminal() {
    let server = TestServer::emulator(JOBS);
    let cases: [(&str, u32, &[&str]); 16] = [
        ("run", 3, &["run", "Errors"]),
        ("run_several", 3, &["run", "Errors", "Sales deliver", "--sequential"]),
        ("run_no_wait", 0, &["run", "Sales deliver", "--no-wait"]),
        ("follow", 3, &["follow", "Errors"]),
        ("logs", 0, &["logs", "Errors"]),
        ("history", 0, &["history", "Errors"]),
        ("open", 2, &["open", "Errors"]),
        ("api", 0, &["api", "get_job_status", "Errors"]),
        ("profile_show", 0, &["profile", "show"]),
        ("profile_list", 0, &["profile", "list"]),
        ("login", 7, &["login", "--domain", "127.0.0.1:1", "--key-store", "file"]),
        ("mcp", 2, &["mcp", "--key-stdin"]),
        ("watch", 2, &["watch", "Nothing"]),
        ("error_job", 2, &["status", "Nothing"]),
        ("error_option", 2, &["run", "Errors", "--timeout", "soon"]),
        ("error_console", 2, &["login", "--console", "nothing"]),
    ];
    for (name, code, arguments) in cases {
        let shown = run(&server, 80, arguments, &[("API key", "any-key")]);
        assert_eq!(shown.code, code, "{arguments:?}: {}", shown.screen);
        assert_text(&format!("terminal_command_{name}"), &shown.screen);
    }
}

#[test]
fn colors_follow_the_terminal_and_the_user() {
    let server = TestServer::emulator(JOBS);
    let has_color = |shown: &Shown| shown.raw.contains("\u{1b}[3");
    assert!(has_color(&run(&server, 80, &["run", "Errors"], &[])));
    let with = |name: &'static str, value: &'static str| {
        run_with(&server, 80, &["run", "Errors"], &[], |command| command.env(name, value))
    };
    assert!(!has_color(&with("NO_COLOR", "1")));
    assert!(!has_color(&with("TERM", "dumb")));
    assert!(!has_color(&run(&server, 80, &["run", "Errors", "--color", "never"], &[])));
}

#[test]
fn log_cannot_act_on_the_terminal() {
    let server = TestServer::emulator(JOBS);
    let shown = run(&server, 80, &["logs", "Errors"], &[]);
    assert!(!shown.raw.contains("\u{1b}[2J") && !shown.raw.contains('\u{202e}'), "{:?}", shown.raw);
    let run = run(&server, 80, &["run", "Errors"], &[]);
    assert_eq!(run.code, 3);
    assert!(run.screen.contains("␛[2J") && !run.raw.contains("\u{1b}[2J"), "{:?}", run.raw);
}

#[test]
fn cancel_asks_before_it_does_harm() {
    let server = TestServer::emulator(JOBS);
    run(&server, 80, &["run", "Endless", "--no-wait"], &[]);
    let kept = run(&server, 80, &["cancel", "Endless"], &[("[y/N]", "n")]);
    assert_eq!(kept.code, 0);
    assert!(kept.screen.contains("Nothing was canceled"), "{}", kept.screen);
    assert!(run(&server, 80, &["status", "Endless"], &[]).screen.contains("running"));
    let canceled = run(&server, 80, &["cancel", "Endless"], &[("[y/N]", "y")]);
    assert!(canceled.screen.contains("Endless is being canceled"), "{}", canceled.screen);
}

#[test]
fn key_is_asked_for_and_not_shown() {
    let server = TestServer::emulator(JOBS);
    let key = server.key().to_owned();
    let shown = run_with(&server, 80, &["jobs"], &[("API key", &key)], |command| {
        command.env_remove("TXJOBS_API_KEY");
    });
    assert_eq!(shown.code, 0, "{}", shown.screen);
    assert!(shown.screen.contains("Sales deliver") && !shown.raw.contains(&key), "{}", shown.screen);
}

#[test]
fn login_asks_for_what_is_missing() {
    let server = TestServer::emulator(JOBS);
    let home = tempfile::tempdir().unwrap();
    let (address, key) = (server.address().to_owned(), server.key().to_owned());
    let answers = [("Domain", address.as_str()), ("API key", key.as_str())];
    let shown = run_with(&server, 80, &["login", "--key-store", "file"], &answers, |command| {
        command.env_remove("TXJOBS_API_KEY");
        command.env_remove("TXJOBS_DOMAIN");
        command.env("TXJOBS_CONFIG_DIR", home.path());
    });
    assert_eq!(shown.code, 0, "{}", shown.screen);
    assert!(shown.screen.contains("It is the default"), "{}", shown.screen);
}

#[test]
fn column_of_next_runs_is_narrowed_before_it_is_left_out() {
    let server = TestServer::gateway(
        r#"
        [[organization]]
        name = "Test"

        [[organization.job]]
        name = "Prepare the sales of all countries for the nightly load of the warehouse"
        command = ["true"]
        schedule = "0 2 * * *"

        [[organization.job]]
        name = "Load"
        command = ["true"]
        after = ["Prepare the sales of all countries for the nightly load of the warehouse"]
        "#,
    );
    let shown = run(&server, 80, &["jobs"], &[]);
    assert!(shown.screen.contains("NEXT RUN"), "{}", shown.screen);
    assert!(shown.screen.contains("after Prepare"), "{}", shown.screen);
}
