//! The errors of the store.

use std::borrow::Cow;
use std::sync::Arc;
use std::{error, fmt, io};

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;

/// The result of an operation of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the store.
///
/// `{}` writes a description for people, `{:#}` writes the causes as well.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    /// Replaces the description of the kind.
    message: Option<Cow<'static, str>>,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

/// The category of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file system is full.
    DiskFull,
    /// The shared memory file beside the database cannot grow, usually because the disk is full.
    NoSharedMemory,
    /// The file or its file system is read-only.
    ReadOnly,
    /// The operating system failed to read or write.
    InputOutput,
    /// Another program holds the lock, or an earlier write takes too long.
    Busy,
    /// The file cannot be opened: it was removed, moved, or replaced, or it is not accessible.
    CannotOpen,
    /// The file is damaged.
    Damaged,
    /// The path does not name a database of this program.
    InvalidFile,
    /// The database was written by another version of this program, whose tables this version does not know.
    UnsupportedVersion,
    /// Another process holds the [`DatabaseLock`](crate::sqlite::DatabaseLock).
    Locked,
    /// A record with the same unique name, id, or hash exists.
    Conflict,
    /// The record does not exist.
    NotFound,
    /// The run has ended or belongs to another node, or the node is gone.
    NotOwner,
    /// The server of the database cannot be reached, or it ended the connection.
    Unreachable,
    /// The server of the database refuses the user or the database.
    AccessDenied,
    /// The store is closed.
    Closed,
    /// Another cause, such as a violated constraint.
    Other,
}

impl Error {
    /// Creates an error with a description for people.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: Some(message.into()), source: None }
    }

    /// Returns the category.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the error with a cause.
    pub(crate) fn with_source(mut self, source: impl error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Returns an error of the same kind with this description and this error as its cause.
    pub(crate) fn with_message(self, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: self.kind, message: Some(message.into()), source: Some(Arc::new(self)) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => f.write_str(message)?,
            None => write!(f, "{}", self.kind)?,
        }
        if f.alternate() {
            let mut source = error::Error::source(self);
            let mut last = String::new();
            while let Some(cause) = source {
                let text = cause.to_string();
                // Some errors of drivers repeat their cause.
                if !last.ends_with(&text) {
                    write!(f, ": {text}")?;
                }
                last = text;
                source = cause.source();
            }
        }
        Ok(())
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, message: None, source: None }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self { kind: ErrorKind::from_sqlx(&error), message: None, source: Some(Arc::new(error)) }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        sqlx::Error::from(error).into()
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self { kind: ErrorKind::from_io(error.kind()), message: None, source: Some(Arc::new(error)) }
    }
}

impl ErrorKind {
    /// Returns whether other operations fail as well, because the cause is the disk, the file, or another program.
    pub fn is_outage(self) -> bool {
        matches!(
            self,
            Self::DiskFull
                | Self::NoSharedMemory
                | Self::ReadOnly
                | Self::InputOutput
                | Self::Busy
                | Self::CannotOpen
                | Self::Damaged
                | Self::Unreachable
                | Self::AccessDenied
        )
    }

    /// Returns whether the failed transaction certainly changed nothing. An input/output error may occur after the last byte
    /// was written.
    pub fn has_no_effect(self) -> bool {
        matches!(self, Self::DiskFull | Self::ReadOnly | Self::Busy)
    }

    pub(crate) fn from_sqlx(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) if error.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                match error.try_downcast_ref::<PgDatabaseError>() {
                    Some(_) => Self::from_postgres(&code),
                    None => code.parse().map_or(Self::Other, Self::from_sqlite),
                }
            }
            // Of a connection to a server, such as a name that cannot be resolved.
            sqlx::Error::Io(error) => match Self::from_io(error.kind()) {
                Self::InputOutput | Self::CannotOpen => Self::Unreachable,
                kind => kind,
            },
            sqlx::Error::Tls(_) => Self::Unreachable,
            sqlx::Error::Migrate(error) => Self::from_migration(error),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            sqlx::Error::RowNotFound => Self::NotFound,
            _ => Self::Other,
        }
    }

    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    fn from_postgres(code: &str) -> Self {
        match code {
            "53100" => Self::DiskFull,
            "25006" => Self::ReadOnly,
            "58030" => Self::InputOutput,
            // A deadlock, a conflict of transactions, or a lock or statement that took too long.
            "40P01" | "40001" | "55P03" | "57014" => Self::Busy,
            "XX001" | "XX002" => Self::Damaged,
            "3D000" | "42501" => Self::AccessDenied,
            // The server starts or stops, or has too many connections.
            "57P01" | "57P02" | "57P03" | "53300" => Self::Unreachable,
            _ if code.starts_with("28") => Self::AccessDenied,
            _ if code.starts_with("08") => Self::Unreachable,
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
            14 => Self::CannotOpen,
            _ => Self::Other,
        }
    }

    fn from_migration(error: &MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Self::from_sqlx(error),
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => Self::UnsupportedVersion,
            _ => Self::Other,
        }
    }

    fn from_io(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::NotFound => Self::CannotOpen,
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::TimedOut => Self::Unreachable,
            _ => Self::InputOutput,
        }
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
            Self::CannotOpen => "the database file cannot be opened",
            Self::Damaged => "the database file is damaged",
            Self::InvalidFile => "the file is not a database of txjobs-gateway",
            Self::UnsupportedVersion => "the database was written by another version of txjobs-gateway",
            Self::Locked => "another gateway uses the database",
            Self::Conflict => "a record with the same name or id exists already",
            Self::NotFound => "the record does not exist",
            Self::NotOwner => "the run has ended or belongs to another node",
            Self::Unreachable => "the database server cannot be reached",
            Self::AccessDenied => "the database server refuses the user or the database",
            Self::Closed => "the database is closed",
            Self::Other => "the database failed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_sqlite_codes_have_the_kind_of_their_primary_code() {
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
            CannotOpen,
            Damaged,
            Other,
            Other,
        ];
        assert_eq!(kinds.map(ErrorKind::from_sqlite), expected);
    }

    #[test]
    fn driver_errors_are_classified() {
        let kind = |kind: io::ErrorKind| Error::from(io::Error::from(kind)).kind();
        assert_eq!(kind(io::ErrorKind::StorageFull), ErrorKind::DiskFull);
        assert_eq!(kind(io::ErrorKind::ReadOnlyFilesystem), ErrorKind::ReadOnly);
        assert_eq!(kind(io::ErrorKind::Other), ErrorKind::InputOutput);
        let kind = |error: sqlx::Error| Error::from(error).kind();
        assert_eq!(kind(sqlx::Error::Io(io::ErrorKind::StorageFull.into())), ErrorKind::DiskFull);
        assert_eq!(kind(sqlx::Error::PoolTimedOut), ErrorKind::Busy);
        assert_eq!(kind(sqlx::Error::RowNotFound), ErrorKind::NotFound);
        assert_eq!(kind(sqlx::Error::PoolClosed), ErrorKind::Closed);
        assert_eq!(
            kind(MigrateError::ExecuteMigration(sqlx::Error::PoolTimedOut, 1).into()),
            ErrorKind::Busy
        );
        assert_eq!(kind(MigrateError::VersionMismatch(1).into()), ErrorKind::UnsupportedVersion);
    }

    #[test]
    fn alternate_format_includes_the_causes() {
        let error = Error::from(io::Error::other("cable")).with_message("The database x.db cannot be opened");
        assert_eq!(error.to_string(), "The database x.db cannot be opened");
        assert_eq!(
            format!("{error:#}"),
            "The database x.db cannot be opened: the disk reports an input/output error: cable"
        );
        assert_eq!(error.clone().kind(), ErrorKind::InputOutput);
        let repeated = Error::from(sqlx::Error::Io(io::Error::other("cable")));
        assert_eq!(format!("{repeated:#}").matches("cable").count(), 1);
    }
}
