//! Lists all jobs with their status: `TXJOBS_DOMAIN=… TXJOBS_API_KEY=… cargo run --example list`.

use std::{collections::HashMap, env, error::Error};

use txjobs_sdk::{ApiKey, Client};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = ApiKey::new(env::var("TXJOBS_API_KEY").map_err(|_| "set TXJOBS_API_KEY")?)?;
    let domain = env::var("TXJOBS_DOMAIN").map_err(|_| "set TXJOBS_DOMAIN")?;
    let client = Client::builder(domain, key).build()?;

    let statuses = client.list_job_statuses().send().await?;
    let statuses: HashMap<_, _> = statuses.iter().map(|status| (status.job_id, status.status)).collect();
    for job in client.list_jobs().send().await?.iter() {
        let status = statuses.get(&job.id).map(ToString::to_string).unwrap_or_default();
        println!("{}  {status:8}  {}", job.id, job.name);
    }
    Ok(())
}
