//! What the requests of a job have in common.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use reqwest::Url;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use toml::Spanned;

use crate::addresses::AddressPolicy;
use crate::config::values::{checked, is_this_machine, json, literal_address, parse_all};
use crate::http_job::{JsonTemplate, Pointer, Template, UrlTemplate, Variable};

/// The status codes of a request that succeeded, if the file names none.
const DEFAULT_ACCEPT: [u16; 3] = [200, 201, 202];

/// What the values of all tables are checked against.
#[derive(Clone, Debug)]
pub(super) struct Scope<'a> {
    /// Where relative paths of secrets start.
    pub directory: &'a Path,
    pub addresses: AddressPolicy,
    /// Whether plain HTTP to other machines is allowed.
    pub allow_http: bool,
    /// The variables that the response to the start makes known.
    pub started: Vec<Variable>,
}

/// A JSON body: a table, an array, or a text with JSON, which can also have null.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct BodyValue(toml::Value);

impl JsonSchema for BodyValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Body".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "array", "string"] })
    }
}

impl Scope<'_> {
    /// Parses the URL of a request, whose variables are `before`, or those that are known after the start.
    pub fn url(&self, key: &str, text: &Spanned<String>, variables: &[Variable]) -> Result<UrlTemplate> {
        checked(text, |text| self.parse_url(text, variables).with_context(|| format!("`{key}`")))
    }

    fn parse_url(&self, text: &str, variables: &[Variable]) -> Result<UrlTemplate> {
        let url = UrlTemplate::new(Template::parse(text, variables, self.directory)?, text)?;
        let Some(origin) = url.origin() else { return Ok(url) };
        let parsed = Url::parse(origin).context("the URL has no origin")?;
        ensure!(
            parsed.scheme() == "https" || is_this_machine(&parsed) || self.allow_http,
            "{origin:?} would get the request without encryption. Write https://, or allow_http = true in `http` if the network is safe"
        );
        if let Some(address) = literal_address(&parsed) {
            ensure!(
                self.addresses.allows(address),
                "{address} is not {}. If the engine is really there, add allow_addresses = [\"{}\"] to `http`",
                self.addresses.requirement(),
                address.to_canonical()
            );
        }
        Ok(url)
    }

    /// Parses the body of a request.
    pub fn body(
        &self,
        value: Option<&Spanned<BodyValue>>,
        variables: &[Variable],
    ) -> Result<Option<JsonTemplate>> {
        let parse = |BodyValue(value): &BodyValue| {
            let document = match value {
                toml::Value::String(text) => serde_json::from_str(text).context(
                    "`body` is a text that is not JSON. Write a table, or JSON like '{ \"ref\": \"main\" }'",
                )?,
                toml::Value::Table(_) | toml::Value::Array(_) => json(value)?,
                other => bail!(
                    "`body` = {other} is not a body. Write a table, or JSON like '{{ \"ref\": \"main\" }}'"
                ),
            };
            JsonTemplate::parse(&document, variables, self.directory).context("`body`")
        };
        value.map(|value| checked(value, parse)).transpose()
    }
}

/// Checks the status codes of a request that succeeded.
pub(super) fn accept(codes: Option<Vec<Spanned<u16>>>) -> Result<Vec<u16>> {
    let Some(codes) = codes else { return Ok(DEFAULT_ACCEPT.to_vec()) };
    ensure!(!codes.is_empty(), "`accept` is empty, so that every request would fail. Write a status code");
    let check = |code: &u16| {
        ensure!(
            (200..300).contains(code),
            "`accept` = {code} is not a status of success. Write one from 200 to 299"
        );
        Ok(*code)
    };
    codes.iter().map(|code| checked(code, check)).collect()
}

/// Parses JSON Pointers. `key` is the key of the file.
pub(super) fn pointers(key: &str, texts: &[Spanned<String>]) -> Result<Vec<Pointer>> {
    parse_all(texts, |text| Pointer::parse(text).with_context(|| format!("`{key}`")))
}
