//! Runs a job, prints its log while it runs, and exits with 0 only if it completed, with or without warnings:
//! `TXJOBS_DOMAIN=… TXJOBS_API_KEY=… cargo run --example run_and_wait -- 'Nightly load'`.

use std::{env, error::Error, pin::pin, process::ExitCode, time::Duration};

use futures::StreamExt;
use txjobs_sdk::{ApiKey, Client, ExecutionState, RunEvent};

/// The longest wait for the end of the run. The job continues after it.
const MAX_WAIT: Duration = Duration::from_secs(2 * 60 * 60);

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let key = ApiKey::new(env::var("TXJOBS_API_KEY").map_err(|_| "set TXJOBS_API_KEY")?)?;
    let domain = env::var("TXJOBS_DOMAIN").map_err(|_| "set TXJOBS_DOMAIN")?;
    let name = env::args().nth(1).ok_or("pass the name of the job")?;
    let client = Client::builder(domain, key).build()?;

    let jobs = client.list_jobs().send().await?;
    let job = jobs.iter().find(|job| job.name == name).ok_or("no job has this name")?;
    let run = async {
        let mut run = pin!(client.execute_and_follow(job.id));
        while let Some(event) = run.next().await {
            match event? {
                RunEvent::Queued(queued) => eprintln!("trigger id {}", queued.trigger_id),
                RunEvent::State(state) => eprintln!("{state}"),
                RunEvent::ExternalLink(link) => eprintln!("{link}"),
                RunEvent::Line(line) => println!("{:11} {}", line.severity, line.message),
                RunEvent::TransientError(error) => eprintln!("{error} Still waiting."),
                RunEvent::Ended(execution) => return Ok(execution.state),
                _ => {}
            }
        }
        Err(Box::<dyn Error>::from("the event stream ended before the run"))
    };
    let state = tokio::time::timeout(MAX_WAIT, run).await.map_err(|_| "still running after two hours")??;
    Ok(match state {
        ExecutionState::Completed | ExecutionState::CompletedWithWarnings => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
