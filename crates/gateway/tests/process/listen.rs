//! The addresses that `--listen` accepts.

use std::process::Command;
use txjobs_test_support::{CommandOutput, ServerFolder, shell_jobs};

fn serve(folder: &ServerFolder, listen: &str) -> Command {
    folder.command(&["serve", "--listen", listen])
}

#[tokio::test]
async fn address_may_be_a_port_or_a_name() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "true", "")]));
    for listen in ["0", ":0", "localhost:0", "127.0.0.1:0"] {
        let gateway = folder.start(serve(&folder, listen));
        assert!(gateway.address().starts_with("http://127.0.0.1:"), "{listen}: {}", gateway.address());
        assert_eq!(gateway.get("/health").await.status, 200, "{listen}");
    }
}

#[test]
fn invalid_address_is_refused_with_examples() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "true", "")]));
    for listen in ["localhost", "http://127.0.0.1:8400", "65536"] {
        let output = CommandOutput::of(&mut serve(&folder, listen));
        assert_eq!(output.code, 2, "{output:?}");
        assert!(
            output.stderr.contains("8400, :8400, localhost:8400, 127.0.0.1:8400, [::1]:8400"),
            "{output:?}"
        );
    }
}
