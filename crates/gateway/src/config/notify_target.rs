//! The tables `webhook` and `email` of `[[notify]]`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderName, HeaderValue};
use lettre::message::Mailbox;
use reqwest::Url;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use toml::Spanned;

use super::values::{checked, ensure_new_header, is_this_machine, json};
use crate::notify::{Content, Email, Encryption, JsonTemplate, Template, Webhook};
use crate::request_secrets::SecretValues;

/// The port of a connection that is encrypted from its start.
const SMTPS_PORT: u16 = 465;
/// The port for programs that send mails.
const SUBMISSION_PORT: u16 = 587;

/// A request that is a message about an event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Webhook")]
pub(super) struct WebhookTable {
    /// The URL that gets a POST. Anyone who has it can send messages, so write `"${env:NAME}"` or `"${file:PATH}"`.
    #[schemars(with = "String")]
    url: Spanned<String>,
    /// Further headers of the request. Their values can have secrets.
    #[serde(default)]
    #[schemars(default, with = "BTreeMap<String, String>", extend("x-default" = "none"))]
    headers: BTreeMap<String, Spanned<String>>,
    /// The JSON body: a table, or a text with JSON. Its texts can have variables and secrets.
    #[schemars(with = "Option<BodyValue>", extend("x-default" = "an object with all variables"))]
    body: Option<Spanned<BodyValue>>,
    /// With `true`, the URL of another machine may begin with `http://`.
    #[serde(default)]
    allow_http: bool,
}

/// A mail that is a message about an event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Email")]
pub(super) struct EmailTable {
    /// The mail server: `"smtps://HOST"` is encrypted from the start, by default on port 465, and `"smtp://HOST"` after STARTTLS,
    /// by default on port 587.
    #[schemars(with = "String")]
    server: Spanned<String>,
    /// The user name for the server.
    #[schemars(extend("x-default" = "none"))]
    user: Option<String>,
    /// The password of the user, from a variable or a file: `"${env:NAME}"` or `"${file:PATH}"`.
    #[schemars(with = "Option<String>", extend("x-default" = "none"))]
    password: Option<Spanned<String>>,
    /// The sender, like `"jobs@example.com"` or `"Jobs <jobs@example.com>"`.
    #[schemars(with = "String")]
    from: Spanned<String>,
    /// The recipients. All of them see the whole list.
    #[schemars(with = "Vec<String>", length(min = 1))]
    to: Spanned<Vec<Spanned<String>>>,
    /// The subject, which can have variables.
    #[schemars(with = "Option<String>", extend("default" = "{title}"))]
    subject: Option<Spanned<String>>,
    /// With `true`, a server at `smtp://` may have no encryption, or a certificate that no known authority has signed.
    #[serde(default)]
    allow_plain: bool,
}

/// A JSON body: a table, or a text with JSON, which can also have null.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
struct BodyValue(toml::Value);

impl JsonSchema for BodyValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Body".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "string"] })
    }
}

impl WebhookTable {
    /// Checks the table. Relative paths of secrets start at `directory`.
    pub fn check(&self, directory: &Path) -> Result<Webhook> {
        let url = checked(&self.url, |text| Template::parse(text, &[], directory).context("`url`"))?;
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let header = checked(value, |value| {
                let header =
                    check_header(name, value, directory).with_context(|| format!("`headers`: {name:?}"))?;
                ensure_new_header(&header.0, &headers)?;
                Ok(header)
            })?;
            headers.push(header);
        }
        let body =
            self.body.as_ref().map(|body| checked(body, |body| parse_body(body, directory))).transpose()?;
        let webhook = Webhook { url, headers, body, allow_http: self.allow_http };
        if webhook.url.secrets().next().is_none() {
            checked(&self.url, |_| webhook.address(&SecretValues::default()))?;
        }
        Ok(webhook)
    }
}

fn check_header(name: &str, value: &str, directory: &Path) -> Result<(HeaderName, Template)> {
    let name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| anyhow!("it is not the name of a header"))?;
    ensure!(
        ![HOST, CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name),
        "HTTP uses the header itself. Remove it"
    );
    ensure!(HeaderValue::from_str(value).is_ok(), "its value has a control character. Remove it");
    Ok((name, Template::parse(value, &[], directory)?))
}

fn parse_body(BodyValue(value): &BodyValue, directory: &Path) -> Result<JsonTemplate> {
    let document = match value {
        toml::Value::String(text) => match serde_json::from_str(text) {
            Ok(document) => document,
            // The usual error has no part of the text.
            Err(error) => bail!("`body` is a text that is not JSON: {error}. Correct it, or write a table"),
        },
        toml::Value::Table(_) => json(value)?,
        _ => bail!(
            "`body` is neither a table nor a text. Write a table, or JSON like '{{ \"text\": \"{{title}}\" }}'"
        ),
    };
    JsonTemplate::parse(&document, Content::VARIABLES, directory).context("`body`")
}

impl EmailTable {
    /// Checks the table. Relative paths of secrets start at `directory`.
    pub fn check(&self, directory: &Path) -> Result<Email> {
        let (host, port, encryption) =
            checked(&self.server, |text| parse_server(text, self.allow_plain).context("`server`"))?;
        let credentials = match (&self.user, &self.password) {
            (None, None) => None,
            (Some(user), Some(password)) => Some((
                user.clone(),
                checked(password, |text| {
                    let secret =
                        Template::parse(text, &[], directory).ok().and_then(|t| t.only_secret().cloned());
                    secret.context(
                        "`password` is not the place of a secret. Write \"${env:NAME}\" or \"${file:PATH}\", so that the password is not \
                         in this file",
                    )
                })?,
            )),
            _ => bail!(
                "`user` and `password` belong together. Write both, or none for a server that needs none"
            ),
        };
        let mailbox = |key: &'static str| {
            move |text: &String| -> Result<Mailbox> {
                let parsed = text.parse();
                parsed.map_err(|_| {
                    anyhow!(
                        "`{key}`: {text:?} is not a mail address. Write it like \"Jobs <jobs@example.com>\""
                    )
                })
            }
        };
        let from = checked(&self.from, mailbox("from"))?;
        let to = checked(&self.to, |to| {
            ensure!(!to.is_empty(), "`to` is empty. Write a mail address");
            to.iter().map(|text| checked(text, mailbox("to"))).collect()
        })?;
        let subject = match &self.subject {
            Some(subject) => checked(subject, |text| {
                let subject = Template::parse(text, Content::VARIABLES, directory).context("`subject`")?;
                ensure!(subject.secrets().next().is_none(), "`subject` has a secret. Remove it");
                Ok(subject)
            })?,
            None => Template::parse("{title}", Content::VARIABLES, directory)?,
        };
        Ok(Email { host, port, encryption, credentials, from, to, subject })
    }
}

fn parse_server(text: &str, allow_plain: bool) -> Result<(String, u16, Encryption)> {
    let form = "Write it like \"smtps://smtp.example.com\" or \"smtp://smtp.example.com:587\"";
    // The usual error may repeat a password.
    let Ok(url) = Url::parse(text) else { bail!("it is not the address of a mail server. {form}") };
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.with_context(|| format!("it has no host. {form}"))?;
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "it contains a user or a password. Write the keys `user` and `password` instead"
    );
    let is_plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    ensure!(is_plain, "it has more than a host and a port. {form}");
    let (port, encryption) = match url.scheme() {
        "smtps" if allow_plain => {
            bail!("smtps:// is always encrypted. Remove `allow_plain`, or write smtp://, which can be plain")
        }
        "smtps" => (SMTPS_PORT, Encryption::Implicit),
        "smtp" if allow_plain || is_this_machine(&url) => (SUBMISSION_PORT, Encryption::Opportunistic),
        "smtp" => (SUBMISSION_PORT, Encryption::StartTls),
        _ => bail!("it does not begin with smtps:// or smtp://. {form}"),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok((host, url.port().unwrap_or(port), encryption))
}
