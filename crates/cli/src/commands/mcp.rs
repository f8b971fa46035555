//! Implements `txjobs mcp`.

use crate::{exit::Exit, failure::Failure, mcp, output::Output, session::Session};

pub(crate) async fn run(session: Session, output: &mut Output, allow_run: bool) -> Result<Exit, Failure> {
    let interruption_message = session.interruption_message.clone();
    mcp::serve(session, allow_run).await?;
    if let Some(clause) = interruption_message.text() {
        output.write_warning(&format!("Standard input was closed; {clause}"));
    }
    Ok(Exit::Completed)
}
