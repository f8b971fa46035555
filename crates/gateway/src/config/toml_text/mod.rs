//! Reads the text of the configuration file. Its errors name the table and the key, and say what to write.

mod describe;
mod owner;

use anyhow::Result;
use serde::de::DeserializeOwned;

use self::describe::describe;
use self::owner::owner;
use super::location::At;

/// Reads a file.
///
/// # Errors
///
/// Fails if the text is not TOML, or does not have these keys. The error has its place, and no value that may be secret.
pub(super) fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T> {
    let deserializer = toml::Deserializer::parse(text)?;
    let error = match serde_path_to_error::deserialize(deserializer) {
        Ok(file) => return Ok(file),
        Err(error) => error,
    };
    let (owner, keys) = owner(text, error.path());
    let error = error.into_inner();
    let described = anyhow::Error::msg(describe(&keys, error.message()));
    let result = Err(match owner {
        Some(owner) => described.context(owner),
        None => described,
    });
    match error.span() {
        Some(span) => result.at(span),
        None => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::GatewayJob;
    use crate::config::read::File;

    fn error(text: &str) -> String {
        format!("{:#}", from_toml::<File<GatewayJob>>(text).err().unwrap())
    }

    fn job(lines: &str) -> String {
        error(&format!(
            "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{lines}\n"
        ))
    }

    #[test]
    fn value_of_another_type_is_described_with_its_key_and_without_its_value() {
        for (lines, expected) in [
            ("command = \"echo s3cret\"", "`command` is a list. Write `command = [\"…\"]`"),
            ("after = \"s3cret\"", "`after` is a list. Write `after = [\"…\"]`"),
            ("completed = 1", "`completed` is a list. Write `completed = [ … ]`"),
            ("http = \"s3cret\"", "`http` is a table. Write `http = { … }` or `[organization.job.http]`"),
            ("timeout = true", "`timeout` is not true or false. Write a duration like \"200ms\","),
            ("encoding = 8", "`encoding` is not a number. Write text in quotes"),
            ("leave_running = \"s3cret\"", "`leave_running` is not text. Write true or false"),
            ("completed = [99999999999]", "`completed`: 99999999999 is not valid. Write a whole number"),
            ("warning = [1]", "`warning` is not a number. Write text in quotes"),
            ("timeout = \"soon\"", "`timeout`: \"soon\" is not valid. Write a duration like \"200ms\","),
            ("catch_up = \"all\"", "`catch_up`: \"all\" is not one of: latest, none"),
            (
                "http = { start = { url = \"https://a.example\", method = \"delete\" } }",
                "`http.start.method`: \"delete\" is not one of: ",
            ),
        ] {
            let message = job(lines);
            assert!(
                message.starts_with(&format!("the job \"Load\" of \"Contoso\": {expected}")),
                "{message}"
            );
            assert!(!message.contains("s3cret") && !message.contains("struct"), "{message}");
        }
    }

    #[test]
    fn table_in_place_of_a_list_of_tables_is_described() {
        let organization = "[[organization]]\nname = \"Contoso\"\n";
        for (text, expected) in [
            (
                "[notify]\non = []".to_owned(),
                "`notify` is a list of tables. Write `[[notify]]` with two brackets",
            ),
            ("[organization]".to_owned(), "`organization` is a list of tables. Write `[[organization]]`"),
            (
                format!("{organization}[organization.job]\nname = \"x\""),
                "the organization \"Contoso\": `job` is a list of tables. Write `[[organization.job]]`",
            ),
            (
                format!("{organization}[[notify]]\nname = \"Team\"\nwebhook = \"https://s3cret.example\""),
                "the channel \"Team\": `webhook` is a table. Write `webhook = { … }` or `[notify.webhook]`",
            ),
            (
                format!("{organization}[[notify]]\nemail = 1"),
                "a channel: `email` is a table. Write `email = { … }` or `[notify.email]`",
            ),
            ("relay = 1".to_owned(), "`relay` is a table. Write `relay = { … }` or `[relay]`"),
        ] {
            assert!(error(&text).starts_with(expected), "{}", error(&text));
            assert!(!error(&text).contains("s3cret"), "{}", error(&text));
        }
    }

    #[test]
    fn unknown_and_missing_keys_are_described_with_what_is_meant() {
        let organization = "[[organization]]\nname = \"Contoso\"\n";
        for (text, expected) in [
            (
                format!("{organization}[[organization.job]]\nname = \"x\"\nscheduled = \"\""),
                "the job \"x\" of \"Contoso\": `scheduled` is unknown. Did you mean `schedule`?",
            ),
            (
                format!("{organization}[[organization.job]]\nname = \"x\"\nurl = \"\""),
                "the job \"x\" of \"Contoso\": `url` is unknown. The keys here are `id`, `name`, ",
            ),
            (
                format!("{organization}schedule = \"\""),
                "the organization \"Contoso\": `schedule` is unknown here. It belongs to a job: write it after `[[organization.job]]`",
            ),
            (
                format!("{organization}color = \"\""),
                "the organization \"Contoso\": `color` is unknown. The keys here are `name`, `job`",
            ),
            (
                "[[job]]".to_owned(),
                "`job` is unknown here. It belongs to an organization: write `[[organization.job]]`",
            ),
            (
                format!(
                    "{organization}[[organization.job]]\nname = \"x\"\n[organization.job.http.start]\nschedule = \"\""
                ),
                "the job \"x\" of \"Contoso\": `schedule` is unknown here. It belongs to the job itself: write it before the first \
                 table of the job",
            ),
            (
                format!("{organization}[[notify]]\nname = \"x\"\n[notify.webhook]\non = []"),
                "the channel \"x\": `on` is unknown here. It belongs to the channel itself: write it before the first table of the \
                 channel",
            ),
            (
                format!("{organization}[[organization.job]]\nname = \"x\"\nid = \"1\""),
                "the job \"x\" of \"Contoso\": `id` is not a UUID. Write one like",
            ),
            (
                format!("{organization}[[organization.notify]]\nname = \"x\""),
                "the organization \"Contoso\": `notify` is unknown here. It belongs to the file itself: write `[[notify]]`",
            ),
            (
                format!("{organization}[[organization.job]]\nname = \"x\"\nconsole_url = \"x\""),
                "the job \"x\" of \"Contoso\": `console_url` is unknown here. It belongs to the file itself: write it before the first \
                 table",
            ),
            ("[[organizations]]".to_owned(), "`organizations` is unknown. Did you mean `organization`?"),
            (
                format!("{organization}[[organization.job]]\nname = \"x\"\nhttp = {{ link = \"x\" }}"),
                "the job \"x\" of \"Contoso\": `http.start` is missing",
            ),
            (format!("{organization}[[organization.job]]\n"), "a job of \"Contoso\": `name` is missing"),
            ("[relay]".to_owned(), "`relay.upstream` is missing"),
        ] {
            assert!(error(&text).starts_with(expected), "{}", error(&text));
        }
    }
}
