//! Only public files of the console's folder are served.
#![cfg(unix)]

use std::fs::{create_dir_all, write};
use std::os::unix::fs::symlink;

use tempfile::TempDir;
use txjobs_test_support::TestResponse;
use txjobs_test_support::test_app::TestApp;

struct Console {
    folder: TempDir,
    app: TestApp,
}

impl Console {
    /// Creates a folder with a `public` and a `private` part, of which the first one is served.
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let public = folder.path().join("public");
        for path in ["public/assets", "public/.git", "public/.well-known", "public/assets/.cache", "private"]
        {
            create_dir_all(folder.path().join(path)).unwrap();
        }
        write(public.join("index.html"), "index").unwrap();
        write(public.join("assets/app.js"), "app").unwrap();
        write(folder.path().join("private/secret.txt"), "secret").unwrap();
        Self { app: TestApp::with_console(&public).await, folder }
    }

    fn write(&self, path: &str, text: &str) {
        write(self.folder.path().join("public").join(path), text).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        symlink(target, self.folder.path().join("public").join(path)).unwrap();
    }

    async fn get(&self, path: &str) -> TestResponse {
        self.app.get(path, &[("accept-encoding", "br, gzip")]).await
    }

    #[track_caller]
    fn assert_not_found(path: &str, response: &TestResponse) {
        assert_eq!(response.status, 404, "{path}");
        assert!(!response.text.contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn hidden_files_are_not_served() {
    let console = Console::new().await;
    for path in [".env", ".git/config", "assets/.cache/secret", "assets/.env", ".well-known/.env"] {
        console.write(path, "secret");
        Console::assert_not_found(path, &console.get(&format!("/{path}")).await);
        Console::assert_not_found(path, &console.get(&format!("/{}", path.replace('.', "%2e"))).await);
        Console::assert_not_found(path, &console.get(&format!("//{}", path.replace('.', "%2E"))).await);
    }
    console.write(".hidden.html", "secret");
    console.link("shown.html", ".hidden.html");
    Console::assert_not_found("a link to a hidden file", &console.get("/shown.html").await);
    console.write(".well-known/security.txt", "Contact: mailto:security@example.org");
    assert_eq!(console.get("/.well-known/security.txt").await.status, 200);
}

#[tokio::test]
async fn links_out_of_the_folder_are_not_followed() {
    let console = Console::new().await;
    let secret = console.folder.path().join("private/secret.txt");
    console.link("absolute.txt", secret.to_str().unwrap());
    console.link("relative.txt", "../private/secret.txt");
    console.link("private", "../private");
    console.link("all", "/");
    console.link("hop.txt", "absolute.txt");
    console.link("dangling.txt", "nowhere");
    for path in [
        "absolute.txt",
        "relative.txt",
        "private/secret.txt",
        "private",
        "private/",
        "hop.txt",
        "dangling.txt",
    ] {
        Console::assert_not_found(path, &console.get(&format!("/{path}")).await);
    }
    Console::assert_not_found("all", &console.get(&format!("/all{}", secret.display())).await);
    // The index page of a folder outside of the served one.
    console.write("../private/index.html", "secret");
    Console::assert_not_found("private/", &console.get("/private/").await);
    // A link within the folder is served like a file.
    console.link("latest.js", "assets/app.js");
    assert_eq!(console.get("/latest.js").await.text, "app");
}

#[tokio::test]
async fn compressed_file_outside_of_the_folder_is_not_served() {
    let console = Console::new().await;
    for extension in ["br", "gz"] {
        console.link(&format!("assets/app.js.{extension}"), "../../private/secret.txt");
        let response = console.get("/assets/app.js").await;
        assert_eq!((response.status, response.text.as_str()), (200, "app"));
        console.link(&format!("index.html.{extension}"), "../private/secret.txt");
        assert_eq!(console.get("/").await.text, "index");
    }
    // A compressed file within the folder is served.
    console.write("assets/style.css", "long");
    console.write("assets/style.css.br", "short");
    assert_eq!(console.get("/assets/style.css").await.text, "short");
}

#[tokio::test]
async fn pipes_and_folders_are_not_opened() {
    let console = Console::new().await;
    // Opening it would block until another process writes.
    let pipe = console.folder.path().join("public/pipe");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    Console::assert_not_found("pipe", &console.get("/pipe").await);
    Console::assert_not_found("assets", &console.get("/assets").await);
    Console::assert_not_found("index.html/x", &console.get("/index.html/x").await);
}

#[tokio::test]
async fn folder_may_be_a_link_whose_target_changes() {
    let folder = TempDir::new().unwrap();
    for release in ["one", "two"] {
        create_dir_all(folder.path().join(release)).unwrap();
        write(folder.path().join(release).join("index.html"), release).unwrap();
    }
    let current = folder.path().join("current");
    symlink("one", &current).unwrap();
    let app = TestApp::with_console(&current).await;
    for release in ["one", "two"] {
        std::fs::remove_file(&current).unwrap();
        symlink(release, &current).unwrap();
        assert_eq!(app.get("/", &[]).await.text, release);
    }
}
