//! Which job a person means.

use txjobs_sdk::{
    Error, paths,
    types::{Job, JobId},
};

use crate::{
    failure::Failure,
    names::{NameOrder, fold},
    session::Session,
    text,
};

/// Returns all jobs of the organization, sorted by name.
pub(crate) async fn jobs(session: &Session<'_>) -> Result<Vec<Job>, Failure> {
    let answer = session.client.list_jobs().send().await;
    let mut jobs = answer.map_err(|e| Error::from_client(&paths::LIST_JOBS, e))?.into_inner();
    let order = NameOrder::new();
    jobs.sort_by(|left, right| order.compare(&left.name, &right.name).then_with(|| left.id.cmp(&right.id)));
    Ok(jobs)
}

/// Returns the one job that `wanted` names: by id, by name in any case, or by the beginning of one name only.
pub(crate) async fn job(session: &Session<'_>, wanted: &str) -> Result<Job, Failure> {
    pick(jobs(session).await?, wanted, &session.suggest("jobs", ""))
}

fn pick(jobs: Vec<Job>, wanted: &str, list_command: &str) -> Result<Job, Failure> {
    let id = wanted.parse::<JobId>().ok();
    let folded = fold(wanted);
    // The first rule that matches any job decides.
    let rules: [&dyn Fn(&Job) -> bool; 4] =
        [&|job| Some(job.id) == id, &|job| job.name == wanted, &|job| fold(&job.name) == folded, &|job| {
            fold(&job.name).starts_with(&folded)
        }];
    let mut candidates = rules.iter().map(|fits| jobs.iter().filter(|job| fits(job)).collect::<Vec<_>>());
    match candidates.find(|found| !found.is_empty()).unwrap_or_default().as_slice() {
        [job] => Ok((*job).clone()),
        [] if id.is_some() => {
            Err(Failure::Usage(format!("No job has the id {wanted}. List them: {list_command}")))
        }
        [] => {
            Err(Failure::Usage(format!("No job is named {wanted:?} or begins so. List them: {list_command}")))
        }
        several => {
            let line = |job: &&Job| format!("\n  {}  {}", job.id, text::one_line(&job.name));
            let list: String = several.iter().map(line).collect();
            let count = several.len();
            Err(Failure::Usage(format!("{wanted:?} fits {count} jobs; use an id or more of the name:{list}")))
        }
    }
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
        };
        NAMES.iter().enumerate().map(job).collect()
    }

    fn found(wanted: &str) -> Result<String, String> {
        let job = pick(jobs(), wanted, "txjobs jobs --domain x");
        job.map(|job| job.name).map_err(|failure| failure.to_string())
    }

    #[test]
    fn an_id_a_name_or_a_beginning() {
        assert_eq!(found("00000000-0000-0000-0000-000000000003").unwrap(), "Finance deliver");
        assert_eq!(found("Sales").unwrap(), "Sales", "an exact name wins over a beginning");
        assert_eq!(found("fin").unwrap(), "Finance deliver");
        assert_eq!(found("Sales p").unwrap(), "Sales prepare");
    }

    #[test]
    fn name_in_another_case_or_encoding_is_found() {
        assert_eq!(found("sales").unwrap(), "Sales", "it wins over a beginning");
        assert_eq!(found("load").unwrap(), "LOAD");
        assert_eq!(found("istanbul").unwrap(), "İstanbul");
        assert_eq!(found("ist").unwrap(), "İstanbul");
        assert_eq!(found("GRÖSSE").unwrap(), NAMES[6]);
        assert_eq!(found("größe").unwrap(), NAMES[6], "typed as one character, named as two");
        assert_eq!(found("Nightly").unwrap(), "Nightly", "the same case wins");
        assert!(found("NIGHTLY").unwrap_err().contains("fits 2 jobs"));
    }

    #[test]
    fn name_that_looks_like_an_id_is_found() {
        let name = "11111111-2222-3333-4444-555555555555";
        let job = Job { id: JobId(uuid::Uuid::from_u128(1)), name: name.to_owned() };
        assert_eq!(pick(vec![job.clone()], name, "").unwrap(), job);
    }

    #[test]
    fn none_or_several_are_refused_with_what_to_do() {
        assert!(found("nothing").unwrap_err().contains("List them: txjobs jobs --domain x"));
        assert!(found("00000000-0000-0000-0000-0000000000ff").unwrap_err().contains("No job has the id"));
        let several = found("sal").unwrap_err();
        assert!(several.contains("fits 2 jobs") && several.contains("Sales prepare"), "{several}");
        assert!(found("Twin").unwrap_err().contains("fits 2 jobs"));
    }
}
