//! Finds the job that an argument names.

use std::collections::{HashMap, HashSet};

use txjobs_sdk::{
    Error, JobStatusCode, paths,
    types::{Job, JobId},
};

use super::names::{NameOrder, fold};
use crate::{failure::Failure, output::text, session::Session};

/// Returns all jobs of the organization, sorted by name.
pub(crate) async fn list_jobs(session: &Session) -> Result<Vec<Job>, Failure> {
    let response = session.client.list_jobs().send().await;
    let mut jobs = response.map_err(|e| Error::from_client(&paths::LIST_JOBS, e))?.into_inner();
    let order = NameOrder::new();
    // A server may list a job twice.
    let mut known = HashSet::new();
    jobs.retain(|job| known.insert(job.id));
    jobs.sort_by(|left, right| order.compare(&left.name, &right.name).then_with(|| left.id.cmp(&right.id)));
    Ok(jobs)
}

/// Returns the jobs whose name contains `filter` in any case, sorted by name, with their status if the server lists it.
pub(crate) async fn list_jobs_with_status(
    session: &Session,
    filter: &str,
) -> Result<Vec<(Job, Option<JobStatusCode>)>, Failure> {
    let (jobs, statuses) = tokio::join!(list_jobs(session), session.client.list_job_statuses().send());
    let statuses = statuses.map_err(|e| Error::from_client(&paths::LIST_JOB_STATUSES, e))?;
    let statuses: HashMap<_, _> = statuses.into_inner().into_iter().map(|s| (s.job_id, s.status)).collect();
    let folded_filter = fold(filter);
    let matching = jobs?.into_iter().filter(|job| fold(&job.name).contains(&folded_filter));
    Ok(matching
        .map(|job| {
            let status = statuses.get(&job.id).copied();
            (job, status)
        })
        .collect())
}

/// Returns the job that `argument` identifies: by id, by name in any case, or by the beginning of only one name.
pub(crate) async fn find_job(session: &Session, argument: &str) -> Result<Job, Failure> {
    select_job(list_jobs(session).await?, argument, &session.command_line("jobs", ""))
}

/// Returns the jobs that the arguments identify, each once, in the order of the arguments.
pub(crate) async fn find_jobs(session: &Session, arguments: &[String]) -> Result<Vec<Job>, Failure> {
    let jobs = list_jobs(session).await?;
    let list_command = session.command_line("jobs", "");
    let mut found: Vec<Job> = Vec::new();
    for argument in arguments {
        let job = select_job(jobs.clone(), argument, &list_command)?;
        if found.iter().all(|other| other.id != job.id) {
            found.push(job);
        }
    }
    Ok(found)
}

/// Returns the job of a list that `argument` identifies. An error suggests `list_command`.
pub(crate) fn select_job(jobs: Vec<Job>, argument: &str, list_command: &str) -> Result<Job, Failure> {
    if argument.trim().is_empty() {
        return Err(Failure::Usage(format!(
            "The name of the job is empty. To list the jobs: {list_command}"
        )));
    }
    let id = argument.parse::<JobId>().ok();
    let folded = fold(argument);
    // The first rule that matches any job decides.
    let rules: [&dyn Fn(&Job) -> bool; 4] =
        [&|job| Some(job.id) == id, &|job| job.name == argument, &|job| fold(&job.name) == folded, &|job| {
            fold(&job.name).starts_with(&folded)
        }];
    let mut candidates =
        rules.iter().map(|matches| jobs.iter().filter(|job| matches(job)).collect::<Vec<_>>());
    match candidates.find(|found| !found.is_empty()).unwrap_or_default().as_slice() {
        [job] => Ok((*job).clone()),
        [] if id.is_some() => {
            Err(Failure::Usage(format!("No job has the id {argument}. To list the jobs: {list_command}")))
        }
        [] => {
            let suggestion = suggest(&jobs, &folded)
                .map(|name| format!(" Did you mean {:?}?", text::escape_line(name)))
                .unwrap_or_default();
            Err(Failure::Usage(format!(
                "No job has a name that is or begins with {argument:?}.{suggestion} To list the jobs: {list_command}"
            )))
        }
        several => {
            let line = |job: &&Job| format!("\n  {}  {}", job.id, text::escape_line(&job.name));
            let list: String = several.iter().map(line).collect();
            let count = several.len();
            Err(Failure::Usage(format!(
                "{argument:?} matches {count} jobs. Use an id or more of the name:{list}"
            )))
        }
    }
}

/// Returns the name that is most like a mistyped one, or `None` if none is.
fn suggest<'a>(jobs: &'a [Job], folded: &str) -> Option<&'a str> {
    let likeness = |job: &'a Job| (strsim::jaro_winkler(&fold(&job.name), folded), job.name.as_str());
    let best = jobs.iter().map(likeness).max_by(|left, right| left.0.total_cmp(&right.0));
    best.filter(|(likeness, _)| *likeness > 0.8).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 11] = [
        "Sales prepare",
        "Sales",
        "Finance deliver",
        "Twin",
        "Twin",
        "İstanbul",
        "Gro\u{308}ße",
        "nightly",
        "Nightly",
        "LOAD",
        "Load all",
    ];

    fn jobs() -> Vec<Job> {
        let job = |(n, name): (usize, &&str)| Job {
            id: JobId(uuid::Uuid::from_u128(n as u128 + 1)),
            name: name.to_string(),
            schedule: None,
        };
        NAMES.iter().enumerate().map(job).collect()
    }

    fn found(argument: &str) -> Result<String, String> {
        let job = select_job(jobs(), argument, "txjobs jobs --domain x");
        job.map(|job| job.name).map_err(|failure| failure.to_string())
    }

    #[test]
    fn job_is_found_by_id_name_or_beginning() {
        assert_eq!(found("00000000-0000-0000-0000-000000000003").unwrap(), "Finance deliver");
        assert_eq!(found("Sales").unwrap(), "Sales", "an exact name is preferred to a beginning");
        assert_eq!(found("fin").unwrap(), "Finance deliver");
        assert_eq!(found("Sales p").unwrap(), "Sales prepare");
    }

    #[test]
    fn name_in_another_case_or_encoding_is_found() {
        assert_eq!(found("sales").unwrap(), "Sales", "it is preferred to a beginning");
        assert_eq!(found("load").unwrap(), "LOAD");
        assert_eq!(found("istanbul").unwrap(), "İstanbul");
        assert_eq!(found("ist").unwrap(), "İstanbul");
        assert_eq!(found("GRÖSSE").unwrap(), NAMES[6]);
        assert_eq!(found("größe").unwrap(), NAMES[6], "the argument has one code point, the name two");
        assert_eq!(found("Nightly").unwrap(), "Nightly", "the same case is preferred");
        assert!(found("NIGHTLY").unwrap_err().contains("matches 2 jobs"));
    }

    #[test]
    fn name_that_looks_like_an_id_is_found() {
        let name = "11111111-2222-3333-4444-555555555555";
        let job = Job { id: JobId(uuid::Uuid::from_u128(1)), name: name.to_owned(), schedule: None };
        assert_eq!(select_job(vec![job.clone()], name, "").unwrap(), job);
    }

    #[test]
    fn no_or_several_matches_are_refused_with_the_next_step() {
        assert!(found("nothing").unwrap_err().contains("To list the jobs: txjobs jobs --domain x"));
        assert!(found("00000000-0000-0000-0000-0000000000ff").unwrap_err().contains("No job has the id"));
        let several = found("sal").unwrap_err();
        assert!(several.contains("matches 2 jobs") && several.contains("Sales prepare"), "{several}");
        assert!(found("Twin").unwrap_err().contains("matches 2 jobs"));
    }

    #[test]
    fn empty_name_matches_nothing() {
        let only = vec![jobs().remove(0)];
        for empty in ["", " "] {
            assert!(select_job(only.clone(), empty, "").unwrap_err().to_string().contains("is empty"));
        }
    }

    #[test]
    fn mistyped_name_gets_a_suggestion() {
        assert!(found("Fniance deliver").unwrap_err().contains("Did you mean \"Finance deliver\"?"));
        assert!(!found("zzz").unwrap_err().contains("Did you mean"));
    }
}
