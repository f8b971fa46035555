//! Tests of `txjobs login` and `txjobs profile`, and of where settings and keys come from.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;
use txjobs_test_support::{
    CommandOutput, FakeResponse, FakeServer, TestServer,
    cli::{ANY_KEY, txjobs_command, txjobs_command_for},
    json_response, program,
};

use super::JOBS;

/// A folder with configuration, and commands that use it and nothing else of the machine.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("txjobs"));
        command.args(arguments).env_clear().env("TXJOBS_CONFIG_DIR", self.path()).current_dir(self.path());
        // Windows needs these to open sockets.
        for variable in ["SystemRoot", "PATH"] {
            if let Some(value) = std::env::var_os(variable) {
                command.env(variable, value);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command(arguments))
    }

    /// Logs in with a key in standard input.
    fn login(&self, arguments: &[&str], key: &str) -> CommandOutput {
        let mut command =
            self.command(&[&["login", "--key-stdin", "--key-store", "file"], arguments].concat());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{key}").unwrap();
        child.wait_with_output().unwrap().into()
    }

    fn config(&self) -> String {
        fs::read_to_string(self.path().join("config.toml")).unwrap_or_default()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }
}

#[test]
fn login_checks_the_key_and_later_commands_use_it() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let refused = home.login(&["--domain", server.address()], "wr0ng-key");
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(home.config(), "", "nothing is stored");

    let login = home.login(&["--domain", server.address(), "--profile", "dev"], server.key());
    assert_eq!(login.code, 0, "{login:?}");
    assert!(login.stderr.contains("It has 5 jobs"), "{login:?}");
    assert!(!home.config().contains(server.key()), "the key is not among the settings");
    let jobs = home.run(&["jobs"]);
    assert_eq!(jobs.code, 0, "{jobs:?}");

    let shown = home.run(&["profile", "show", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown[1]["Value"], server.address());
    assert_eq!(shown[1]["Source"], "profile dev");
    assert_eq!((&shown[5]["Value"], &shown[5]["Source"]), (&serde_json::Value::Null, &"key file".into()));

    assert_eq!(home.run(&["profile", "remove", "dev"]).code, 0);
    assert!(!fs::read_to_string(home.path().join("keys.toml")).unwrap().contains(server.key()));
    assert_eq!(home.run(&["profile", "list", "--json"]).stdout, "[]\n");
}

#[test]
fn stored_key_goes_only_to_its_server() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let other = FakeServer::start(|_, _| FakeResponse::Send(json_response(200, "[]")));
    assert_eq!(home.login(&["--domain", server.address(), "--profile", "dev"], server.key()).code, 0);
    let result = home.run(&["jobs", "--domain", other.address()]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(result.stderr.contains("No API key"), "{result:?}");
    assert_eq!(other.requests().len(), 0, "no request was sent");
}

#[test]
fn server_of_an_unknown_project_gets_no_key() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join(".txjobs.toml"), format!("domain = {:?}\n", server.address())).unwrap();
    let jobs = |variable: &str| {
        let mut command = home.command(&["jobs"]);
        command.current_dir(project.path()).env("TXJOBS_API_KEY", server.key()).env(variable, "true");
        CommandOutput::of(&mut command)
    };
    let refused = jobs("UNRELATED");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("Your key is not sent to it"), "{refused:?}");
    assert_eq!(jobs("CI").code, 0, "a CI system trusts its checkout");
    assert_eq!(home.login(&["--domain", server.address()], server.key()).code, 0);
    assert_eq!(jobs("UNRELATED").code, 0, "the server is in a profile now");
}

#[test]
fn option_is_preferred_to_environment_project_and_user_file() {
    let home = Home::new();
    home.write(
        "config.toml",
        "default_profile = 'a'\n[profiles.a]\ndomain = 'https://user.example.com'\n[profiles.b]\ndomain = 'https://b.example.com'\n",
    );
    let domain = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = home.command(&[&["profile", "show", "--json"], arguments].concat());
        command.envs(variables.iter().copied());
        let shown = CommandOutput::of(&mut command);
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        (shown[1]["Value"].as_str().unwrap().to_owned(), shown[1]["Source"].as_str().unwrap().to_owned())
    };
    let is = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(domain(&[], &[]), is("https://user.example.com", "profile a"));
    home.write(".txjobs.toml", "domain = 'https://project.example.com'\n");
    let (value, source) = domain(&[], &[]);
    assert_eq!(value, "https://project.example.com");
    assert!(source.starts_with("project file "), "{source}");
    let variable = [("TXJOBS_DOMAIN", "https://variable.example.com")];
    assert_eq!(
        domain(&[], &variable),
        is("https://variable.example.com", "environment variable TXJOBS_DOMAIN")
    );
    assert_eq!(domain(&["--profile", "b"], &variable), is("https://b.example.com", "profile b"));
    let option = ["--profile", "b", "--domain", "https://option.example.com"];
    assert_eq!(domain(&option, &variable), is("https://option.example.com", "option --domain"));
    home.write(".txjobs.toml", "profile = 'b'\n");
    assert_eq!(domain(&[], &[]), is("https://b.example.com", "profile b"));
}

#[test]
fn profile_is_changed_and_its_comments_stay() {
    let home = Home::new();
    home.write("config.toml", "# mine\n[profiles.a] # first\ndomain = 'https://a.example.com'\n");
    let set = home.run(&["profile", "set", "a", "key_header=X-Key", "console=https://c.example.com"]);
    assert_eq!(set.code, 0, "{set:?}");
    assert_eq!(home.run(&["profile", "use", "a"]).code, 0);
    let text = home.config();
    assert!(text.contains("# mine") && text.contains("# first"), "{text}");
    assert!(text.contains("key_header = \"X-Key\"") && text.contains("default_profile = \"a\""), "{text}");
    assert_eq!(home.run(&["profile", "set", "a", "key_header="]).code, 0);
    assert!(!home.config().contains("key_header"));
    for invalid in [
        &["profile", "set", "a", "host=x"][..],
        &["profile", "set", "a", "insecure_http=yes"],
        &["profile", "set", "a", "domain=ftp://x"],
        &["profile", "set", "a b", "domain=x"],
        &["profile", "set", "a", "console=javascript:alert(1)"],
        &["profile", "use", "nothing"],
    ] {
        let before = home.config();
        let result = home.run(invalid);
        assert_eq!(result.code, 2, "{invalid:?}: {result:?}");
        assert_eq!(home.config(), before, "{invalid:?}");
    }
}

#[test]
fn invalid_file_is_named_with_the_place_of_the_mistake() {
    let home = Home::new();
    home.write("config.toml", "[profiles.a]\nhost = 'https://a.example.com'\n");
    let result = home.run(&["jobs"]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(result.stderr.contains("config.toml") && result.stderr.contains("line 2"), "{result:?}");
    home.write("config.toml", "");
    home.write("keys.toml", &format!("\"http://127.0.0.1:1\" = [{ANY_KEY:?}]\n"));
    home.write(
        "config.toml",
        "default_profile='a'\n[profiles.a]\ndomain = 'http://127.0.0.1:1'\nkey='file'\n",
    );
    let result = home.run(&["jobs"]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(!result.stderr.contains(ANY_KEY), "{result:?}");
}

#[test]
#[cfg(unix)]
fn key_file_is_private_and_a_public_one_has_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    assert_eq!(home.login(&["--domain", server.address()], server.key()).code, 0);
    let path = home.path().join("keys.toml");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert!(!home.run(&["jobs"]).stderr.contains("warning"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let jobs = home.run(&["jobs"]);
    assert_eq!(jobs.code, 0, "{jobs:?}");
    assert!(
        jobs.stderr.contains("Other users can read the keys") && jobs.stderr.contains("chmod 600"),
        "{jobs:?}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn missing_keyring_is_explained() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let mut command = home.command(&["login", "--key-stdin", "--domain", server.address()]);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", server.key()).unwrap();
    let login: CommandOutput = child.wait_with_output().unwrap().into();
    assert_eq!(login.code, 2, "{login:?}");
    assert!(login.stderr.contains("--key-store file") && !login.stderr.contains(server.key()), "{login:?}");
    assert_eq!(home.config(), "", "no profile without its key");
}

#[test]
fn profile_does_not_apply_to_another_server() {
    let server = TestServer::emulator(JOBS);
    let home = Home::new();
    home.write(
        "config.toml",
        "default_profile='a'\n[profiles.a]\ndomain='https://a.example.com'\nkey_header='X-Other'\ninsecure_http=true\n",
    );
    let mut command = txjobs_command(&server, &["jobs"]);
    let jobs = CommandOutput::of(command.env("TXJOBS_CONFIG_DIR", home.path()));
    assert_eq!(jobs.code, 0, "the header of the profile was not used: {jobs:?}");
}

#[test]
fn project_file_decides_nothing_about_a_login() {
    let evil = FakeServer::start(|_, _| FakeResponse::Send(json_response(200, "[]")));
    let home = Home::new();
    home.write(".txjobs.toml", &format!("domain = {:?}\n", evil.address()));
    let login = home.login(&["--no-check"], ANY_KEY);
    assert_eq!(login.code, 0, "{login:?}");
    assert!(!home.config().contains(evil.address()), "{}", home.config());
    let _ = home.login(&[], ANY_KEY);
    assert_eq!(evil.requests().len(), 0);
}

#[test]
fn each_profile_has_its_own_key() {
    let home = Home::new();
    let server = FakeServer::start(|_, _| FakeResponse::Send(json_response(200, "[]")));
    for (profile, key) in [("one", "key-of-one"), ("two", "key-of-two")] {
        assert_eq!(home.login(&["--domain", server.address(), "--profile", profile], key).code, 0);
    }
    let sent = |profile: &str| {
        let before = server.requests().len();
        assert_eq!(home.run(&["jobs", "--profile", profile]).code, 0);
        server.requests()[before].headers["apikey"].to_str().unwrap().to_owned()
    };
    assert_eq!((sent("one"), sent("two")), ("key-of-one".to_owned(), "key-of-two".to_owned()));
    assert_eq!(home.run(&["profile", "remove", "two"]).code, 0);
    assert_eq!(sent("one"), "key-of-one");
}

#[test]
fn simultaneous_changes_lose_nothing() {
    let home = Home::new();
    let names: Vec<_> = (0..12).map(|n| format!("p{n}")).collect();
    let start = |name: &String| {
        let mut command = home.command(&["login", "--no-check", "--key-stdin", "--key-store", "file"]);
        command.args(["--domain", "https://api.example.com", "--profile", name]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "key-{name}").unwrap();
        child
    };
    let children: Vec<_> = names.iter().map(start).collect();
    assert!(children.into_iter().all(|mut child| child.wait().unwrap().success()));
    let keys = fs::read_to_string(home.path().join("keys.toml")).unwrap();
    for name in &names {
        assert!(home.config().contains(&format!("[profiles.{name}]")), "{}", home.config());
        assert!(keys.contains(&format!("key-{name}\"")), "{name}");
    }
}

#[test]
fn inline_tables_are_changed_too() {
    let home = Home::new();
    home.write("config.toml", "profiles = { a = { domain = 'https://a.example.com' } }\n");
    let set = home.run(&["profile", "set", "a", "key_header=X-Key"]);
    assert_eq!(set.code, 0, "{set:?}");
    assert!(home.config().contains("X-Key"), "{}", home.config());
    assert_eq!(home.run(&["profile", "remove", "a"]).code, 0);
    assert!(!home.config().contains("a.example.com"), "{}", home.config());
    home.write("config.toml", "profiles = 5\n");
    assert_eq!(home.run(&["profile", "set", "a", "key_header=X-Key"]).code, 2);
}

#[test]
fn broken_profile_can_be_removed() {
    let home = Home::new();
    home.write(
        "config.toml",
        "[profiles.a]\ndomain = 'http://[::'\nkey = 'file'\n[profiles.b]\nkey = 'file'\n",
    );
    for name in ["a", "b"] {
        let removed = home.run(&["profile", "remove", name, "--yes"]);
        assert_eq!(removed.code, 0, "{removed:?}");
    }
    assert_eq!(home.run(&["profile", "list", "--json"]).stdout, "[]\n");
}

#[test]
fn hostile_project_files_are_refused_without_their_content() {
    let home = Home::new();
    for (text, problem) in [
        ("\"a\\n::error::pwn\\u001b]0;x\\u0007\" = 1\n", "line 1"),
        ("key_header = 'Referer'\n", "need a domain"),
        ("console = 'https://evil.example'\n", "need a domain"),
        ("insecure_http = true\n", "insecure_http"),
    ] {
        home.write(".txjobs.toml", text);
        let result = CommandOutput::of(home.command(&["jobs"]).env("GITHUB_ACTIONS", "true"));
        assert_eq!(result.code, 2, "{text}: {result:?}");
        assert!(result.stderr.contains(problem), "{text}: {result:?}");
        assert!(!result.stderr.contains('\u{1b}'), "{result:?}");
        assert!(result.stderr.lines().all(|line| !line.trim_start().starts_with("::")), "{result:?}");
    }
    for console in ["javascript:alert(1)", "https://me:pw@x.example", "nothing"] {
        let mut command = home.command(&["jobs"]);
        fs::remove_file(home.path().join(".txjobs.toml")).ok();
        let result = CommandOutput::of(command.env("TXJOBS_CONSOLE", console).env("TXJOBS_API_KEY", ANY_KEY));
        assert_eq!(result.code, 2, "{console}: {result:?}");
        assert!(result.stderr.contains("TXJOBS_CONSOLE") && !result.stderr.contains("pw@"), "{result:?}");
    }
}

#[test]
#[cfg(unix)]
fn project_file_that_is_a_link_or_a_device_is_refused() {
    let home = Home::new();
    home.write("keys.toml", "'a http://127.0.0.1' = 'secret-key-of-another'\n");
    for target in ["keys.toml", "/dev/zero"] {
        std::os::unix::fs::symlink(target, home.path().join(".txjobs.toml")).unwrap();
        let result = home.run(&["jobs"]);
        assert_eq!(result.code, 2, "{result:?}");
        assert!(result.stderr.contains("is a link") && !result.stderr.contains("secret-key"), "{result:?}");
        fs::remove_file(home.path().join(".txjobs.toml")).unwrap();
    }
}

#[test]
fn key_that_the_server_repeats_is_masked_in_messages() {
    let server = FakeServer::start(|_, request| {
        let key = request.headers["apikey"].clone();
        let mut response = json_response(200, "[]");
        response.headers_mut().insert("x-repeated", key);
        FakeResponse::Send(response)
    });
    let mut command = txjobs_command_for(server.address(), &["api", "list_jobs", "--include"]);
    let result = CommandOutput::of(&mut command);
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.stderr.contains("x-repeated") && !result.stderr.contains(ANY_KEY), "{result:?}");
}
