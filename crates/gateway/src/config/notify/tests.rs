//! Tests of the tables `[[notify]]`.

use std::path::Path;

use crate::config::{self, Config, GatewayJob};

const JOBS: &str = "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"load\"\ncommand = [\"true\"]\n\
                    [[organization]]\nname = \"Fabrikam\"\n[[organization.job]]\nname = \"other\"\ncommand = [\"true\"]\n";
const HOOK: &str = "webhook = { url = \"https://hooks.example.com/secret-path\" }\n";

fn parse(text: &str) -> anyhow::Result<Config> {
    config::parse::<GatewayJob>(text, Path::new("/base"))
}

/// Returns the error of a [[notify]] with these settings, which begins in line 11.
fn error_of(settings: &str) -> String {
    let error = parse(&format!("{JOBS}[[notify]]\n{settings}")).unwrap_err();
    format!("{error:#}")
}

#[test]
fn defaults_are_applied() {
    let config =
        parse(&format!("{JOBS}[[notify]]\n{HOOK}[[notify]]\nname = \"B\"\non = []\nslow = 5\n{HOOK}"))
            .unwrap();
    let names: Vec<_> = config.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["Notification 1", "B"]);
    assert_eq!(config.channels[0].events, crate::notify::EventKind::DEFAULT);
    assert!(config.channels[1].events.is_empty() && config.channels[0].console_url.is_none());
    assert!(!format!("{config:?}").contains("secret-path"));
}

#[test]
fn not_started_is_about_the_named_jobs() {
    let text = format!(
        "console_url = \"https://c.example/x/\"\n{JOBS}[[notify]]\njobs = [\"load\"]\n\
         not_started = {{ check = \"0 3 * * *\", within = \"3h\" }}\n{HOOK}"
    );
    let config = parse(&text).unwrap();
    let not_started = config.channels[0].not_started.as_ref().unwrap();
    assert_eq!((not_started.jobs.len(), not_started.jobs[0].organization.as_str()), (1, "Contoso"));
    assert_eq!(not_started.jobs[0].id, config.organizations[0].jobs[0].id);
    assert_eq!(config.channels[0].console_url.as_deref(), Some("https://c.example/x"));
}

#[test]
fn mistakes_are_refused_with_their_place() {
    for (settings, expected) in [
        ("", "line 11, column 1: the channel \"Notification 1\": it has neither `webhook` nor `email`"),
        (&*format!("{HOOK}on = [\"failure\"]"), "line 13, column 6: "),
        (&format!("{HOOK}on = []"), "`on` is empty"),
        (&format!("name = \" \"\n{HOOK}"), "line 12, column 8: a `name` of [[notify]] is empty"),
        (
            &format!("{HOOK}jobs = [\"loda\"]"),
            "line 13, column 9: the channel \"Notification 1\": `jobs`: \"loda\" is not in this file. Did you mean \"load\"?",
        ),
        (
            &format!("{HOOK}organizations = [\"Contoso\"]\njobs = [\"other\"]"),
            "`jobs`: \"other\" is not in this file. Write the name as it is declared",
        ),
        (
            &format!("{HOOK}organizations = [\"Contosso\"]"),
            "`organizations`: \"Contosso\" is not in this file. Did you mean \"Contoso\"?",
        ),
        (&format!("{HOOK}organizations = []"), "`organizations` is empty"),
        (&format!("{HOOK}slow = 0"), "line 13, column 8: the channel \"Notification 1\": `slow` is zero"),
        (
            &format!("{HOOK}not_started = {{ check = \"0 3 * * *\", within = \"1h\" }}"),
            "`not_started` needs `jobs`",
        ),
        (
            &format!("{HOOK}jobs = [\"load\"]\nnot_started = {{ check = \"0 3 * *\", within = \"1h\" }}"),
            "`check`: ",
        ),
        (
            &format!(
                "{HOOK}jobs = [\"load\"]\nnot_started = {{ check = \"0 3 * * *\", within = \"1h\" }}\n[retention]\nkeep_for = \"59m\""
            ),
            "`not_started`: the runs of \"load\" are deleted before the time of `within` has passed",
        ),
        (
            &format!(
                "{HOOK}email = {{ server = \"smtps://m.example\", from = \"a@b.example\", to = [\"a@b.example\"] }}"
            ),
            "it has `webhook` and `email`",
        ),
        (
            &format!("{HOOK}[[notify]]\nname = \"Notification 1\"\n{HOOK}"),
            "line 14, column 8: two channels have the name",
        ),
        ("webhook = { url = \"http://hooks.example.com/secret-path\" }", "without encryption"),
        ("webhook = { url = \"https://u:secret-path@h.example/\" }", "a user or a password"),
        (
            "webhook = { url = \"https://169.254.169.254/secret-path\" }",
            "a metadata, link-local, or multicast address",
        ),
        (
            "webhook = { url = \"https://[::ffff:169.254.169.254]/secret-path\" }",
            "a metadata, link-local, or multicast address",
        ),
        ("webhook = { url = \"secret-path\" }", "`url` is not a URL"),
        ("webhook = { url = \"file:///secret-path\" }", "does not begin with https://"),
        ("webhook = { url = \"https://h.example/{job}\" }", "`{job}` is unknown here. Use no variables"),
        (
            "webhook = { url = \"https://h.example\", headers = { Host = \"x\" } }",
            "HTTP uses the header itself",
        ),
        (
            "webhook = { url = \"https://h.example\", headers = { X = \"a\", x = \"b\" } }",
            "`headers` has x in two spellings",
        ),
        (
            "webhook = { url = \"https://h.example\", headers = { X = \"a\\nb\" } }",
            "`headers`: \"X\": its value",
        ),
        (
            "webhook = { url = \"https://h.example\", body = \"{ not json secret-path\" }",
            "`body` is a text that is not JSON",
        ),
        (
            "webhook = { url = \"https://h.example\", body = { a = \"{jbo}\" } }",
            "`body`: `a`: `{jbo}` is unknown here",
        ),
        ("webhook = { url = \"https://h.example\", body = 5 }", "`body` is neither a table nor a text"),
    ] {
        let error = error_of(settings);
        assert!(error.contains(expected), "{settings}: {error}");
        assert!(!error.contains("secret-path"), "{settings}: {error}");
    }
}

#[test]
fn mail_needs_encryption_and_addresses() {
    let email = |keys: &str| {
        error_of(&format!("[notify.email]\nfrom = \"a@b.example\"\nto = [\"c@b.example\"]\n{keys}"))
    };
    for (keys, expected) in [
        ("server = \"mail.example\"", "`server`: it is not the address of a mail server"),
        ("server = \"https://mail.example\"", "does not begin with smtps:// or smtp://"),
        ("server = \"smtps://u:secret-word@mail.example\"", "it contains a user or a password"),
        ("server = \"smtps://mail.example/path\"", "more than a host and a port"),
        ("server = \"smtps://mail.example\"\nuser = \"u\"", "`user` and `password` belong together"),
        (
            "server = \"smtps://mail.example\"\nuser = \"u\"\npassword = \"secret-word\"",
            "`password` is not the place of a secret",
        ),
        ("server = \"smtps://mail.example\"\nsubject = \"${env:ABC}\"", "`subject` has a secret"),
        ("server = \"smtps://mail.example\"\nsubject = \"{x}\"", "`subject`: `{x}` is unknown"),
    ] {
        let error = email(keys);
        assert!(error.contains(expected) && !error.contains("secret-word"), "{keys}: {error}");
    }
    for (addresses, expected) in [
        ("from = \"nobody\"\nto = [\"c@b.example\"]", "`from`: \"nobody\" is not a mail address"),
        ("from = \"a@b.example\"\nto = [\"x@y.example\\r\\nBcc: z@y.example\"]", "is not a mail address"),
        ("from = \"a@b.example\"\nto = []", "`to` is empty"),
    ] {
        let error = error_of(&format!("[notify.email]\nserver = \"smtps://m.example\"\n{addresses}"));
        assert!(error.contains(expected), "{addresses}: {error}");
    }
    let text = |server: &str, allow_plain: bool| {
        format!(
            "{JOBS}[[notify]]\n[notify.email]\nfrom = \"a@b.example\"\nto = [\"c@b.example\"]\nserver = \"{server}\"\n\
             allow_plain = {allow_plain}\n"
        )
    };
    let encryption = |server: &str, allow_plain: bool| {
        let channel = parse(&text(server, allow_plain)).unwrap().channels.remove(0);
        let crate::notify::Target::Email(email) = channel.target else { panic!("no email") };
        (email.port, email.encryption)
    };
    use crate::notify::Encryption::{Implicit, Opportunistic, StartTls};
    assert_eq!(encryption("smtps://m.example", false), (465, Implicit));
    let error = format!("{:#}", parse(&text("smtps://m.example", true)).unwrap_err());
    assert!(error.contains("smtps:// is always encrypted. Remove `allow_plain`"), "{error}");
    assert_eq!(encryption("smtp://m.example", false), (587, StartTls));
    assert_eq!(encryption("smtp://m.example:25", true), (25, Opportunistic));
    assert_eq!(encryption("smtp://127.0.0.1:2525", false), (2525, Opportunistic));
}

#[test]
fn relay_is_told_of_ends_only() {
    let relay =
        "[relay]\nupstream = \"https://api.example.com\"\nkey_env = \"K\"\n[[notify]]\njobs = [\"any\"]\n";
    let config = parse(&format!("{relay}{HOOK}")).unwrap();
    assert!(config.channels[0].filter.contains("Relay", "any"));
    for settings in ["slow = \"1h\"", "not_started = { check = \"0 3 * * *\", within = \"1h\" }"] {
        let error = format!("{:#}", parse(&format!("{relay}{settings}\n{HOOK}")).unwrap_err());
        assert!(error.starts_with("line 6, column ") && error.contains("a relay sees only"), "{error}");
    }
    let changed = parse(&format!("{relay}{HOOK}on = [\"completed\"]")).unwrap();
    assert!(config.restart_reason(&changed).is_some());
}

#[test]
fn console_url_is_the_address_of_a_page() {
    for url in [
        "console.example",
        "ftp://c.example",
        "https://c.example/?a",
        "https://c.example/#/",
        "https://u@c.example",
    ] {
        let error = format!("{:#}", parse(&format!("console_url = \"{url}\"\n{JOBS}")).unwrap_err());
        assert!(error.starts_with("line 1, column 15: `console_url` = "), "{error}");
    }
}
