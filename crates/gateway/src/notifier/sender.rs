//! Sends one notification to a channel.

use std::time::Duration;

use reqwest::Client;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use txjobs_store::time::Micros;

use super::delivery_error::DeliveryError;
use super::mail::send_mail;
use super::receipt::Receipt;
use super::webhook::{client, send_request};
use crate::notify::{Channel, Content, Target};

/// The longest time of a delivery.
const MAX_TIME: Duration = Duration::from_secs(15);

/// Sends notifications. Channels share it.
#[derive(Debug, Default)]
pub struct Sender {
    /// Created for the first webhook.
    client: OnceCell<Client>,
}

impl Sender {
    /// Sends a notification that was created at this time. Returns what the server said.
    ///
    /// # Errors
    ///
    /// Fails if the server has not accepted it within 15 seconds.
    pub async fn send(
        &self,
        channel: &Channel,
        content: &Content,
        created_at: Micros,
    ) -> Result<Receipt, DeliveryError> {
        let send = async {
            match &channel.target {
                Target::Webhook(webhook) => {
                    let client = self.client.get_or_try_init(async || client()).await?;
                    let status = send_request(client, webhook, content).await?;
                    Ok(Receipt { status, refused: None })
                }
                Target::Email(email) => send_mail(email, &channel.name, content, created_at).await,
            }
        };
        timeout(MAX_TIME, send).await.unwrap_or_else(|_| {
            let limit = humantime::format_duration(MAX_TIME);
            Err(DeliveryError { cause: format!("there was no answer within {limit}"), retry_after: None })
        })
    }
}
