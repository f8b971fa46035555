//! A mail.

use lettre::message::Mailbox;

use super::template::Template;
use crate::request_secrets::SecretSource;

/// A mail that tells of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// The name of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// The user and the password.
    pub credentials: Option<(String, SecretSource)>,
    /// The sender.
    pub from: Mailbox,
    /// The recipients.
    pub to: Vec<Mailbox>,
    /// The subject.
    pub subject: Template,
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From its start.
    Implicit,
    /// After the command STARTTLS.
    StartTls,
    /// After the command STARTTLS if the server offers it, and otherwise not.
    Opportunistic,
}

impl Email {
    /// Returns the places of the secrets in it.
    pub fn secrets(&self) -> Vec<SecretSource> {
        self.credentials.iter().map(|(_, password)| password.clone()).collect()
    }
}
