//! Implements `txjobs mcp`.

use crate::{
    failure::{Exit, Failure},
    mcp,
    output::Output,
    session::Session,
};

pub(crate) async fn run(
    session: Session<'static>,
    output: &mut Output,
    allow_run: bool,
) -> Result<Exit, Failure> {
    let interruption_message = session.interruption_message;
    mcp::serve(session, allow_run).await?;
    if let Some(clause) = interruption_message.text() {
        output.write_note(&format!("warning: Standard input was closed; {clause}"));
    }
    Ok(Exit::Completed)
}
