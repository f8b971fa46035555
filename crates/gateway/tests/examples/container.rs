//! The Containerfile.

use std::process::Command;

use txjobs_test_support::{CommandOutput, RawServer, TestServer, closed_address, root, shell_jobs};

use crate::arguments::assert_accepted;
use crate::files;

/// Returns the arguments of an instruction of the image, which are a list in JSON.
fn instruction(name: &str) -> Vec<String> {
    let text = files::read("container/Containerfile");
    let line = text.lines().rev().find(|line| line.starts_with(name)).unwrap();
    serde_json::from_str(&line[line.find('[').unwrap()..]).unwrap()
}

/// Runs the health check of the image for a server at another address.
fn health_check(address: &str) -> CommandOutput {
    let check = instruction("HEALTHCHECK");
    let (host, port) = address.split_once(':').unwrap();
    let arguments = check[1..].iter().map(|text| text.replace("127.0.0.1/8400", &format!("{host}/{port}")));
    CommandOutput::of(Command::new(&check[0]).args(arguments))
}

#[test]
fn arguments_of_the_image_are_accepted() {
    assert_eq!(instruction("ENTRYPOINT"), ["txjobs-gateway"]);
    assert_accepted(&instruction("CMD"));
}

#[test]
fn health_check_tells_a_ready_gateway_from_others() {
    let gateway = TestServer::gateway(&shell_jobs(&[("Works", "true", "")]));
    let address = gateway.address().strip_prefix("http://").unwrap();
    assert_eq!(health_check(address).code, 0);
    assert_ne!(health_check(&closed_address().to_string()).code, 0);
    let unavailable = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    let stopping = RawServer::start(|_| unavailable.to_vec());
    assert_ne!(health_check(stopping.address().strip_prefix("http://").unwrap()).code, 0);
}

#[test]
fn toolchain_of_the_image_is_that_of_the_repository() {
    let toolchain: toml::Table =
        std::fs::read_to_string(root().join("rust-toolchain.toml")).unwrap().parse().unwrap();
    let version = toolchain["toolchain"]["channel"].as_str().unwrap().strip_suffix(".0").unwrap();
    let text = files::read("container/Containerfile");
    assert!(text.contains(&format!("ARG RUST_IMAGE=docker.io/library/rust:{version}-bookworm\n")));
}

#[test]
fn image_has_the_user_of_the_kubernetes_example() {
    let user = "10001";
    assert!(files::read("container/Containerfile").contains(&format!("\nUSER {user}:{user}\n")));
    assert!(files::read("kubernetes/gateway.yaml").contains(&format!("runAsUser: {user}\n")));
}
