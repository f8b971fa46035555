//! The client and the settings of a command.

use txjobs_sdk::{Client, paths};

use crate::{
    api_key::{self, KeyInput},
    args::{DOMAIN_VARIABLE, KEY_HEADER_VARIABLE, ServerArgs},
    environment,
    failure::Failure,
    signals::InterruptionMessage,
};

/// The client, and the settings for suggested commands.
pub(crate) struct Session<'a> {
    pub(crate) client: Client,
    /// The work that a signal interrupts.
    pub(crate) interruption_message: &'a InterruptionMessage,
    /// The options of suggested commands that select the same server. They never contain the key.
    server_options: String,
}

impl<'a> Session<'a> {
    /// Reads the settings and the key, and builds the client. Sends nothing.
    pub(crate) async fn open(
        server: &ServerArgs,
        key_input: KeyInput,
        interruption_message: &'a InterruptionMessage,
    ) -> Result<Self, Failure> {
        let setting = |option: &Option<String>, variable, default: &str| -> Result<String, Failure> {
            let value = match option {
                Some(value) => Some(value.clone()),
                None => environment::variable(variable)?,
            };
            Ok(value.unwrap_or_else(|| default.to_owned()))
        };
        let domain = setting(&server.domain, DOMAIN_VARIABLE, paths::LOCAL_GATEWAY_URL)?;
        let key_header = setting(&server.key_header, KEY_HEADER_VARIABLE, paths::API_KEY_HEADER)?;
        let server_options = [
            ("--domain", &domain, paths::LOCAL_GATEWAY_URL),
            ("--key-header", &key_header, paths::API_KEY_HEADER),
        ]
        .into_iter()
        .filter(|(_, value, default)| value != default)
        .map(|(option, value, _)| format!(" {option} {}", quote(value)))
        .collect();
        let key = api_key::read(key_input).await?;
        let client = Client::builder(domain, key).key_header(key_header).build()?;
        Ok(Self { client, interruption_message, server_options })
    }

    /// Returns a command line that can be pasted into a shell: `command`, the options that select the same server (also if they came
    /// from the environment), and `arguments`.
    pub(crate) fn command_line(&self, command: &str, arguments: &str) -> String {
        let space = if arguments.is_empty() { "" } else { " " };
        format!("txjobs {command}{}{space}{arguments}", self.server_options)
    }
}

fn quote(value: &str) -> String {
    // Quoting fails only for a zero byte, which no argument contains.
    shlex::try_quote(value).map_or_else(|_| format!("{value:?}"), Into::into)
}
