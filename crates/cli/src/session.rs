//! The client and the settings that every command uses.

use txjobs_sdk::{Client, paths};

use crate::{
    args::{DOMAIN_VARIABLE, KEY_HEADER_VARIABLE, Service},
    connect, environment,
    failure::Failure,
    signals::Interruption,
};

/// The client, and the settings that messages about the next step need.
pub(crate) struct Session<'a> {
    pub(crate) client: Client,
    /// The work that a signal would interrupt now.
    pub(crate) interruption: &'a Interruption,
    /// The flags that reach the same service again. The key is never among them.
    flags: String,
}

impl<'a> Session<'a> {
    /// Reads the settings of `service` and the key, and sets up the client. Sends nothing.
    pub(crate) async fn open(service: &Service, interruption: &'a Interruption) -> Result<Self, Failure> {
        let setting = |flag: &Option<String>, variable, default: &str| -> Result<String, Failure> {
            let value = match flag {
                Some(value) => Some(value.clone()),
                None => environment::variable(variable)?,
            };
            Ok(value.unwrap_or_else(|| default.to_owned()))
        };
        let domain = setting(&service.domain, DOMAIN_VARIABLE, paths::LOCAL_GATEWAY_URL)?;
        let key_header = setting(&service.key_header, KEY_HEADER_VARIABLE, paths::API_KEY_HEADER)?;
        let flags = [
            ("--domain", &domain, paths::LOCAL_GATEWAY_URL),
            ("--key-header", &key_header, paths::API_KEY_HEADER),
        ]
        .into_iter()
        .filter(|(_, value, default)| value != default)
        .map(|(flag, value, _)| format!(" {flag} {}", quoted(value)))
        .collect();
        let key = connect::key(service.key_stdin).await?;
        let client = Client::builder(domain, key).key_header(key_header).build()?;
        Ok(Self { client, interruption, flags })
    }

    /// Returns a command of this program that can be pasted into a shell: `command` with the flags that reach the same
    /// service, also if they came from the environment, followed by `arguments`.
    pub(crate) fn suggest(&self, command: &str, arguments: &str) -> String {
        let space = if arguments.is_empty() { "" } else { " " };
        format!("txjobs {command}{}{space}{arguments}", self.flags)
    }
}

fn quoted(value: &str) -> String {
    // A value with a zero byte cannot be an argument in the first place.
    shlex::try_quote(value).map_or_else(|_| format!("{value:?}"), Into::into)
}
