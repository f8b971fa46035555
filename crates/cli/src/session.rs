//! The client and the settings of a command.

use tokio::sync::OnceCell;
use txjobs_sdk::{
    Client, Extensions,
    types::{JobId, TriggerId},
};

use crate::{
    failure::Failure,
    output::Output,
    settings::{self, KeyInput, ServerOptions, Setting, Settings},
    signals::InterruptionMessage,
};

/// The client, and the settings for suggested commands.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) settings: Settings,
    /// The address of the console, which was checked.
    pub(crate) console: Option<String>,
    /// What the server announces, once it is known.
    pub(crate) extensions: OnceCell<Extensions>,
    /// The work that a signal interrupts.
    pub(crate) interruption_message: InterruptionMessage,
    /// The options of suggested commands that select the same server. They never contain the key.
    server_options: String,
}

impl Session {
    /// Reads the settings and the key, and builds the client. Sends nothing.
    pub(crate) async fn open(
        server: &ServerOptions,
        key_input: KeyInput,
        output: &mut Output,
        interruption_message: InterruptionMessage,
    ) -> Result<Self, Failure> {
        let settings = Settings::resolve(server)?;
        // A wrong address is not hidden by a missing key.
        settings.base_url()?;
        let console = settings.console_url()?;
        settings.check_trust()?;
        let found = settings::read_key(&settings, key_input).await?;
        if let Some(warning) = found.warning {
            output.write_warning(&warning);
        }
        output.mask(found.key.clone());
        let client = Client::builder(settings.domain.value.clone(), found.key)
            .key_header(settings.key_header.value.clone())
            .build()?;
        check_encryption(&client, &settings, output)?;
        let server_options = server_options(&settings);
        Ok(Self {
            client,
            settings,
            console,
            extensions: OnceCell::new(),
            interruption_message,
            server_options,
        })
    }

    /// Returns a command line that can be pasted into a shell: `command`, the options that select the same server (also if they came
    /// from the environment), and `arguments`.
    pub(crate) fn command_line(&self, command: &str, arguments: &str) -> String {
        let space = if arguments.is_empty() { "" } else { " " };
        format!("txjobs {command}{}{space}{arguments}", self.server_options)
    }

    /// Returns the address of a job or a run in the console, if the console is known.
    pub(crate) fn link(&self, job: JobId, trigger_id: Option<TriggerId>) -> Option<String> {
        Some(console_link(self.console.as_ref()?, Some(job), trigger_id))
    }
}

/// Returns the address of a screen of the console.
pub(crate) fn console_link(console: &str, job: Option<JobId>, trigger_id: Option<TriggerId>) -> String {
    match (job, trigger_id) {
        (None, _) => format!("{console}/"),
        (Some(job), None) => format!("{console}/#/jobs/{job}"),
        (Some(job), Some(trigger_id)) => format!("{console}/#/jobs/{job}/runs/{trigger_id}"),
    }
}

/// Refuses to send the key without encryption to another machine, unless the user allows it.
pub(crate) fn check_encryption(
    client: &Client,
    settings: &Settings,
    output: &mut Output,
) -> Result<(), Failure> {
    let Some(warning) = client.cleartext_key_warning() else { return Ok(()) };
    if settings.insecure_http.value {
        output.write_warning(&warning);
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "The API key would be sent to {} without encryption. Use https://, or allow it with --insecure-http or \
         `insecure_http = true` in the profile.",
        settings.domain.value
    )))
}

fn server_options(settings: &Settings) -> String {
    let mut options = String::new();
    let mut add = |option: &str, value: &str| {
        let space = if value.is_empty() { "" } else { " " };
        options += &format!(" {option}{space}{}", quote(value));
    };
    if let Some(profile) = settings.profile.as_ref().filter(|profile| is_for_this_call(profile)) {
        add("--profile", &profile.value);
    }
    if is_for_this_call(&settings.domain) {
        add("--domain", &settings.domain.value);
    }
    if is_for_this_call(&settings.key_header) {
        add("--key-header", &settings.key_header.value);
    }
    if is_for_this_call(&settings.insecure_http) {
        add("--insecure-http", "");
    }
    options
}

/// Returns whether the value comes from an option or the environment, so that another shell does not have it.
fn is_for_this_call<T>(setting: &Setting<T>) -> bool {
    setting.source.is_option_or_variable()
}

fn quote(value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    // Quoting fails only for a zero byte, which no argument contains.
    shlex::try_quote(value).map_or_else(|_| format!("{value:?}"), Into::into)
}
