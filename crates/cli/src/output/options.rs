//! The options for the output.

use clap::{Args, ValueEnum};

/// The format of the output.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct FormatOptions {
    /// Write one JSON document to standard output instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Write JSON objects to standard output as they occur, one per line.
    #[arg(long, global = true, conflicts_with = "json")]
    pub(crate) ndjson: bool,

    /// Write only data and errors: no log while a job runs, no progress and no notes.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    /// When to use color. The variables NO_COLOR and CLICOLOR_FORCE have the same effect.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: Color,
}

/// When to use color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
