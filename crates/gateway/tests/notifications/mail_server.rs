//! A mail server that records mails.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use crate::receiver::wait_for;

/// What the server does in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    Accept,
    /// Refuses the sender for now.
    Busy,
    /// Refuses the recipients.
    NoRecipient,
    /// Refuses recipients whose names start with "gone" for ever, and with "full" for now.
    SomeRecipients,
    /// Accepts addresses that are not ASCII.
    International,
    /// Sends nothing after the greeting.
    Hang,
    /// Takes the mail and closes the connection without an answer.
    DropAfterMail,
    /// Accepts the mail and does not answer to QUIT.
    SilentQuit,
    /// Greets without an end.
    EndlessLine,
}

/// A mail that the server got.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    /// What follows the sender in its command.
    pub parameters: String,
    pub to: Vec<String>,
    pub credentials: Option<String>,
    pub text: String,
    pub session: usize,
}

impl Mail {
    /// Returns the value of a header on one line.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        head.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// A mail server. It stops when it is dropped.
pub struct MailServer {
    pub port: u16,
    /// The certificate with TLS, in PEM.
    pub certificate: Option<String>,
    mails: Arc<Mutex<Vec<Mail>>>,
    sessions: Arc<Mutex<usize>>,
    quits: Arc<Mutex<usize>>,
    _server: AbortOnDropHandle<()>,
}

impl MailServer {
    /// Starts a server without TLS. The first session is `session(0)`, and so on.
    pub async fn start(session: impl Fn(usize) -> Session + Send + Sync + 'static) -> Self {
        Self::start_with(None, session).await
    }

    /// Starts a server with TLS from the start.
    pub async fn with_tls(session: impl Fn(usize) -> Session + Send + Sync + 'static) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Self::start_with(Some((TlsAcceptor::from(Arc::new(config)), cert.pem())), session).await
    }

    async fn start_with(
        tls: Option<(TlsAcceptor, String)>,
        session: impl Fn(usize) -> Session + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mails, sessions) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (acceptor, certificate) = tls.unzip();
        let quits = Arc::new(Mutex::new(0));
        let (recorded, counted, ended) = (Arc::clone(&mails), Arc::clone(&sessions), Arc::clone(&quits));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = {
                    let mut count = counted.lock().unwrap();
                    *count += 1;
                    *count - 1
                };
                let (session, mails, acceptor) = (session(number), Arc::clone(&recorded), acceptor.clone());
                let quits = Arc::clone(&ended);
                tokio::spawn(async move {
                    // A client may end a session at any point.
                    let _ = match acceptor {
                        Some(acceptor) => match acceptor.accept(stream).await {
                            Ok(stream) => serve(stream, session, number, &mails, &quits).await,
                            Err(error) => Err(error),
                        },
                        None => serve(stream, session, number, &mails, &quits).await,
                    };
                });
            }
        });
        Self { port, certificate, mails, sessions, quits, _server: AbortOnDropHandle::new(server) }
    }

    /// Returns the number of sessions so far.
    pub fn session_count(&self) -> usize {
        *self.sessions.lock().unwrap()
    }

    /// Returns the number of sessions that the client has ended with QUIT.
    pub fn quit_count(&self) -> usize {
        *self.quits.lock().unwrap()
    }

    /// Waits for this number of mails, and returns all.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        wait_for("the mails", || {
            Some(self.mails.lock().unwrap().clone()).filter(|mails| mails.len() >= count)
        })
        .await
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite,
    session: Session,
    number: usize,
    mails: &Mutex<Vec<Mail>>,
    quits: &Mutex<usize>,
) -> std::io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::new(Box::pin(reader));
    if session == Session::EndlessLine {
        loop {
            writer.write_all(&[b'2'; 65_536]).await?;
        }
    }
    writer.write_all(b"220 mail.example.com\r\n").await?;
    let mut mail = Mail { session: number, ..Mail::default() };
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if session == Session::Hang {
            return std::future::pending().await;
        }
        let command = line.trim_end();
        let address = || command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let reply = match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" if session == Session::International => {
                "250-mail.example.com\r\n250-SMTPUTF8\r\n250 8BITMIME"
            }
            "EHLO" => "250-mail.example.com\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            "AUTH" => {
                let encoded = command.rsplit(' ').next().unwrap();
                mail.credentials = Some(String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap());
                "235 ok"
            }
            "MAIL" if session == Session::Busy => "451 try again later",
            "MAIL" => {
                mail.from = address();
                mail.parameters = command.rsplit('>').next().unwrap().trim().to_owned();
                "250 ok"
            }
            "RCPT" if session == Session::NoRecipient => "550 no such user",
            "RCPT" if session == Session::SomeRecipients && address().starts_with("gone") => {
                "550 no such user"
            }
            "RCPT" if session == Session::SomeRecipients && address().starts_with("full") => {
                "452 mailbox is full"
            }
            "RCPT" => {
                mail.to.push(address());
                "250 ok"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                while !mail.text.ends_with("\r\n.\r\n") {
                    if reader.read_line(&mut mail.text).await? == 0 {
                        return Ok(());
                    }
                }
                mails.lock().unwrap().push(mail.clone());
                if session == Session::DropAfterMail {
                    return Ok(());
                }
                "250 queued"
            }
            "QUIT" if session == Session::SilentQuit => return std::future::pending().await,
            "QUIT" => {
                *quits.lock().unwrap() += 1;
                return writer.write_all(b"221 bye\r\n").await;
            }
            _ => "250 ok",
        };
        writer.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}
