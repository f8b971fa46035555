//! Requests to start a job whose outcome the assistant does not know.

use std::sync::{Mutex, PoisonError};

use crate::signals::InterruptionMessage;

/// The jobs whose start was requested, and whose response the assistant does not have: it is pending, or the call was canceled.
/// Keeps the message about a signal up to date.
pub(super) struct PendingStarts {
    names: Mutex<Vec<String>>,
    interruption_message: InterruptionMessage,
}

impl PendingStarts {
    pub(super) fn new(interruption_message: InterruptionMessage) -> Self {
        Self { names: Mutex::default(), interruption_message }
    }

    /// Adds a job before its start is requested.
    pub(super) fn add(&self, name: &str) {
        self.change(|names| names.push(name.to_owned()));
    }

    /// Removes a job when the outcome of the request can be reported to the assistant.
    pub(super) fn remove(&self, name: &str) {
        self.change(|names| {
            if let Some(index) = names.iter().position(|other| other == name) {
                names.remove(index);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut names);
        if names.is_empty() {
            self.interruption_message.clear();
        } else {
            let names = names.join(", ");
            self.interruption_message.set(format!("it is unknown whether these jobs were started: {names}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interruption_message_names_the_jobs_that_are_being_started() {
        let message = InterruptionMessage::default();
        let starts = PendingStarts::new(message.clone());
        starts.add("Sales");
        starts.add("Load");
        assert_eq!(
            message.text().as_deref(),
            Some("it is unknown whether these jobs were started: Sales, Load")
        );
        starts.remove("Sales");
        assert!(message.text().is_some_and(|text| text.ends_with(": Load")));
        starts.remove("Load");
        assert_eq!(message.text(), None);
    }
}
