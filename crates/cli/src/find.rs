//! Which job a person means.

use txjobs_sdk::{
    Client, Trouble, paths,
    types::{Job, JobId},
};

use crate::{failure::Failure, text};

/// All jobs of the organisation, by name.
pub(crate) async fn jobs(client: &Client) -> Result<Vec<Job>, Failure> {
    let answer = client.list_jobs().send().await.map_err(|e| Trouble::from_client(&paths::LIST_JOBS, e))?;
    let mut jobs = answer.into_inner();
    jobs.sort_by_cached_key(|job| job.name.to_lowercase());
    Ok(jobs)
}

/// The one job that `wanted` names: an id, an exact name, or an unambiguous beginning of a name.
pub(crate) async fn job(client: &Client, wanted: &str) -> Result<Job, Failure> {
    pick(jobs(client).await?, wanted)
}

fn pick(jobs: Vec<Job>, wanted: &str) -> Result<Job, Failure> {
    if let Ok(id) = wanted.parse::<JobId>() {
        let found = jobs.into_iter().find(|job| job.id == id);
        return found
            .ok_or_else(|| Failure::Usage(format!("No job has the id {id}. List them: txjobs jobs")));
    }
    let lower = wanted.to_lowercase();
    let exact: Vec<_> = jobs.iter().filter(|job| job.name == wanted).cloned().collect();
    let candidates = match exact.as_slice() {
        [] => jobs.into_iter().filter(|job| job.name.to_lowercase().starts_with(&lower)).collect(),
        _ => exact,
    };
    match <[Job; 1]>::try_from(candidates) {
        Ok([job]) => Ok(job),
        Err(none) if none.is_empty() => {
            Err(Failure::Usage(format!("No job is named {wanted:?} or begins so. List them: txjobs jobs")))
        }
        Err(several) => {
            let list: String =
                several.iter().map(|job| format!("\n  {}  {}", job.id, text::one_line(&job.name))).collect();
            Err(Failure::Usage(format!(
                "{wanted:?} fits {} jobs; use an id or more of the name:{list}",
                several.len()
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs() -> Vec<Job> {
        let names = ["Sales prepare", "Sales", "Finance deliver", "Twin", "Twin"];
        let job = |(n, name): (usize, &&str)| Job {
            id: JobId(uuid::Uuid::from_u128(n as u128 + 1)),
            name: name.to_string(),
        };
        names.iter().enumerate().map(job).collect()
    }

    fn found(wanted: &str) -> Result<String, String> {
        pick(jobs(), wanted).map(|job| job.name).map_err(|failure| failure.to_string())
    }

    #[test]
    fn an_id_a_name_or_a_beginning() {
        assert_eq!(found("00000000-0000-0000-0000-000000000003").unwrap(), "Finance deliver");
        assert_eq!(found("Sales").unwrap(), "Sales", "an exact name wins over a beginning");
        assert_eq!(found("fin").unwrap(), "Finance deliver");
        assert_eq!(found("Sales p").unwrap(), "Sales prepare");
    }

    #[test]
    fn none_or_several_are_refused_with_what_to_do() {
        assert!(found("nothing").unwrap_err().contains("List them: txjobs jobs"));
        assert!(found("00000000-0000-0000-0000-0000000000ff").unwrap_err().contains("No job has the id"));
        let several = found("sal").unwrap_err();
        assert!(several.contains("fits 2 jobs") && several.contains("Sales prepare"), "{several}");
        assert!(found("Twin").unwrap_err().contains("fits 2 jobs"));
    }
}
