//! Sends mails.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use lettre::message::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;
use txjobs_store::time::Micros;
use uuid::Uuid;

use super::delivery_error::DeliveryError;
use super::mail_connection::connect;
use super::mail_transaction::transmit_mail;
use super::receipt::Receipt;
use crate::http_client::install_tls;
use crate::notify::{Content, Email, Encryption, EventKind, shortened};
use crate::request_secrets::{SecretMask, SecretValues};

/// The namespace of the ids of mails.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0c_9a7e_2b14_4f63_9c58_7ae1_30d4_6bf2);

/// The most characters of a subject. Servers refuse lines of more than 998 bytes, and a long word is not folded.
const MAX_SUBJECT_LENGTH: usize = 250;
/// The longest time for the end of a connection.
const MAX_QUIT_TIME: Duration = Duration::from_secs(1);

/// Sends a mail once. Returns what the server said.
///
/// # Errors
///
/// Fails if the server accepts it for no recipient. The error does not contain the password.
pub(super) async fn send_mail(
    email: &Email,
    channel: &str,
    content: &Content,
    created_at: Micros,
) -> Result<Receipt, DeliveryError> {
    let secrets = SecretValues::read(email.secrets()).await?;
    let mut mask = SecretMask::default();
    secrets.values().for_each(|secret| mask.add(secret));
    let message = message(email, channel, content, created_at)?;
    let tls = tls_parameters(email)?;
    match transmit(email, &secrets, tls, &message).await {
        Ok((response, refusals)) => Ok(Receipt {
            status: response.code().to_string(),
            refused: (!refusals.is_empty()).then(|| mask.mask(&one_line(&refusals.join(", ")))),
        }),
        Err(error) => {
            let cause = mask.mask(&one_line(&format!("{error:#}")));
            Err(DeliveryError {
                cause: format!("the mail server did not accept the mail: {cause}"),
                retry_after: None,
            })
        }
    }
}

fn tls_parameters(email: &Email) -> Result<TlsParameters> {
    install_tls();
    TlsParameters::builder(email.host.clone())
        // A connection that may be plain is not worse with a certificate for which nobody vouches.
        .dangerous_accept_invalid_certs(email.encryption == Encryption::Opportunistic)
        .build()
        .context("the connection cannot use TLS")
}

/// Sends the mail in a connection of its own. The transport of the crate would wait for the answer to QUIT as well, and a server that
/// gives none has accepted the mail.
async fn transmit(
    email: &Email,
    secrets: &SecretValues,
    tls: TlsParameters,
    message: &Message,
) -> Result<(Response, Vec<String>)> {
    let hello = ClientId::default();
    let implicit_tls = (email.encryption == Encryption::Implicit).then(|| tls.clone());
    let mut connection = connect(&email.host, email.port, implicit_tls, &hello).await?;
    let uses_starttls = match email.encryption {
        Encryption::Implicit => false,
        Encryption::StartTls => true,
        Encryption::Opportunistic => connection.can_starttls(),
    };
    if uses_starttls {
        connection.starttls(tls, &hello).await?;
    }
    if let Some((user, password)) = &email.credentials {
        let credentials = Credentials::new(user.clone(), secrets.get(password).to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
    }
    let accepted = transmit_mail(&mut connection, message).await;
    let _ = timeout(MAX_QUIT_TIME, connection.quit()).await;
    accepted
}

/// Writes the mail. It has the same id and date in each attempt, so that a repeated one can be recognized.
fn message(email: &Email, channel: &str, content: &Content, created_at: Micros) -> Result<Message> {
    let id = Uuid::new_v5(&NAMESPACE, format!("{channel}\0{}", content.event_id).as_bytes());
    let domain = email.from.email.domain();
    let date = Duration::from_micros(u64::try_from(created_at).unwrap_or_default());
    let values = content.values();
    let subject = one_line(&email.subject.render(&values, &SecretValues::default()));
    // A subject without variables would look like that of a real event.
    let subject = match content.event == EventKind::Test.name() && !subject.contains(&content.title) {
        true => format!("Test: {subject}"),
        false => subject,
    };
    let subject = shortened(&subject, MAX_SUBJECT_LENGTH);
    let mut message = Message::builder()
        .from(email.from.clone())
        .subject(subject)
        .date(SystemTime::UNIX_EPOCH + date)
        .message_id(Some(format!("<{id}@{domain}>")))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN);
    for recipient in &email.to {
        message = message.to(recipient.clone());
    }
    message.body(body(content)).context("the mail cannot be written")
}

fn body(content: &Content) -> String {
    let counts = match content.state.is_empty() {
        true => (String::new(), String::new()),
        false => (content.warnings.to_string(), content.errors.to_string()),
    };
    let rows: [(&str, &str); 12] = [
        ("Organization", &content.organization),
        ("Job", &content.job),
        ("State", &content.state),
        ("Started by", &content.started_by),
        ("Started", &content.started),
        ("Ended", &content.ended),
        ("Duration", &content.duration),
        ("Warnings", &counts.0),
        ("Errors", &counts.1),
        ("Trigger id", &content.trigger_id),
        ("Link", &content.link),
        ("Console", &content.console_link),
    ];
    let rows = rows.iter().filter(|(_, value)| !value.is_empty());
    let rows: String = rows.map(|(name, value)| format!("{name}: {}\n", one_line(value))).collect();
    let error = match content.first_error.is_empty() {
        true => String::new(),
        false => format!("\nThe first error:\n{}\n", printable(&content.first_error)),
    };
    format!("{}\n\n{rows}{error}", content.title)
}

/// Returns a text without control characters except for the ends of lines and tabs. Mail servers refuse NUL and a CR on its own.
fn printable(text: &str) -> String {
    let is_refused = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
    text.replace("\r\n", "\n").replace(is_refused, " ")
}

fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect::<String>().trim().to_owned()
}

/// Says that no person wrote the mail, so that nobody's absence is answered (RFC 3834).
#[derive(Clone, Debug)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, GatewayJob};
    use crate::notify::{Target, Template};

    fn email() -> Email {
        let text = "[[organization]]\nname = \"Contoso\"\n[[notify]]\nemail = { server = \"smtps://mail.example.com\", \
                    from = 'Jobs \u{e4} <jobs@example.com>', to = [\"a@example.com\", 'B <b@example.com>'] }";
        let mut config = config::parse::<GatewayJob>(text, std::path::Path::new("")).unwrap();
        let Target::Email(email) = config.channels.remove(0).target else { panic!("no email") };
        *email
    }

    #[test]
    fn mail_of_a_test_says_so_in_subject_and_body() {
        let content = Content::of_test("Data team", 1_700_000_000_000_000);
        let mut email = email();
        let mut subject_and_body = |subject: &str| {
            email.subject = Template::parse(subject, Content::VARIABLES, std::path::Path::new("")).unwrap();
            let message = message(&email, "Data team", &content, 1_700_000_000_000_000).unwrap();
            let text = String::from_utf8(message.formatted()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let subject = head.lines().find(|line| line.starts_with("Subject: ")).unwrap();
            (subject.to_owned(), body.to_owned())
        };
        let (subject, body) = subject_and_body("{title}");
        assert_eq!(subject, "Subject: Test of the notification channel \"Data team\"");
        assert!(body.starts_with("Test of the notification channel \"Data team\"\r\n"), "{body}");
        assert!(body.contains("State: test\r\n") && body.contains("No job has failed."), "{body}");
        assert_eq!(subject_and_body("A load has failed").0, "Subject: Test: A load has failed");
    }

    #[test]
    fn long_subject_is_cut_to_a_valid_line() {
        let mut email = email();
        email.subject =
            Template::parse("{job} {first_error}", Content::VARIABLES, std::path::Path::new("")).unwrap();
        for char in ["x", "\u{e4}", "\u{1f4a5}"] {
            let mut content = Content::of_test("Mail", 1_700_000_000_000_000);
            (content.event, content.job, content.first_error) =
                ("failed".to_owned(), char.repeat(200), char.repeat(1000));
            let mail = message(&email, "Mail", &content, 1_700_000_000_000_000).unwrap().formatted();
            let mail = String::from_utf8(mail).unwrap();
            assert!(mail.split("\r\n").all(|line| line.len() <= 998), "{mail}");
        }
    }

    #[test]
    fn control_characters_of_an_error_are_not_in_the_mail() {
        let mut content = Content::of_test("Mail", 1_700_000_000_000_000);
        content.first_error = "10%\r100%\0\u{1b}[31mred\u{85}\r\nnext\tline".to_owned();
        let mail = message(&email(), "Mail", &content, 1_700_000_000_000_000).unwrap().formatted();
        let mail = String::from_utf8(mail).unwrap();
        let (_, error) = mail.split_once("The first error:\r\n").unwrap();
        assert_eq!(error, "10% 100%  [31mred \r\nnext\tline\r\n");
    }

    #[test]
    fn mail_has_no_injected_header_and_a_stable_id() {
        let mut content = Content::of_test("Mail", 1_700_000_000_000_000);
        content.title = "L\u{e4}st\r\nBcc: evil@example.com\r\n\r\nBody failed".to_owned();
        content.job = "a\r\nb".to_owned();
        content.first_error = format!("\u{20ac} {}\r\n.\r\nQUIT", "long ".repeat(1000));
        let write = || {
            let message = message(&email(), "Mail", &content, 1_700_000_000_000_000).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };
        let text = write();
        assert_eq!(text, write());
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        for line in ["Date: Tue, 14 Nov 2023 22:13:20 +0000", "Auto-Submitted: auto-generated"] {
            assert!(head.contains(&format!("\r\n{line}\r\n")), "{head}");
        }
        let id = head.lines().find(|line| line.starts_with("Message-ID: <")).unwrap();
        assert!(id.ends_with("@example.com>"), "{id}");
        assert!(text.lines().all(|line| line.len() <= 998 && line.is_ascii()), "{text}");
        assert!(body.len() > 5000 && head.contains("To: a@example.com, B <b@example.com>"), "{head}");
    }
}
