//! Reports changes of a configuration that a running server does not apply.

use std::convert::Infallible;

use super::source::ConfigSource;
use crate::config::Config;
use crate::reload_requests::ReloadRequests;

/// Logs whether the file is valid and needs a restart, when it changes and when a reload is requested. Calls `requested` for each
/// request.
pub(crate) async fn report_changes_forever(
    mut source: ConfigSource,
    current: Config,
    mut requests: ReloadRequests,
    requested: impl Fn(),
) -> Infallible {
    loop {
        tokio::select! {
            () = source.watched.changed() => {}
            () = requests.next() => {
                requested();
                source.watched.note_use().await;
            }
        }
        let path = source.path.display();
        match source.load_in_background().await {
            Ok(new) => match current.restart_reason(&new) {
                Some(reason) => tracing::warn!("the configuration {path} has changed. {reason}"),
                None => tracing::info!("the configuration {path} was read again: nothing has changed"),
            },
            Err(error) => tracing::error!("the earlier configuration stays in use: {error:#}"),
        }
    }
}
