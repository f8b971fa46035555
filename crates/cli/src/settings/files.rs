//! The user's file with profiles, and the file of a project.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use toml_edit::DocumentMut;

use super::folder::{config_folder, required_config_folder};
use crate::{environment, failure::Failure, output::text::escape_line};

const USER_FILE: &str = "config.toml";
const PROJECT_FILE: &str = ".txjobs.toml";
pub(crate) const NO_PROFILES: &str = "There are no profiles yet. To create one: txjobs login";
/// A longer file is not a file of this program.
const MAX_BYTES: u64 = 1024 * 1024;

/// The values of a profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Values {
    pub(crate) domain: Option<String>,
    pub(crate) key_header: Option<String>,
    pub(crate) insecure_http: Option<bool>,
    /// The address of the console.
    pub(crate) console: Option<String>,
    /// Where the key of the domain is stored.
    pub(crate) key: Option<KeyStore>,
}

/// A place that keeps keys.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyStore {
    /// The keyring of the operating system
    Keyring,
    /// A file that only you can read
    File,
}

impl KeyStore {
    /// Returns the name in files and options.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

/// The user's file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserFile {
    pub(crate) default_profile: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Values>,
}

impl UserFile {
    /// Returns a sentence with the names of all profiles, for an error about an unknown one.
    pub(crate) fn known_profiles(&self) -> String {
        if self.profiles.is_empty() {
            return NO_PROFILES.to_owned();
        }
        let names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
        format!("The profiles are: {}.", names.join(", "))
    }
}

/// The file of a project. It cannot allow plain http and stores no key, because it belongs to everyone who has the project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectFile {
    pub(super) profile: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) key_header: Option<String>,
    pub(super) console: Option<String>,
}

/// Returns the path of the user's file, or `None` if this account has no place for it.
pub(crate) fn path() -> Result<Option<PathBuf>, Failure> {
    Ok(config_folder()?.map(|folder| folder.join(USER_FILE)))
}

/// Reads the user's file. A missing file is an empty one.
pub(crate) fn load() -> Result<UserFile, Failure> {
    match path()? {
        Some(path) => Ok(parse(&path)?.unwrap_or_default()),
        None => Ok(UserFile::default()),
    }
}

/// Reads the file of the project that contains the current folder: the file in this folder, or in a folder above it up to the root
/// of the Git repository.
pub(super) fn load_project() -> Result<Option<(PathBuf, ProjectFile)>, Failure> {
    let Ok(folder) = env::current_dir() else { return Ok(None) };
    for path in project_paths(&folder) {
        check_project_file(&path)?;
        if let Some(file) = parse::<ProjectFile>(&path)? {
            if file.domain.is_none() && (file.key_header.is_some() || file.console.is_some()) {
                let problem = "key_header and console need a domain in the same file";
                return Err(invalid(&path, problem));
            }
            return Ok(Some((path, file)));
        }
    }
    Ok(None)
}

/// Returns the paths that the project's file may have, the nearest first. Outside of a repository, only the current folder counts,
/// because another user may own a folder above it.
fn project_paths(folder: &Path) -> Vec<PathBuf> {
    let depth = folder.ancestors().position(|folder| folder.join(".git").exists()).unwrap_or_default();
    folder.ancestors().take(depth + 1).map(|folder| folder.join(PROJECT_FILE)).collect()
}

/// Refuses a project file that could be the work of another user, or that stands for another file.
fn check_project_file(path: &Path) -> Result<(), Failure> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if metadata.is_symlink() {
        return Err(Failure::Usage(format!("{} is a link, which is not followed.", path.display())));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let user = rustix::process::geteuid().as_raw();
        if metadata.uid() != user && metadata.uid() != 0 && !environment::is_ci()? {
            return Err(Failure::Usage(format!(
                "{} belongs to another user, so it is not read. To use it nevertheless, change its owner, or use --profile in \
                 another folder.",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Changes the user's file and keeps its comments. The file is replaced at once or not at all.
pub(crate) fn edit(change: impl FnOnce(&mut DocumentMut) -> Result<(), Failure>) -> Result<PathBuf, Failure> {
    let path = required_config_folder()?.join(USER_FILE);
    let _lock = lock()?;
    // The change can then rely on the types of the values.
    parse::<UserFile>(&path)?;
    let text = read(&path)?.unwrap_or_default();
    let mut document =
        text.parse::<DocumentMut>().map_err(|error| invalid(&path, &escape_line(error.message())))?;
    change(&mut document)?;
    let text = document.to_string();
    // The changed file must stay readable for this program.
    parse_text::<UserFile>(&path, &text)?;
    replace(&path, &text)?;
    Ok(path)
}

/// Waits until no other process changes the user's files. The lock ends when the file is dropped.
pub(super) fn lock() -> Result<fs::File, Failure> {
    let folder = required_config_folder()?;
    let path = folder.join(".lock");
    let open = || -> io::Result<fs::File> {
        fs::create_dir_all(&folder)?;
        let file = fs::File::options().create(true).write(true).truncate(false).open(&path)?;
        file.lock()?;
        Ok(file)
    };
    open().map_err(|error| Failure::System(format!("{} cannot be locked: {error}.", path.display())))
}

/// Replaces a file of the user's folder, which only the user can read. A link stays, and its target is replaced.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = target.as_path();
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        // The library creates the file with the mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Failure::System(format!("{} cannot be written: {error}.", path.display())))
}

/// Returns the text of a file, or `None` if it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<String>, Failure> {
    let to_failure = |problem: &dyn std::fmt::Display| {
        Failure::Usage(format!("{} cannot be read: {problem}.", path.display()))
    };
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(to_failure(&"it is not a file")),
        Ok(_) => {
            let mut text = String::new();
            let read =
                fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
            match read {
                Err(error) => Err(to_failure(&error)),
                Ok(length) if length as u64 > MAX_BYTES => Err(to_failure(&"it is larger than 1 MiB")),
                Ok(_) => Ok(Some(text)),
            }
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(to_failure(&error)),
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    let Some(text) = read(path)? else { return Ok(None) };
    parse_text(path, &text).map(Some)
}

/// The error has the place, but no line of the file, which may contain a secret.
fn parse_text<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    toml_edit::de::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        invalid(path, &format!("{place}{}", escape_line(error.message())))
    })
}

fn invalid(path: &Path, problem: &str) -> Failure {
    Failure::Usage(format!("{} is not valid: {}.", path.display(), problem.trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_file_is_looked_for_up_to_the_repository() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("repository/models/staging");
        fs::create_dir_all(&inner).unwrap();
        assert_eq!(project_paths(&inner), [inner.join(PROJECT_FILE)], "outside of a repository");
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        let paths = project_paths(&inner);
        assert_eq!(paths.len(), 3);
        assert_eq!(paths[2], root.path().join("repository").join(PROJECT_FILE));
    }

    #[test]
    fn unknown_field_is_refused_with_the_known_ones() {
        let error = toml_edit::de::from_str::<UserFile>("[profiles.a]\nhost = 'x'").unwrap_err().to_string();
        assert!(error.contains("host") && error.contains("key_header"), "{error}");
        let error = toml_edit::de::from_str::<ProjectFile>("insecure_http = true").unwrap_err().to_string();
        assert!(error.contains("insecure_http"), "{error}");
    }
}
