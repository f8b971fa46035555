//! A job of a real server of this API, with the configuration of the guide.

use std::fs;

use txjobs_test_support::{ServerFolder, TestServer};

use crate::support::guide;
use crate::support::scene::messages;

const SCRIPT: &str = r#"
[[organization]]
name = "Other"

[[organization.job]]
name = "Load"
id = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35"
[organization.job.script]
state = "completed with errors"
lines = [{ message = "Reading" }, { after = "1s", severity = "error", message = "No such table" }]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn job_of_a_real_server_is_followed_to_its_outcome() {
    let other = TestServer::emulator(SCRIPT);
    let config = guide::configuration("another-server-of-this-api");
    let folder = ServerFolder::gateway(&config.replace("https://jobs.example.com", other.address()));
    fs::write(folder.file(&guide::secret_file(&config)), other.key()).unwrap();
    let server = folder.serve(&[]);
    let run = server.run(&guide::job_name(&config)).await;
    assert_eq!(run["State"], 4, "{run:#}");
    let messages = messages(&run);
    for line in ["Reading", "No such table"] {
        assert_eq!(messages.iter().filter(|text| **text == line).count(), 1, "{messages:?}");
    }
    assert!(!folder.log().contains(other.key()));
}
