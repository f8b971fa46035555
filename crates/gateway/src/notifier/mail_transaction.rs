//! The part of a connection to a mail server in which a mail is transmitted.

use anyhow::{Result, bail, ensure};
use lettre::message::Message;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

/// Transmits a mail to the recipients that the server accepts. Returns its answer, and the refused recipients with
/// the reasons. The crate's own function would send nothing if one of them is refused.
///
/// # Errors
///
/// Fails if the server accepts no recipient, or does not accept the mail.
pub(super) async fn transmit_mail(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<(Response, Vec<String>)> {
    let (envelope, text) = (message.envelope(), message.formatted());
    let mut addresses = envelope.to().iter().chain(envelope.from());
    let needs_utf8 = !addresses.all(|address| AsRef::<str>::as_ref(address).is_ascii());
    let eight_bit = MailParameter::Body(MailBodyParameter::EightBitMime);
    let mut parameters = Vec::new();
    for (is_needed, extension, parameter) in [
        (needs_utf8, Extension::SmtpUtfEight, MailParameter::SmtpUtfEight),
        (!text.is_ascii(), Extension::EightBitMime, eight_bit),
    ] {
        if is_needed {
            ensure!(
                connection.server_info().supports_feature(extension),
                "the server does not support {extension}, which an address of the mail needs"
            );
            parameters.push(parameter);
        }
    }
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await?;
    let mut refusals = Vec::new();
    for recipient in envelope.to() {
        match connection.command(Rcpt::new(recipient.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.status().is_some() => refusals.push(format!("<{recipient}>: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
    if refusals.len() == envelope.to().len() {
        bail!("no recipient is accepted: {}", refusals.join(", "));
    }
    connection.command(Data).await?;
    Ok((connection.message(&text).await?, refusals))
}
