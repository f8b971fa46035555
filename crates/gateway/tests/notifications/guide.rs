//! The examples of the guide, as they are, with the addresses of recording servers.

use std::fs;

use serde_json::{Value, json};
use txjobs_test_support::{CommandOutput, ServerFolder, root, shell_jobs};

use crate::mail_server::{MailServer, Session};
use crate::receiver::{Received, Receiver};

/// Returns the first block of a language in a section of the guide.
fn block(section: &str, language: &str) -> String {
    let guide = fs::read_to_string(root().join("docs/guides/be-told.md")).unwrap();
    let section = guide.split("\n## ").find(|text| text.starts_with(&format!("{section}\n"))).unwrap();
    let start = format!("```{language}\n");
    let (_, rest) = section.split_once(&start).unwrap();
    rest.split("```").next().unwrap().to_owned()
}

fn jobs() -> String {
    // What is hostile in the log is text in the message.
    let script = "echo 'ERROR <!channel> [x](https://evil.example) \"quoted\"\\' >&2; exit 3";
    shell_jobs(&[("Nightly load", script, "error = ['^ERROR']")])
}

/// Runs the job with the example of a section, and returns what the server gets.
async fn run_example(section: &str, variable: &str, secret_url: bool) -> Received {
    let receiver = Receiver::start().await;
    let example = block(section, "toml").replace("https://events.pagerduty.com", &receiver.address);
    let folder = ServerFolder::gateway(&(jobs() + &*example));
    let mut serve = folder.serve_command(&[]);
    let secret = if secret_url { format!("{}/hook", receiver.address) } else { "integration-key".to_owned() };
    serve.env(variable, secret);
    let gateway = folder.start(serve);
    assert_eq!(gateway.run("Nightly load").await["State"], 3);
    receiver.wait_for(1).await.remove(0)
}

/// A test of a channel must not look like a real event to the person who gets it.
#[tokio::test(flavor = "multi_thread")]
async fn test_messages_of_the_examples_say_that_they_are_tests() {
    for (section, variable, is_url, title) in [
        ("Microsoft Teams", "TEAMS_WEBHOOK", true, "/attachments/0/content/body/0/inlines/0/text"),
        ("Slack", "SLACK_WEBHOOK", true, "/text"),
        ("PagerDuty", "PAGERDUTY_KEY", false, "/payload/summary"),
    ] {
        let receiver = Receiver::start().await;
        let example = block(section, "toml").replace("https://events.pagerduty.com", &receiver.address);
        let folder = ServerFolder::gateway(&(jobs() + &*example));
        let mut test = folder.command(&["notify", "test"]);
        test.env(variable, if is_url { &receiver.address } else { "integration-key" });
        CommandOutput::of(&mut test).expect_success();
        let body = receiver.wait_for(1).await.remove(0).body;
        let title = body.pointer(title).unwrap().as_str().unwrap();
        assert!(title.starts_with("Test of the notification channel \""), "{body}");
        if section == "PagerDuty" {
            // PagerDuty requires a source and knows four severities.
            assert_eq!(body["payload"]["source"], "Test (no organization)");
            assert_eq!(body["payload"]["severity"], "error");
            assert!(body["dedup_key"].as_str().unwrap().starts_with("test:"), "{body}");
        }
    }
}

const FIRST_ERROR: &str = "ERROR <!channel> [x](https://evil.example) \"quoted\"\\";

#[tokio::test]
async fn teams_gets_an_adaptive_card() {
    let received = run_example("Microsoft Teams", "TEAMS_WEBHOOK", true).await;
    assert_eq!(received.target, "/hook");
    let card = &received.body["attachments"][0];
    assert_eq!(received.body["type"], "message");
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    let content = &card["content"];
    assert_eq!((&content["type"], &content["version"]), (&json!("AdaptiveCard"), &json!("1.4")));
    let texts: Vec<&str> = content["body"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["inlines"][0]["text"].as_str().unwrap())
        .collect();
    assert!(texts[0].starts_with("Nightly load failed after "), "{texts:?}");
    assert!(texts[1].starts_with("Contoso · 20") && texts[1].ends_with(" · errors: 2"), "{texts:?}");
    assert_eq!(texts[2].trim_end(), FIRST_ERROR);
}

#[tokio::test]
async fn slack_gets_blocks_of_plain_text() {
    let received = run_example("Slack", "SLACK_WEBHOOK", true).await;
    let text = received.body["text"].as_str().unwrap();
    assert!(text.starts_with("Nightly load failed after "), "{text}");
    let blocks = received.body["blocks"].as_array().unwrap();
    assert!(blocks.iter().all(|block| block["text"]["type"] == "plain_text"), "{blocks:?}");
    assert_eq!(blocks[0]["text"]["text"], text);
    assert!(blocks[1]["text"]["text"].as_str().unwrap().ends_with(FIRST_ERROR), "{blocks:?}");
}

#[tokio::test]
async fn pagerduty_gets_an_event() {
    let received = run_example("PagerDuty", "PAGERDUTY_KEY", false).await;
    let body = &received.body;
    assert_eq!(received.target, "/v2/enqueue");
    assert_eq!((&body["routing_key"], &body["event_action"]), (&json!("integration-key"), &json!("trigger")));
    assert!(body["dedup_key"].as_str().unwrap().starts_with("ended:"), "{body}");
    let payload = &body["payload"];
    assert!(payload["summary"].as_str().unwrap().starts_with("Nightly load failed after "), "{body}");
    assert_eq!((&payload["source"], &payload["severity"]), (&json!("Contoso"), &json!("error")));
    assert_eq!(payload["custom_details"]["first_error"], FIRST_ERROR);
}

#[tokio::test]
async fn first_example_and_document_are_as_the_guide_shows_them() {
    let guide = fs::read_to_string(root().join("docs/guides/be-told.md")).unwrap();
    let (_, rest) = guide.split_once("```toml\n").unwrap();
    let example = rest.split("```").next().unwrap();
    let receiver = Receiver::start().await;
    let folder = ServerFolder::gateway(&(jobs() + example));
    let mut serve = folder.serve_command(&[]);
    serve.env("CHAT_WEBHOOK", &receiver.address);
    let gateway = folder.start(serve);
    gateway.run("Nightly load").await;
    let body = receiver.wait_for(1).await.remove(0).body;
    let shown: Value = serde_json::from_str(&block("Other webhooks", "json")).unwrap();
    let kinds = |value: &Value| -> Vec<(String, bool)> {
        value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.is_string())).collect()
    };
    assert_eq!(kinds(&body), kinds(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_sent_over_tls() {
    let server = MailServer::with_tls(|_| Session::Accept).await;
    let example = block("Mail", "toml")
        .replace("smtps://smtp.example.com", &format!("smtps://localhost:{}", server.port))
        .replace("/etc/txjobs/smtp-password", "smtp-password");
    let folder = ServerFolder::gateway(&(jobs() + &*example));
    fs::write(folder.file("smtp-password"), "correct horse battery\n").unwrap();
    fs::write(folder.file("ca.pem"), server.certificate.as_ref().unwrap()).unwrap();
    // The server is refused while nobody vouches for its certificate.
    let output = CommandOutput::of(&mut folder.command(&["notify", "test"]));
    assert!(output.code != 0 && output.stdout.contains("ertificate"), "{output:?}");
    let mut serve = folder.serve_command(&[]);
    serve.env("SSL_CERT_FILE", folder.file("ca.pem"));
    let gateway = folder.start(serve);
    gateway.run("Nightly load").await;
    let mail = server.wait_for(1).await.remove(0);
    assert_eq!(mail.from, "jobs@example.com");
    assert_eq!(mail.to, ["data-team@example.com", "ada@example.com"]);
    assert_eq!(mail.credentials.as_deref(), Some("\0jobs@example.com\0correct horse battery"));
    assert!(mail.header("Subject").unwrap().starts_with("Nightly load failed after "), "{mail:?}");
    assert!(mail.text.contains(FIRST_ERROR) || mail.text.contains("ERROR <!channel>"), "{mail:?}");
}
