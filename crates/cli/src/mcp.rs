//! Serves tools for jobs to an assistant by the Model Context Protocol, on standard input and output.

mod answer;
mod arguments;
mod job_history;
mod job_log;
mod job_status;
mod list_jobs;
mod log_selection;
mod named_job;
mod pending_starts;
mod run_job;
mod run_summary;
mod schema;
mod server;
mod untrusted;

use rmcp::{
    ServiceExt,
    service::{QuitReason, ServerInitializeError},
    transport::{async_rw::AsyncRwTransport, stdio},
};

use self::server::JobTools;
use crate::{failure::Failure, session::Session};

/// The most bytes of a message from the assistant. A longer one is ignored.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Serves until standard input is closed. `may_run` is whether the assistant may start jobs.
pub(crate) async fn serve(session: Session, may_run: bool) -> Result<(), Failure> {
    let (input, output) = stdio();
    let transport = AsyncRwTransport::new_server(input, output).with_max_line_length(MAX_MESSAGE_BYTES);
    let service = match JobTools::new(session, may_run).serve(transport).await {
        Ok(service) => service,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
            return Err(Failure::Usage(
                "The first message on standard input is not the request `initialize` of the Model Context Protocol. Start this \
                 command from an assistant."
                    .to_owned(),
            ));
        }
        // The error may contain a message of the assistant.
        Err(_) => {
            return Err(Failure::System("The connection to the assistant cannot be opened.".to_owned()));
        }
    };
    match service.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => {
            Err(Failure::System(format!("The server failed: {error}. Please report this.")))
        }
        Ok(_) => Ok(()),
    }
}
