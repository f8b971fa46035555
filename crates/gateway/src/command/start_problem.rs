//! Finds out why a command cannot be started.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::settings::Command;

const PATH: &str = "PATH";
/// Linux reads no more of the first line of a script.
const MAX_FIRST_LINE: u64 = 256;

impl Command {
    /// Checks that the program and the directory exist and can be used, as far as possible without starting the command.
    /// Returns the problem, if there is one.
    pub(super) fn find_start_problem(&self) -> Option<String> {
        let directory = match self.absolute_directory() {
            Ok(directory) => directory,
            Err(error) => return Some(format!("its directory cannot be found: {error}")),
        };
        let shown = directory.display();
        match std::fs::metadata(&directory) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Some(format!("its directory {shown} is a file")),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Some(format!("its directory {shown} does not exist"));
            }
            Err(error) => return Some(format!("its directory {shown} cannot be used: {error}")),
        }
        match which::which_in(&self.program, self.search_path(), &directory) {
            Ok(program) => self.file_problem(&program, &directory),
            Err(_) => Some(self.missing_program(&directory)),
        }
    }

    /// Returns the absolute path of the directory that the command starts in.
    pub fn absolute_directory(&self) -> std::io::Result<PathBuf> {
        match self.directory.as_os_str().is_empty() {
            true => std::env::current_dir(),
            false => std::path::absolute(&self.directory),
        }
    }

    /// Returns the search path for programs without a folder: the job's own `PATH`, or the gateway's.
    fn search_path(&self) -> Option<OsString> {
        self.environment.get(PATH).map(OsString::from).or_else(|| std::env::var_os(PATH))
    }

    fn missing_program(&self, directory: &Path) -> String {
        // Removes "./" from the middle.
        let named: PathBuf = directory.join(&self.program).components().collect();
        let has_folder = Path::new(&self.program).components().count() > 1 || self.program.contains('/');
        match named.metadata() {
            Ok(found) if has_folder && found.is_dir() => format!("{} is a directory", named.display()),
            Ok(_) if has_folder => format!("{} {}", named.display(), not_executable(&named)),
            Ok(_) => {
                format!("{0} is not on PATH. The one in the job's directory is written ./{0}", self.program)
            }
            Err(error) if has_folder && error.kind() != ErrorKind::NotFound => {
                format!("{} cannot be used: {error}", named.display())
            }
            Err(_) if has_folder => format!("{} does not exist", named.display()),
            Err(_) if self.program.contains(' ') => format!(
                "{} is not on PATH. Write the program and each argument as its own text, like command = [\"echo\", \"hello\"]",
                self.program
            ),
            Err(_) => format!("{} is not on PATH", self.program),
        }
    }

    /// Returns why the system cannot run this file.
    fn file_problem(&self, program: &Path, directory: &Path) -> Option<String> {
        let shown = program.display();
        let mut start = Vec::new();
        // A file that is executable and not readable cannot be checked further.
        File::open(program).ok()?.take(MAX_FIRST_LINE).read_to_end(&mut start).ok()?;
        let first_line = start.strip_prefix(b"#!")?.split(|&b| b == b'\n').next()?;
        let first_line = String::from_utf8_lossy(first_line);
        if first_line.ends_with('\r') {
            return Some(format!(
                "{shown} has Windows line ends, so that its first line names no program. Save it with Unix line ends, for \
                 instance with dos2unix"
            ));
        }
        let mut words = first_line.split([' ', '\t']).filter(|word| !word.is_empty());
        let Some(interpreter) = words.next() else {
            return Some(format!("{shown} names no program in its first line"));
        };
        let interpreter: PathBuf = directory.join(interpreter).components().collect();
        match interpreter.metadata() {
            Err(_) => return Some(format!("{shown} needs {}, which does not exist", interpreter.display())),
            Ok(_) if which::which(&interpreter).is_err() => {
                let reason = not_executable(&interpreter);
                return Some(format!("{shown} needs {}, which {reason}", interpreter.display()));
            }
            Ok(_) => {}
        }
        if interpreter.file_name().is_some_and(|name| name == "env") {
            let wanted = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
            if which::which_in(wanted, self.search_path(), directory).is_err() {
                return Some(format!("{shown} needs {wanted}, which is not on PATH"));
            }
        }
        None
    }
}

fn not_executable(path: &Path) -> String {
    format!("is not executable. Make it so: chmod +x {}", path.display())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use crate::config::parse_command;

    fn problem(folder: &TempDir, program: &str, more: &str) -> Option<String> {
        let text = format!(
            "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\ncommand = [\"{program}\"]\n{more}\n"
        );
        let problem = parse_command(&text, folder.path()).find_start_problem()?;
        Some(problem.replace(folder.path().to_str().unwrap(), "~"))
    }

    fn write(folder: &TempDir, name: &str, text: &str, mode: u32) {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn start_problem_says_what_is_missing() {
        let folder = TempDir::new().unwrap();
        write(&folder, "good.sh", "#! /bin/sh\n", 0o755);
        write(&folder, "old.sh", "#!/no/such/python4 -u\n", 0o755);
        write(&folder, "env.sh", "#!/usr/bin/env -S A=b no-such-python4 -u\n", 0o755);
        write(&folder, "crlf.sh", "#!/bin/sh\r\necho\r\n", 0o755);
        write(&folder, "plain.sh", "#!/bin/sh\n", 0o644);
        write(&folder, "data", "", 0o644);
        write(&folder, "needs-data.sh", "#!data\n", 0o755);
        let cases = [
            ("sh", "", None),
            ("./good.sh", "", None),
            ("good.sh", "environment = { PATH = \".\" }", None),
            (
                "good.sh",
                "",
                Some("good.sh is not on PATH. The one in the job's directory is written ./good.sh"),
            ),
            ("no-such-program", "", Some("no-such-program is not on PATH")),
            (
                "echo hi",
                "",
                Some(
                    "echo hi is not on PATH. Write the program and each argument as its own text, like command = [\"echo\", \"hello\"]",
                ),
            ),
            ("sh", "environment = { PATH = \"/no/such\" }", Some("sh is not on PATH")),
            ("./none.sh", "", Some("~/none.sh does not exist")),
            ("/no/such/program", "", Some("/no/such/program does not exist")),
            ("data/none.sh", "", Some("~/data/none.sh cannot be used: Not a directory (os error 20)")),
            ("/tmp", "", Some("/tmp is a directory")),
            ("./plain.sh", "", Some("~/plain.sh is not executable. Make it so: chmod +x ~/plain.sh")),
            ("./old.sh", "", Some("~/old.sh needs /no/such/python4, which does not exist")),
            ("./env.sh", "", Some("~/env.sh needs no-such-python4, which is not on PATH")),
            (
                "./needs-data.sh",
                "",
                Some("~/needs-data.sh needs ~/data, which is not executable. Make it so: chmod +x ~/data"),
            ),
            ("sh", "directory = \"none\"", Some("its directory ~/none does not exist")),
            ("sh", "directory = \"data\"", Some("its directory ~/data is a file")),
        ];
        for (program, more, expected) in cases {
            assert_eq!(problem(&folder, program, more).as_deref(), expected, "{program} {more}");
        }
        assert!(problem(&folder, "./crlf.sh", "").unwrap().starts_with("~/crlf.sh has Windows line ends"));
    }
}
