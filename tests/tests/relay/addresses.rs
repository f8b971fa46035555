//! A relay connects to no private address that is not listed.

use std::process::Command;

use txjobs_sdk::paths;
use txjobs_test_support::{FakeServer, Program};

use crate::relay::{SERVICE_KEY, folder, jobs};

#[test]
fn private_address_of_the_service_is_refused_at_the_start() {
    for upstream in [
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://192.168.1.1:8443/path",
        "https://169.254.169.254",
        "https://2130706433",
        "https://0x7f000001",
        "https://0177.0.0.1",
        "https://127.1",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://[::ffff:7f00:1]",
        "https://[64:ff9b::7f00:1]",
        "https://[2002:7f00:1::]",
        "https://[fe80::1]",
        "https://[fc00::1]",
        "https://0.0.0.0",
        "http://127.0.0.1:8400",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("[relay]\nupstream = {upstream:?}\ncallers_key = true\n");
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        let mut check = Command::new(Program::Gateway.path());
        let output = check.arg("check").current_dir(folder.path()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{upstream}");
        assert!(
            error.contains("is not a public address") && error.contains("allow_addresses"),
            "{upstream}: {error}"
        );
    }
}

#[tokio::test]
async fn name_that_leads_to_a_private_address_is_refused() {
    let service = FakeServer::start(|_, _| jobs());
    let port = service.address().rsplit(':').next().unwrap();
    let folder =
        folder(&format!("http://localhost:{port}"), "allow_addresses = [\"10.0.0.0/8\"]", SERVICE_KEY);
    let relay = folder.serve(&[]);
    for request in [paths::list_jobs(), paths::execute_job(crate::relay::id(crate::relay::LOAD))] {
        let message = relay.call(request).await.expect_error(502);
        assert!(
            message.contains("not a public address") && message.contains("Nothing was sent"),
            "{message}"
        );
    }
    assert_eq!(service.requests().len(), 0);
}

#[tokio::test]
async fn listed_address_of_a_name_is_accepted() {
    let service = FakeServer::start(|_, _| jobs());
    let port = service.address().rsplit(':').next().unwrap();
    let folder = folder(
        &format!("http://localhost:{port}"),
        "allow_addresses = [\"127.0.0.0/8\", \"::1\"]",
        SERVICE_KEY,
    );
    assert_eq!(folder.serve(&[]).call(paths::list_jobs()).await.status, 200);
}
