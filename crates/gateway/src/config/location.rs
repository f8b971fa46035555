//! Places in the configuration file, for errors.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use anyhow::{Error, Result};

/// An error at a place of the file.
#[derive(Debug)]
struct LocatedError {
    message: String,
    span: Range<usize>,
}

impl Display for LocatedError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LocatedError {}

/// Adds places to errors.
pub trait At {
    /// Adds the place, as a range of bytes, unless the error has a more precise one.
    #[must_use]
    fn at(self, span: Range<usize>) -> Self;
}

impl<T> At for Result<T> {
    fn at(self, span: Range<usize>) -> Self {
        self.map_err(|error| match find_span(&error) {
            Some(_) => error,
            None => Error::new(LocatedError { message: format!("{error:#}"), span }),
        })
    }
}

/// Returns the place of an error.
fn find_span(error: &Error) -> Option<Range<usize>> {
    error.chain().find_map(|cause| match cause.downcast_ref::<LocatedError>() {
        Some(located) => Some(located.span.clone()),
        None => cause.downcast_ref::<toml::de::Error>()?.span(),
    })
}

/// Adds the line and the column of an error in this text.
pub(super) fn with_line(error: Error, text: &str) -> Error {
    let Some(before) = find_span(&error).and_then(|span| text.get(..span.start)) else { return error };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    // The text of this error repeats the line of the file, which does not fit into a line of the log and may be secret.
    let error = match error.downcast::<toml::de::Error>() {
        Ok(error) => Error::msg(error.message().to_owned()),
        Err(error) => error,
    };
    error.context(format!("line {line}, column {column}"))
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, bail};

    use super::*;

    fn fails() -> Result<()> {
        bail!("it is wrong")
    }

    #[test]
    fn most_precise_place_is_named() {
        let text = "a\n\u{e4}\u{e4} = b\nc";
        let error = fails().at(9..10).context("the job").at(0..1).unwrap_err();
        assert_eq!(format!("{:#}", with_line(error, text)), "line 2, column 6: the job: it is wrong");
        let error = fails().context("the job").at(0..1).unwrap_err();
        assert_eq!(format!("{:#}", with_line(error, text)), "line 1, column 1: the job: it is wrong");
        assert_eq!(format!("{:#}", with_line(fails().unwrap_err(), text)), "it is wrong");
    }
}
