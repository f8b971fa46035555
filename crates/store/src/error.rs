//! The causes of database failures, with their descriptions.

use std::{fmt, io};

/// The cause of a database failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The file system has no room left.
    DiskFull,
    /// The shared memory file beside the database cannot grow, usually because the disk is full.
    NoSharedMemory,
    /// The file or its file system is read-only.
    ReadOnly,
    /// The operating system failed to read or write.
    InputOutput,
    /// Another program holds the lock, or an earlier write takes too long.
    Busy,
    /// The file cannot be opened: it was removed, moved or replaced.
    Gone,
    /// The content is not a database, or a damaged one.
    Damaged,
    /// Another cause, such as a violated constraint.
    Other,
}

impl ErrorKind {
    /// Classifies an error of the database driver.
    pub fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let code = error.code().and_then(|code| code.parse().ok());
                code.map_or(Self::Other, Self::from_sqlite)
            }
            sqlx::Error::Io(error) => Self::from_io(error.kind()),
            sqlx::Error::PoolTimedOut => Self::Busy,
            _ => Self::Other,
        }
    }

    // https://www.sqlite.org/rescode.html: the low byte of an extended code is the primary code.
    fn from_sqlite(code: i32) -> Self {
        match code & 0xff {
            // SQLITE_IOERR_SHMSIZE
            10 if code >> 8 == 19 => Self::NoSharedMemory,
            5 | 6 => Self::Busy,
            8 => Self::ReadOnly,
            10 => Self::InputOutput,
            11 | 26 => Self::Damaged,
            13 => Self::DiskFull,
            14 => Self::Gone,
            _ => Self::Other,
        }
    }

    fn from_io(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::NotFound => Self::Gone,
            _ => Self::InputOutput,
        }
    }

    /// Returns whether the cause is outside of the request that failed, so that other requests fail as well.
    pub fn is_lasting(self) -> bool {
        self != Self::Other
    }

    /// Returns whether the failed transaction certainly changed nothing. An input/output error may occur after the last byte
    /// was written.
    pub fn is_without_effect(self) -> bool {
        matches!(self, Self::DiskFull | Self::ReadOnly | Self::Busy)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "the disk is full",
            Self::NoSharedMemory => "the disk is full, or the shared memory file of the database cannot grow",
            Self::ReadOnly => "the database is read-only",
            Self::InputOutput => "the disk reports an input/output error",
            Self::Busy => "the database is locked by another program, or its disk is too slow",
            Self::Gone => "the database file cannot be opened",
            Self::Damaged => "the database file is damaged",
            Self::Other => "the database failed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_have_the_kind_of_their_primary_code() {
        let kinds = [13, 8, 8 | 4 << 8, 10, 10 | 3 << 8, 10 | 19 << 8, 5, 5 | 2 << 8, 14, 11, 19, 531];
        use ErrorKind::*;
        let expected = [
            DiskFull,
            ReadOnly,
            ReadOnly,
            InputOutput,
            InputOutput,
            NoSharedMemory,
            Busy,
            Busy,
            Gone,
            Damaged,
            Other,
            Other,
        ];
        assert_eq!(kinds.map(ErrorKind::from_sqlite), expected);
    }

    #[test]
    fn errors_of_the_file_system_have_a_kind() {
        let kind = |kind: io::ErrorKind| ErrorKind::of(&sqlx::Error::Io(kind.into()));
        assert_eq!(kind(io::ErrorKind::StorageFull), ErrorKind::DiskFull);
        assert_eq!(kind(io::ErrorKind::ReadOnlyFilesystem), ErrorKind::ReadOnly);
        assert_eq!(kind(io::ErrorKind::Other), ErrorKind::InputOutput);
        assert_eq!(ErrorKind::of(&sqlx::Error::PoolTimedOut), ErrorKind::Busy);
        assert_eq!(ErrorKind::of(&sqlx::Error::RowNotFound), ErrorKind::Other);
    }
}
