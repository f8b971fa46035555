//! The address of a database.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// A database that can hold the store.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database, which may contain a password.
    Postgres(String),
}

impl FromStr for Database {
    type Err = String;

    /// Parses a path, a path after `sqlite:`, or a URL of PostgreSQL. The error describes the problem for people.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return match PgConnectOptions::from_str(text) {
                Ok(_) => Ok(Self::Postgres(text.to_owned())),
                // The error of the URL's parser may repeat the password.
                Err(_) => Err("the URL is not valid: write postgres://USER@HOST:PORT/DATABASE".to_owned()),
            };
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        match path.split_once("://") {
            Some((scheme, _)) => Err(format!(
                "{scheme} is not supported: name a SQLite file, for instance gateway.db, or a URL that begins with postgres://"
            )),
            None if path.is_empty() || path.starts_with(":memory:") => {
                Err("name a file: the database must outlive the gateway".to_owned())
            }
            None => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }
}

impl fmt::Display for Database {
    /// Writes the path, or the server and the name of the database without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => match PgConnectOptions::from_str(url) {
                Ok(options) => {
                    let (host, port) = (options.get_host(), options.get_port());
                    write!(f, "postgres://{host}:{port}/{}", options.get_database().unwrap_or_default())
                }
                Err(_) => f.write_str("postgres://"),
            },
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_is_parsed() {
        for text in ["a/b.db", "sqlite:a/b.db", "sqlite://a/b.db"] {
            assert_eq!(text.parse(), Ok(Database::Sqlite(PathBuf::from("a/b.db"))), "{text}");
        }
        let url = "postgres://me:secret@localhost:5433/jobs?sslmode=require";
        let database: Database = url.parse().unwrap();
        assert_eq!(database, Database::Postgres(url.to_owned()));
        assert_eq!(format!("{database} {database:?}").matches("secret").count(), 0);
        assert_eq!(database.to_string(), "postgres://localhost:5433/jobs");
        assert!("mysql://localhost/x".parse::<Database>().unwrap_err().starts_with("mysql is not supported"));
        let error = "postgres://me:secret@[broken".parse::<Database>().unwrap_err();
        assert!(error.contains("postgres://USER@HOST") && !error.contains("secret"), "{error}");
        assert!("sqlite::memory:".parse::<Database>().is_err());
        assert!("".parse::<Database>().is_err());
    }
}
