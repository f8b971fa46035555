//! The addresses that `--listen` takes.

use std::process::Command;

use crate::gateway_process::{Home, command, shell_jobs};

fn serve(home: &Home, listen: &str) -> Command {
    let mut serve = command(home.folder.path());
    serve.args(["serve", "--listen", listen]);
    serve
}

#[tokio::test]
async fn a_port_or_a_name_is_enough() {
    let home = Home::new(&shell_jobs(&[("a", "true", "")]));
    for listen in ["0", ":0", "localhost:0", "127.0.0.1:0"] {
        let gateway = home.start(serve(&home, listen));
        assert!(gateway.url.starts_with("http://127.0.0.1:"), "{listen}: {}", gateway.url);
        assert_eq!(reqwest::get(format!("{}/health", gateway.url)).await.unwrap().status(), 200, "{listen}");
    }
}

#[test]
fn invalid_address_is_refused_with_examples() {
    let home = Home::new(&shell_jobs(&[("a", "true", "")]));
    for listen in ["localhost", "http://127.0.0.1:8400", "65536"] {
        let refused = serve(&home, listen).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("8400, :8400, localhost:8400, 127.0.0.1:8400, [::1]:8400"), "{said}");
    }
}
