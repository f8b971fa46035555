//! Only public files of the console's folder are served.
#![cfg(unix)]

use std::fs::{create_dir_all, write};
use std::os::unix::fs::symlink;

use axum::body::Body;
use axum::http::Request;
use tempfile::TempDir;
use txjobs_gateway::server::ServerOptions;

use crate::test_app::{TestApp, TestResponse};

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
        let options = ServerOptions { name: "Gateway".into(), console: Some(public), demo_key: None };
        Self { app: TestApp::with_options(options).await, folder }
    }

    fn write(&self, path: &str, text: &str) {
        write(self.folder.path().join("public").join(path), text).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        symlink(target, self.folder.path().join("public").join(path)).unwrap();
    }

    async fn get(&self, path: &str) -> TestResponse {
        let request = Request::get(path).header("accept-encoding", "br, gzip");
        self.app.send(request.body(Body::empty()).unwrap()).await
    }

    #[track_caller]
    fn refused(path: &str, answer: &TestResponse) {
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text.contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn hidden_files_are_not_served() {
    let console = Console::new().await;
    for path in [".env", ".git/config", "assets/.cache/secret", "assets/.env", ".well-known/.env"] {
        console.write(path, "secret");
        Console::refused(path, &console.get(&format!("/{path}")).await);
        Console::refused(path, &console.get(&format!("/{}", path.replace('.', "%2e"))).await);
        Console::refused(path, &console.get(&format!("//{}", path.replace('.', "%2E"))).await);
    }
    console.write(".hidden.html", "secret");
    console.link("shown.html", ".hidden.html");
    Console::refused("a link to a hidden file", &console.get("/shown.html").await);
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
        Console::refused(path, &console.get(&format!("/{path}")).await);
    }
    Console::refused("all", &console.get(&format!("/all{}", secret.display())).await);
    // The index page of a folder outside of the served one.
    console.write("../private/index.html", "secret");
    Console::refused("private/", &console.get("/private/").await);
    // A link within the folder is served like a file.
    console.link("latest.js", "assets/app.js");
    assert_eq!(console.get("/latest.js").await.text, "app");
}

#[tokio::test]
async fn a_compressed_form_outside_of_the_folder_is_not_served_for_its_file() {
    let console = Console::new().await;
    for extension in ["br", "gz"] {
        console.link(&format!("assets/app.js.{extension}"), "../../private/secret.txt");
        let answer = console.get("/assets/app.js").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "app"));
        console.link(&format!("index.html.{extension}"), "../private/secret.txt");
        assert_eq!(console.get("/").await.text, "index");
    }
    // One within the folder is served.
    console.write("assets/style.css", "long");
    console.write("assets/style.css.br", "short");
    assert_eq!(console.get("/assets/style.css").await.text, "short");
}

#[tokio::test]
async fn only_files_are_opened() {
    let console = Console::new().await;
    // Opening it would block until another process writes.
    let pipe = console.folder.path().join("public/pipe");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    Console::refused("pipe", &console.get("/pipe").await);
    Console::refused("assets", &console.get("/assets").await);
    Console::refused("index.html/x", &console.get("/index.html/x").await);
}

#[tokio::test]
async fn the_folder_itself_may_be_a_link_that_moves() {
    let folder = TempDir::new().unwrap();
    for release in ["one", "two"] {
        create_dir_all(folder.path().join(release)).unwrap();
        write(folder.path().join(release).join("index.html"), release).unwrap();
    }
    let current = folder.path().join("current");
    symlink("one", &current).unwrap();
    let options = ServerOptions { name: "Gateway".into(), console: Some(current.clone()), demo_key: None };
    let app = TestApp::with_options(options).await;
    for release in ["one", "two"] {
        std::fs::remove_file(&current).unwrap();
        symlink(release, &current).unwrap();
        let request = Request::get("/").body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.text, release);
    }
}
