use super::*;

fn complaint(text: &str) -> String {
    format!("{:#}", parse(text, Path::new("/base")).unwrap_err())
}

fn job(lines: &str) -> String {
    format!("[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{lines}\n")
}

#[test]
fn a_command_with_its_defaults() {
    let config =
        parse(&job("command = [\"python3\", \"load.py\"]\ndirectory = \"jobs\""), Path::new("/base"))
            .unwrap();
    assert_eq!(config.key_header, "apikey");
    let Work::Command(command) = &config.organizations[0].jobs[0].work else { panic!() };
    assert_eq!(
        (command.program.as_str(), command.arguments.as_slice()),
        ("python3", &["load.py".to_owned()][..])
    );
    assert_eq!(command.directory, Path::new("/base/jobs"));
    assert_eq!(
        (command.completed.as_slice(), command.stderr, command.timeout),
        (&[0][..], StandardError::Separate(Severity::Warning), None)
    );
}

#[test]
fn an_id_is_stable_and_follows_both_names() {
    let id = |text: &str| parse(text, Path::new("")).unwrap().organizations[0].jobs[0].id;
    let text = job("command = [\"x\"]");
    // Written down: were it to change, every history would be lost.
    assert_eq!(id(&text).to_string(), "f670d19a-e63c-5e5f-8b4d-1d0d274859aa");
    assert_ne!(id(&text), id(&text.replace("Load", "Deliver")));
    assert_ne!(id(&text), id(&text.replace("Contoso", "Fabrikam")));
}

#[test]
fn a_script_with_history() {
    let text = job(
        "[organization.job.script]
         state = \"completed with errors\"
         lines = [ { after = \"10ms\", message = \"Batch {n} of 44\", repeat = 44 }, { severity = \"error\", message = \"x\" } ]
         [[organization.job.script.history]]
         state = \"failed\"
         weight = 3",
    );
    let config = parse(&text, Path::new("")).unwrap();
    let Work::Script(script) = &config.organizations[0].jobs[0].work else { panic!() };
    assert_eq!(script.outcome.state.label(), Some("completed with errors"));
    assert_eq!(script.outcome.steps[0].message(7), "Batch 7 of 44");
    assert_eq!((script.history[0].weight, script.history[0].steps.len()), (3, 2));
    assert_eq!(script.every, DAY);
}

#[test]
fn key_header_that_http_uses_itself_is_refused() {
    for name in ["Host", "content-length", "IF-NONE-MATCH"] {
        let said = complaint(&format!("key_header = \"{name}\"\n{}", job("command = [\"x\"]")));
        assert!(said.contains("HTTP uses itself") && said.contains("apiKey"), "{said}");
    }
}

#[test]
fn complaints_name_the_job_and_what_to_do() {
    assert!(complaint("").contains("Begin with [[organization]]"));
    let nothing = complaint(&job(""));
    assert!(nothing.starts_with("the job \"Load\" of \"Contoso\": it says nothing to run."), "{nothing}");
    let both = "command = [\"x\"]\nscript = { state = \"failed\", lines = [] }";
    assert!(complaint(&job(both)).contains("Keep one of them"));
    let stray = "timeout = \"1s\"\nscript = { state = \"failed\", lines = [] }";
    assert!(complaint(&job(stray)).contains("`timeout` belongs to a `command`"));
    assert!(complaint(&job("command = [\"x\"]\nwarning = ['(']")).contains("no regular expression"));
    assert!(complaint(&job("command = []")).contains("Name a program"));
    let twice =
        format!("{0}[[organization.job]]\nname = \"Load\"\ncommand = [\"y\"]", job("command = [\"x\"]"));
    assert!(complaint(&twice).contains("Give one of them an `id`"));
}

#[test]
fn what_is_unknown_or_misspelt_is_refused_with_its_line() {
    let http = complaint(&job("http = \"https://example.org\""));
    assert!(http.contains("line 5") && http.contains("unknown field `http`"), "{http}");
    let state = complaint(&job("script = { state = \"running\", lines = [] }"));
    assert!(state.contains("line 5") && state.contains("completed with warnings"), "{state}");
    let time = complaint(&job("command = [\"x\"]\ntimeout = \"soon\""));
    assert!(time.contains("invalid value: string \"soon\", expected a duration like"), "{time}");
}

fn command(lines: &str) -> Command {
    let config = parse(&job(&format!("command = [\"x\"]\n{lines}")), Path::new("")).unwrap();
    let Work::Command(command) = &config.organizations[0].jobs[0].work else { panic!() };
    (**command).clone()
}

#[test]
fn durations_in_every_form_are_read() {
    let seconds = |text: &str| command(&format!("timeout = {text}")).timeout.unwrap().as_secs();
    for (text, expected) in [
        ("90", 90),
        ("\"90\"", 90),
        ("\"90s\"", 90),
        ("\"1h30m\"", 5400),
        ("\"1h 30m\"", 5400),
        ("\"1d\"", 86_400),
        ("\"1.5h\"", 5400),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
    for text in ["\"\"", "\"90 bananas\"", "-1", "1.5", "true", "\"99999999999999999999\""] {
        let said = complaint(&job(&format!("command = [\"x\"]\nstop_grace = {text}")));
        assert!(said.contains("line 6") && said.contains("stop_grace"), "{said}");
        assert!(said.contains("expected a duration like \"200ms\""), "{said}");
    }
}

#[test]
fn settings_of_output_and_processes_are_read() {
    let defaults = command("");
    assert_eq!((defaults.stop_grace.as_secs(), defaults.leave_running), (5, false));
    assert_eq!(defaults.encoding.name(), "UTF-8");
    let set =
        command("stop_grace = \"1m\"\nleave_running = true\nencoding = \"UTF-16LE\"\nstderr = \"merge\"");
    assert_eq!((set.stop_grace.as_secs(), set.leave_running), (60, true));
    assert_eq!((set.encoding.name(), set.stderr), ("UTF-16LE", StandardError::Merged));
    assert_eq!(command("encoding = \"latin1\"").encoding.name(), "windows-1252");
    assert_eq!(command("stderr = \"error\"").stderr, StandardError::Separate(Severity::Error));

    let encoding = complaint(&job("command = [\"x\"]\nencoding = \"utf-7\""));
    assert!(
        encoding.starts_with("the job \"Load\" of \"Contoso\": `encoding` = \"utf-7\" is not known."),
        "{encoding}"
    );
    assert!(encoding.contains("utf-16le"), "{encoding}");
    let stderr = complaint(&job("command = [\"x\"]\nstderr = \"mix\""));
    assert!(stderr.contains("\"mix\" is none of: information, warning, error, merge"), "{stderr}");
    assert!(complaint(&job("command = [\"x\\u0000\"]")).contains("zero character"));
}
