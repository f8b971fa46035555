//! `notify test`: sends a test message through each channel.

use anyhow::{Result, bail, ensure};
use futures::future::join_all;

use crate::clock::system_time;
use crate::config::Config;
use crate::notifier::{Receipt, Sender};
use crate::notify::{Channel, Content};
use crate::output::print;

/// Sends a test message through the channel with this name, or through all, and prints what happened.
///
/// # Errors
///
/// Fails if there is no such channel, or if a message was not delivered to all recipients.
pub async fn test(config: &Config, name: Option<&str>) -> Result<()> {
    let channels: Vec<&Channel> =
        config.channels.iter().filter(|channel| name.is_none_or(|name| channel.name == name)).collect();
    if let Some(name) = name.filter(|_| channels.is_empty()) {
        let names: Vec<_> = config.channels.iter().map(|channel| format!("\"{}\"", channel.name)).collect();
        bail!("The configuration has no channel \"{name}\". Its channels: {}.", names.join(", "));
    }
    ensure!(!channels.is_empty(), "The configuration has no channels. Add a table [[notify]] to it.");
    let now = system_time();
    let sender = Sender::default();
    let send =
        async |channel: &&Channel| sender.send(channel, &Content::of_test(&channel.name, now), now).await;
    let sent = join_all(channels.iter().map(send)).await;
    let mut text = String::new();
    for (channel, sent) in channels.iter().zip(&sent) {
        let outcome = match sent {
            Ok(Receipt { status, refused: None }) => format!("delivered ({status})"),
            Ok(Receipt { status, refused: Some(refused) }) => {
                format!("delivered ({status}), but not to all recipients: {refused}")
            }
            Err(error) => format!("failed: {}", error.cause),
        };
        text.push_str(&format!("{}\t{}\t{outcome}\n", channel.name, channel.describe()));
    }
    print(&text)?;
    let is_complete = |sent: &Result<Receipt, _>| matches!(sent, Ok(Receipt { refused: None, .. }));
    let incomplete = sent.iter().filter(|sent| !is_complete(sent)).count();
    ensure!(
        incomplete == 0,
        "Test messages that were not delivered to all recipients: {incomplete} of {}.",
        sent.len()
    );
    Ok(())
}
