//! Implements `txjobs api`.

use std::collections::HashMap;

use txjobs_sdk::{operation::Operation, paths};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    runs::job_lookup,
    session::Session,
};

/// The longest body that is made harmless for a terminal.
const MAX_SHOWN_BYTES: usize = 64 * 1024 * 1024;

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    operation: &str,
    parameters: &[String],
    with_headers: bool,
) -> Result<Exit, Failure> {
    let operation = *paths::ALL.iter().find(|known| known.id == operation).expect("clap checks the name");
    let mut values = parse_parameters(operation, parameters)?;
    if let Some(job) = values.get_mut("job_id")
        && job.parse::<txjobs_sdk::types::JobId>().is_err()
    {
        *job = job_lookup::find_job(session, job).await?.id.to_string();
    }
    let request = operation.request(&|name| values.get(name).cloned().unwrap_or_default());
    session.interruption_message.set("it is unknown whether the server received the request.");
    let mut response = session.client.send_raw(&request).await?;
    if with_headers {
        output.write_message(&format!("HTTP {}", response.status()));
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            output.write_message(&format!("{name}: {}", text::escape_line(&value)));
        }
    }
    let status = response.status();
    if output.writes_raw() {
        // A body of any length is never in memory as a whole.
        while let Some(chunk) = response.chunk().await? {
            output.write_bytes(&chunk)?;
        }
    } else {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_SHOWN_BYTES {
                return Err(Failure::Usage(
                    "The body is longer than 64 MiB. Write it to a file: txjobs api ... > FILE".to_owned(),
                ));
            }
        }
        output.write_body(&body)?;
    }
    if status.is_success() {
        return Ok(Exit::Completed);
    }
    output.write_message(&format!("The server responded with {status}."));
    Ok(if matches!(status.as_u16(), 401 | 403) { Exit::KeyRefused } else { Exit::Error })
}

/// Returns the values of the parameters by name.
fn parse_parameters(
    operation: &'static Operation,
    parameters: &[String],
) -> Result<HashMap<&'static str, String>, Failure> {
    let mut values = HashMap::new();
    let mut unnamed = operation.parameters.iter();
    let known = operation.parameters.join(", ");
    for parameter in parameters {
        let named = parameter.split_once('=').and_then(|(name, value)| {
            Some((*operation.parameters.iter().find(|known| **known == name)?, value))
        });
        let (name, value) = match named {
            Some(named) => named,
            None if is_named(parameter) => {
                return Err(Failure::Usage(format!(
                    "{} has no parameter like that: {parameter:?}. Its parameters are {known}.",
                    operation.id
                )));
            }
            None => {
                let name = unnamed.find(|name| !values.contains_key(*name)).ok_or_else(|| {
                    let has = if known.is_empty() {
                        "no parameters".to_owned()
                    } else {
                        format!("only the parameters {known}")
                    };
                    Failure::Usage(format!("{} has {has}, so {parameter:?} has no place.", operation.id))
                })?;
                (*name, parameter.as_str())
            }
        };
        values.insert(name, value.to_owned());
    }
    let missing = operation.parameters.iter().find(|name| {
        !operation.query_parameters.contains(name) && values.get(**name).is_none_or(String::is_empty)
    });
    match missing {
        Some(name) => Err(Failure::Usage(format!(
            "{} needs the parameter {name}. Its parameters are {known}.",
            operation.id
        ))),
        None => Ok(values),
    }
}

/// Returns whether a parameter has the form `NAME=VALUE`.
fn is_named(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    })
}
