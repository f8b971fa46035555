//! From the command line and the environment to a client.

use std::io::{self, BufRead, IsTerminal, Read};

use txjobs_sdk::{ApiKey, Client};

use crate::{args::Service, failure::Failure};

const KEY_VARIABLE: &str = "TXJOBS_API_KEY";
/// No key is longer; what is longer is another file by mistake.
const LONGEST_KEY: u64 = 16 * 1024;

pub(crate) fn client(service: &Service) -> Result<Client, Failure> {
    let key = key(service.key_stdin)?;
    Ok(Client::builder(&service.domain, key).key_header(&service.key_header).build()?)
}

fn key(from_stdin: bool) -> Result<ApiKey, Failure> {
    if from_stdin {
        let mut line = String::new();
        io::stdin()
            .lock()
            .take(LONGEST_KEY)
            .read_line(&mut line)
            .map_err(|e| Failure::Usage(format!("The API key cannot be read from standard input: {e}.")))?;
        return Ok(ApiKey::new(line)?);
    }
    if let Ok(key) = std::env::var(KEY_VARIABLE) {
        return ApiKey::new(key).map_err(|problem| Failure::Usage(format!("{KEY_VARIABLE}: {problem}")));
    }
    if io::stdin().is_terminal() {
        let typed = rpassword::prompt_password("API key: ")
            .map_err(|e| Failure::Usage(format!("The API key cannot be read: {e}.")))?;
        return Ok(ApiKey::new(typed)?);
    }
    Err(Failure::Usage(format!(
        "No API key. Set {KEY_VARIABLE}, or pipe the key in: txjobs --key-stdin ... < keyfile"
    )))
}
