//! Names of severities in the language of the user.

use crate::{
    log::{Level, LineView},
    text::t,
};

/// Returns the name of a level, for example `warning`.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Information => t("information"),
        Level::Warning => t("warning"),
        Level::Error => t("error"),
        Level::Other => t("unknown"),
    }
}

/// Returns the name of the severity of a line. An unknown severity includes its number.
pub(super) fn severity_name(view: &LineView<'_>) -> String {
    match view.level {
        Level::Other => view.severity.to_string(),
        level => level_name(level).to_owned(),
    }
}
