//! The programs and files of this workspace.

use std::path::{Path, PathBuf};

/// A server of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `txjobs-gateway`
    Gateway,
    /// `txjobs-emulator`
    Emulator,
}

impl Program {
    /// Returns the path of the program.
    #[must_use]
    pub fn path(self) -> PathBuf {
        match self {
            Self::Gateway => program("txjobs-gateway"),
            Self::Emulator => program("txjobs-emulator"),
        }
    }
}

/// Returns the path of a program that cargo built beside the running test.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is not built: run cargo xtask test e2e", program.display());
    program
}

/// Returns the root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}
