//! The key is not logged.

use txjobs_test_support::key_logging::assert_key_is_not_logged;
use txjobs_test_support::{ServerFolder, shell_jobs};

#[tokio::test]
async fn key_in_a_wrong_place_is_not_logged() {
    assert_key_is_not_logged(&ServerFolder::emulator(&shell_jobs(&[("echo", "echo ran", "")]))).await;
}
