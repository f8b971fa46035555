//! Reads the lines of an engine's log that are new since the last response.

mod list_reader;
mod overlap;
mod position;
mod reader;
#[cfg(test)]
mod tests;
mod texts;

pub(super) use list_reader::Changes;
pub(super) use position::LogPosition;
pub(super) use reader::LogReader;
pub(super) use texts::{TextList, texts_at};
