//! PostgreSQL and PgBouncer, for tests.

use std::{
    env::consts::EXE_SUFFIX,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{cache::announce, system_packages};
use crate::process;

/// The oldest version of PostgreSQL that the tests support.
const MIN_VERSION: u32 = 15;

/// Folders with a folder for each version of PostgreSQL: Debian's, and those of Homebrew on ARM, on Intel, and on Linux. None of
/// them is on the search path.
const VERSIONS: [&str; 4] =
    ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];

/// Debian installs PgBouncer there, which is not on the search path of each user.
const DEBIAN_PGBOUNCER: &str = "/usr/sbin/pgbouncer";

/// A file that Debian reads before it creates a database.
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.d/txjobs.conf";

/// The programs of PostgreSQL, and PgBouncer.
pub(crate) struct Postgres {
    /// The folder of `initdb`, `postgres`, and `psql`.
    pub(crate) programs: PathBuf,
    pub(crate) pgbouncer: PathBuf,
}

/// Finds PostgreSQL and PgBouncer, and installs what is missing. Returns nothing on Windows, where no test uses them.
pub(super) fn find_or_install() -> Result<Option<Postgres>> {
    if cfg!(windows) {
        return Ok(None);
    }
    let programs = match find_programs() {
        Some(programs) => programs,
        None => {
            announce("PostgreSQL", "about a minute");
            install_postgres().with_context(|| format!("PostgreSQL {MIN_VERSION} or later is needed"))?;
            find_programs().with_context(|| {
                format!("the packages of this system have no PostgreSQL {MIN_VERSION} or later: install it from https://www.postgresql.org/download")
            })?
        }
    };
    let pgbouncer = match find_pgbouncer() {
        Some(pgbouncer) => pgbouncer,
        None => {
            announce("PgBouncer", "a few seconds");
            install_pgbouncer().context("PgBouncer is needed")?;
            find_pgbouncer().context("apt-get installed pgbouncer, but it is not on the search path")?
        }
    };
    Ok(Some(Postgres { programs, pgbouncer }))
}

/// Installs PostgreSQL without a database, so that no server of the system starts.
fn install_postgres() -> Result<()> {
    if process::find_program("apt-get").is_none() {
        return system_packages::install(&["postgresql"]);
    }
    let folder = Path::new(CLUSTER_SETTINGS).parent().context("the file has a folder")?.display();
    let write = format!("mkdir -p {folder} && echo 'create_main_cluster = false' > {CLUSTER_SETTINGS}");
    // Without this right, the installation fails, too, and says what to do.
    let _ = system_packages::run_as_root(&write);
    let installation = system_packages::install(&["postgresql"]);
    // A later installation by the user creates a database as usual.
    let _ = system_packages::run_as_root(&format!("rm -f {CLUSTER_SETTINGS}"));
    installation
}

/// Installs PgBouncer, and stops and disables its service, which the package starts.
fn install_pgbouncer() -> Result<()> {
    system_packages::install(&["pgbouncer"])?;
    system_packages::run_as_root("service pgbouncer stop && update-rc.d pgbouncer disable")
        .context("cannot disable the service pgbouncer")
}

/// Returns the folder of the newest PostgreSQL that the tests support.
fn find_programs() -> Option<PathBuf> {
    let versions = VERSIONS.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin"));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    find_newest(installed.chain(std::env::split_paths(&on_path)))
}

fn find_newest(folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let supported = folders.filter_map(|folder| {
        let programs = ["initdb", "postgres", "psql"].map(|name| folder.join(format!("{name}{EXE_SUFFIX}")));
        let version =
            programs.iter().all(|program| program.is_file()).then(|| read_version(&programs[1]))??;
        (version >= MIN_VERSION).then_some((version, folder))
    });
    supported.max().map(|(_, folder)| folder)
}

/// Returns the major version that the server prints: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn read_version(postgres: &Path) -> Option<u32> {
    let text = process::output(&mut process::program(postgres, "--version")).ok()?;
    let version = text.split_once("(PostgreSQL) ")?.1;
    version.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

fn find_pgbouncer() -> Option<PathBuf> {
    let debian = Path::new(DEBIAN_PGBOUNCER);
    process::find_program("pgbouncer").or_else(|| debian.is_file().then(|| debian.to_owned()))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn installation(root: &Path, version: &str) -> PathBuf {
        let folder = root.join(version);
        fs::create_dir(&folder).unwrap();
        for name in ["initdb", "postgres", "psql"] {
            let file = folder.join(name);
            fs::write(&file, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    #[test]
    fn newest_complete_and_supported_installation_is_found() {
        let root = tempfile::tempdir().unwrap();
        let old = installation(root.path(), "9.6");
        let minimum = installation(root.path(), "15.18 (Debian 15.18-0+deb12u1)");
        let beta = installation(root.path(), "19beta1");
        let incomplete = installation(root.path(), "20.1");
        fs::remove_file(incomplete.join("psql")).unwrap();
        assert_eq!(find_newest([old.clone()].into_iter()), None);
        let folders = [minimum.clone(), beta.clone(), incomplete, old.clone()];
        assert_eq!(find_newest(folders.into_iter()), Some(beta));
        assert_eq!(find_newest([old, minimum.clone()].into_iter()), Some(minimum));
    }
}
