//! What a server said when it accepted a notification.

/// What a server said when it accepted a notification. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The status.
    pub status: String,
    /// The recipients of a mail that the server refused, and why, for the inside of a sentence.
    pub refused: Option<String>,
}
