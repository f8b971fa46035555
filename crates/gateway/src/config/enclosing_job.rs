//! The job around a place of the configuration file, for errors of the TOML itself.

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

/// What is read of a file that is not valid: where its tables begin, and their names.
#[derive(Deserialize)]
struct Outline {
    #[serde(default)]
    organization: Vec<Spanned<OrganizationOutline>>,
    #[serde(default)]
    notify: Vec<Spanned<IgnoredAny>>,
    relay: Option<Spanned<IgnoredAny>>,
    retention: Option<Spanned<IgnoredAny>>,
}

#[derive(Deserialize)]
struct OrganizationOutline {
    name: Option<String>,
    #[serde(default)]
    job: Vec<Spanned<JobOutline>>,
}

#[derive(Deserialize)]
struct JobOutline {
    name: Option<String>,
}

/// Returns the job whose tables contain a place, as a clause; `None` if there is none, or if the text is not TOML.
pub(super) fn enclosing_job(text: &str, place: usize) -> Option<String> {
    let outline: Outline = toml::from_str(text).ok()?;
    let others = outline.notify.iter().chain(&outline.relay).chain(&outline.retention);
    let mut tables: Vec<_> = others.map(|table| (table.span().start, None)).collect();
    for organization in &outline.organization {
        tables.push((organization.span().start, None));
        let name = organization.get_ref().name.as_deref();
        let jobs = organization.get_ref().job.iter();
        tables.extend(jobs.map(|job| (job.span().start, Some((job.get_ref().name.as_deref(), name)))));
    }
    let (_, job) = tables.into_iter().filter(|(start, _)| *start <= place).max_by_key(|(start, _)| *start)?;
    let (job, organization) = job?;
    let job = job.map_or_else(|| "a job".to_owned(), |name| format!("the job \"{name}\""));
    Some(organization.map_or_else(|| job.clone(), |name| format!("{job} of \"{name}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_within_a_table_of_a_job_is_found() {
        let text = "
            console_url = 1
            [[organization]]
            name = \"Contoso\"
            [[organization.job]]
            name = \"Load\"
            [organization.job.http]
            [organization.job.http.start]
            url = 2
            [[organization.job]]
            schedule = 3
            [[notify]]
            on = 4
            [[organization]]
            job = [{ name = \"Inline\", command = 5 }, { name = \"Next\" }]
            [retention]
            keep_runs = 6
        ";
        for (place, job) in [
            ("1", None),
            ("\"Contoso\"", None),
            ("2", Some("the job \"Load\" of \"Contoso\"")),
            ("3", Some("a job of \"Contoso\"")),
            ("4", None),
            ("5", Some("the job \"Inline\"")),
            ("\"Next\"", Some("the job \"Next\"")),
            ("6", None),
        ] {
            let place = text.find(place).unwrap();
            assert_eq!(enclosing_job(text, place).as_deref(), job, "{}", &text[place..]);
        }
        assert_eq!(enclosing_job("[[organization", 5), None);
    }
}
