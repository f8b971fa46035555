use std::time::Duration;

use txjobs_sdk::Severity;

use super::*;
use crate::command::{Command, StandardError};
use crate::config::{GatewayJob, parse_command};

fn parse(text: &str, directory: &Path) -> Result<Config> {
    super::parse::<GatewayJob>(text, directory)
}

/// Returns the error without its place.
fn error(text: &str) -> String {
    located_error(text).1
}

/// Returns the line and the column of the error, and the rest of it.
fn located_error(text: &str) -> ((usize, usize), String) {
    let error = format!("{:#}", parse(text, Path::new("/base")).unwrap_err());
    let place = error.strip_prefix("line ").and_then(|rest| {
        let (place, message) = rest.split_once(": ")?;
        let (line, column) = place.split_once(", column ")?;
        Some(((line.parse().unwrap(), column.parse().unwrap()), message.to_owned()))
    });
    place.unwrap_or(((0, 0), error))
}

fn job(lines: &str) -> String {
    format!("[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{lines}\n")
}

#[test]
fn command_without_settings_has_defaults() {
    let text = job("command = [\"python3\", \"load.py\"]\ndirectory = \"jobs\"");
    assert_eq!(parse(&text, Path::new("/base")).unwrap().key_header, "apikey");
    let command = parse_command(&text, Path::new("/base"));
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
fn id_is_stable_and_depends_on_both_names() {
    let id = |text: &str| parse(text, Path::new("")).unwrap().organizations[0].jobs[0].id;
    let text = job("command = [\"x\"]");
    // If this id changed, every job would lose its history.
    assert_eq!(id(&text).to_string(), "f670d19a-e63c-5e5f-8b4d-1d0d274859aa");
    assert_ne!(id(&text), id(&text.replace("Load", "Deliver")));
    assert_ne!(id(&text), id(&text.replace("Contoso", "Fabrikam")));
}

#[test]
fn key_header_that_http_uses_itself_is_refused() {
    for name in ["Host", "content-length", "IF-NONE-MATCH"] {
        let message = error(&format!("key_header = \"{name}\"\n{}", job("command = [\"x\"]")));
        assert!(message.contains("HTTP uses itself") && message.contains("apiKey"), "{message}");
    }
}

#[test]
fn errors_name_the_job_and_the_remedy() {
    assert!(error("").contains("Begin with [[organization]]"));
    let nothing = error(&job(""));
    assert!(nothing.starts_with("the job \"Load\" of \"Contoso\": it has nothing to run."), "{nothing}");
    assert!(error(&job("command = [\"x\"]\nwarning = ['(']")).contains("not a regular expression"));
    assert!(error(&job("command = []")).contains("Name a program"));
    for name in ["Load", "Contoso"] {
        let error = error(&job("command = [\"x\"]").replace(name, "a\\u0000b"));
        assert!(
            error.contains("\"a\\0b\"") && error.contains("a zero character in its name. Remove it"),
            "{error}"
        );
    }
    let twice =
        format!("{0}[[organization.job]]\nname = \"Load\"\ncommand = [\"y\"]", job("command = [\"x\"]"));
    assert_eq!(error(&twice), "two jobs of \"Contoso\" have the name \"Load\". Rename one of them");
    let id = "id = \"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\"";
    let same_id = format!(
        "{}[[organization.job]]\nname = \"Other\"\ncommand = [\"y\"]\n{id}",
        job(&format!("command = [\"x\"]\n{id}"))
    );
    assert!(error(&same_id).contains("Give one of them another `id`"));
}

#[test]
fn errors_have_their_line_and_column() {
    let second = "[[organization.job]]\nname = \"Other\"\ncommand = [\"y\"]";
    let id = "id = \"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\"";
    for (lines, place) in [
        ("command = [\"x\"]\nwarning = ['a', '(']", (6, 17)),
        ("command = [\"x\"]\nencoding = \"utf-7\"", (6, 12)),
        ("command = [\"x\"]\ntimeout = \"soon\"", (6, 11)),
        ("command = [\"x\"]\ntimeout = 0", (6, 11)),
        ("command = []", (5, 11)),
        ("command = [\"x\"]\nenvironment = { \"a=b\" = \"c\" }", (6, 15)),
        ("command = [\"x\"]\ncompleted = []", (6, 13)),
        ("command = [\"x\"]\nretention = { keep_runs = 0 }", (6, 27)),
        // What is missing or concerns all of a job has the place of the job.
        ("", (3, 1)),
        ("command = [\"x\"]\nruns_on = [\"\"]", (3, 1)),
        (&format!("command = [\"x\"]\n{id}\n{second}\n{id}"), (7, 1)),
        ("command = [\"x\"]\n[[organization]]\nname = \"Contoso\"", (6, 1)),
        ("command = [\"x\"", (5, 15)),
    ] {
        let (found, message) = located_error(&job(lines));
        assert_eq!(found, place, "{lines}: {message}");
    }
    assert_eq!(located_error("key_header = \"host\"\n[[organization]]\nname = \"a\"").0, (1, 14));
}

#[test]
fn unknown_or_misspelled_settings_are_refused_with_their_line() {
    let (place, url) = located_error(&job("url = \"https://example.org\""));
    assert_eq!(place, (5, 1));
    assert!(
        url.starts_with("the job \"Load\" of \"Contoso\": `url` is unknown. The keys here are `id`, "),
        "{url}"
    );
    let http = error(&job("[organization.job.http]\nlink = \"x\""));
    assert_eq!(http, "the job \"Load\" of \"Contoso\": `http.start` is missing");
    let time = error(&job("command = [\"x\"]\ntimeout = \"soon\""));
    assert!(time.contains("`timeout`: \"soon\" is not valid. Write a duration like"), "{time}");
}

fn command(lines: &str) -> Command {
    parse_command(&job(&format!("command = [\"x\"]\n{lines}")), Path::new(""))
}

#[test]
fn durations_in_every_form_are_read() {
    let duration = |text: &str| command(&format!("timeout = {text}")).timeout.unwrap();
    for (text, seconds) in [
        ("90", 90),
        ("\"90\"", 90),
        ("\"90s\"", 90),
        ("\"1h30m\"", 5400),
        ("\"1h 30m\"", 5400),
        ("\"1d\"", 86_400),
        ("\"1.5h\"", 5400),
    ] {
        assert_eq!(duration(text), Duration::from_secs(seconds), "{text}");
    }
    for text in ["\"\"", "\"90 bananas\"", "-1", "1.5", "true", "\"99999999999999999999\""] {
        let (place, message) = located_error(&job(&format!("command = [\"x\"]\nstop_grace = {text}")));
        assert_eq!(place, (6, 14), "{message}");
        assert!(message.contains("Write a duration like \"200ms\""), "{message}");
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

    let encoding = error(&job("command = [\"x\"]\nencoding = \"utf-7\""));
    assert!(
        encoding.starts_with("the job \"Load\" of \"Contoso\": `encoding` = \"utf-7\" is unknown."),
        "{encoding}"
    );
    assert!(encoding.contains("utf-16le"), "{encoding}");
    let stderr = error(&job("command = [\"x\"]\nstderr = \"mix\""));
    assert!(stderr.contains("\"mix\" is not one of: information, warning, error, merge"), "{stderr}");
    assert!(error(&job("command = [\"x\\u0000\"]")).contains("zero character"));
}

#[test]
fn retention_of_a_job_wins_over_that_of_the_file() {
    let policies = |text: &str| {
        let config = parse(text, Path::new("")).unwrap();
        config.jobs().map(|(_, job)| (job.retention.keep_runs, job.retention.keep_for)).collect::<Vec<_>>()
    };
    let day = |count: u64| Some(Duration::from_secs(count * 86_400));
    let own = "command = [\"x\"]\nretention = { keep_runs = 10 }\n\
               [[organization.job]]\nname = \"Deliver\"\ncommand = [\"x\"]";
    assert_eq!(policies(&job(own)), [(Some(10), None), (None, None)]);
    let file = format!("{}\n[retention]\nkeep_runs = 1000\nkeep_for = \"90d\"\n", job(own));
    assert_eq!(policies(&file), [(Some(10), day(90)), (Some(1000), day(90))]);

    let zero = error(&job("command = [\"x\"]\nretention = { keep_runs = 0 }"));
    assert!(
        zero.starts_with("the job \"Load\" of \"Contoso\": `retention`: `keep_runs` = 0 is not"),
        "{zero}"
    );
    let soon = error(&format!("[retention]\nkeep_for = \"soon\"\n{}", job("command = [\"x\"]")));
    assert!(soon.starts_with("`retention`: `keep_for` = \"soon\" is not valid."), "{soon}");
    assert!(
        error(&format!("[retention]\nkeep = 1\n{}", job("command = [\"x\"]"))).contains("`keep` is unknown")
    );
}

/// Returns a configuration of jobs with these names and further lines.
fn jobs(jobs: &[(&str, &str)]) -> String {
    let mut text = "[[organization]]\nname = \"Contoso\"\n".to_owned();
    for (name, lines) in jobs {
        text += &format!("[[organization.job]]\nname = \"{name}\"\ncommand = [\"x\"]\n{lines}\n");
    }
    text
}

#[test]
fn schedule_of_a_job_is_read() {
    let text = jobs(&[
        ("a", "schedule = \"0 2 * * *\""),
        (
            "b",
            "schedule = \"@hourly\"\ntime_zone = \"europe/copenhagen\"\ncatch_up = \"none\"\nafter = [\"c\", \"a\"]",
        ),
        ("c", "after = [\"a\"]"),
        ("d", ""),
    ]);
    let config = parse(&text, Path::new("")).unwrap();
    let definitions: Vec<_> =
        config.jobs().map(|(_, job)| Some(job.schedule.as_ref()?.definition())).collect();
    let [a, c] = [0, 2].map(|n: usize| config.organizations[0].jobs[n].id);
    let expected = [
        Some(
            "{\"after\":[],\"catch_up\":\"latest\",\"schedule\":\"0 2 * * *\",\"time_zone\":\"UTC\"}"
                .to_owned(),
        ),
        Some(format!(
            "{{\"after\":[\"{c}\",\"{a}\"],\"catch_up\":\"none\",\"schedule\":\"0 * * * *\",\"time_zone\":\"Europe/Copenhagen\"}}"
        )),
        Some(format!("{{\"after\":[\"{a}\"]}}")),
        None,
    ];
    assert_eq!(definitions, expected);
    assert_eq!(config.schedules().jobs().count(), 3);
}

#[test]
fn errors_of_a_schedule_have_their_line_and_column() {
    let six = "schedule = \"0 0 2 * * *\"";
    for (lines, place, part) in [
        (six, (6, 12), "`schedule`: \"0 0 2 * * *\" has 6 fields. Write five: minute, hour,"),
        ("schedule = \"0 0 30 2 *\"", (6, 12), "is never due"),
        ("schedule = 7", (6, 12), "Write text in quotes"),
        ("time_zone = \"UTC\"", (6, 13), "`time_zone` is a setting of a `schedule`. Add one"),
        ("catch_up = \"none\"", (6, 12), "`catch_up` is a setting of a `schedule`. Add one"),
        (
            "schedule = \"@daily\"\ntime_zone = \"CEST\"",
            (7, 13),
            "`time_zone`: \"CEST\" is not a time zone of the IANA",
        ),
        ("schedule = \"@daily\"\ncatch_up = \"all\"", (7, 12), "\"all\" is not one of: latest, none"),
        ("after = []", (6, 9), "`after` is empty. Name a job, or remove `after`"),
        ("after = \"Other\"", (6, 9), "`after` is a list. Write `after = [\"…\"]`"),
        (
            "after = [\"Other\", \"other\"]",
            (6, 19),
            "`after`: \"other\" is no job of this organization. Did you mean \"Other\"?",
        ),
        ("after = [\"Load\"]", (6, 10), "the job would run after itself"),
        ("after = [\"Other\", \"Other\"]", (6, 19), "\"Other\" is named twice"),
    ] {
        let (found, message) = located_error(&jobs(&[("Load", lines), ("Other", "")]));
        assert_eq!(found, place, "{lines}: {message}");
        assert!(message.contains(part), "{message}");
    }
    let message = error(&jobs(&[("Load", six)]));
    assert!(message.starts_with("the job \"Load\" of \"Contoso\": `schedule`: "), "{message}");
}

#[test]
fn jobs_that_run_in_a_circle_are_refused() {
    let text = jobs(&[
        ("start", ""),
        ("a", "after = [\"start\", \"c\"]"),
        ("b", "after = [\"a\"]"),
        ("c", "after = [\"b\", \"start\"]"),
        ("end", "after = [\"c\"]"),
    ]);
    let (place, message) = located_error(&text);
    assert_eq!(place, (10, 10), "{message}");
    let expected = "jobs run in a circle: \"a\" after \"c\" after \"b\" after \"a\". Remove one of the names";
    assert!(message.ends_with(expected), "{message}");
    // Two ways to the same job are no circle.
    let diamond = jobs(&[
        ("d", "after = [\"b\", \"c\"]"),
        ("b", "after = [\"a\"]"),
        ("c", "after = [\"a\"]"),
        ("a", ""),
    ]);
    assert!(parse(&diamond, Path::new("")).is_ok());
}

#[test]
fn name_in_after_that_several_jobs_have_is_refused() {
    let id = "id = \"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\"";
    let (place, message) = located_error(&jobs(&[("a", ""), ("a", id), ("b", "after = [\"a\"]")]));
    assert_eq!(place, (14, 10), "{message}");
    assert!(message.contains("several jobs have the name \"a\". Give each its own name"), "{message}");
    let other =
        format!("{}{}", jobs(&[("a", "")]), jobs(&[("b", "after = [\"a\"]")]).replace("Contoso", "Fabrikam"));
    assert!(error(&other).contains("is no job of this organization"), "{}", error(&other));
}
