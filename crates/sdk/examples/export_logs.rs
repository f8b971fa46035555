//! Writes the log lines of all runs of a job as CSV:
//! `TXJOBS_DOMAIN=… TXJOBS_API_KEY=… cargo run --example export_logs -- 'Nightly load' > log.csv`.

use std::{env, error::Error, io::Write};

use txjobs_sdk::{ApiKey, Client, follow::sort_lines};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = ApiKey::new(env::var("TXJOBS_API_KEY").map_err(|_| "set TXJOBS_API_KEY")?)?;
    let domain = env::var("TXJOBS_DOMAIN").map_err(|_| "set TXJOBS_DOMAIN")?;
    let name = env::args().nth(1).ok_or("pass the name of the job")?;
    let client = Client::builder(domain, key).build()?;

    let jobs = client.list_jobs().send().await?;
    let job = jobs.iter().find(|job| job.name == name).ok_or("no job has this name")?;
    let mut executions = client.get_job_logs().job_id(job.id).send().await?.into_inner().0;
    executions.sort_by_key(|execution| execution.create_time);

    let mut out = std::io::stdout().lock();
    writeln!(out, "execution,state,time,severity,message")?;
    for execution in &mut executions {
        sort_lines(&mut execution.job_execution_logs);
        for line in &execution.job_execution_logs {
            let time = line.time_stamp.map(|time| time.to_string()).unwrap_or_default();
            let message = line.message.replace('"', "\"\"");
            writeln!(out, "{},{},{time},{},\"{message}\"", execution.id, execution.state, line.severity)?;
        }
    }
    Ok(())
}
