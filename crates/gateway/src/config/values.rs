//! Values of the configuration file that several tables have.

use std::net::IpAddr;

use anyhow::{Context, Result, anyhow, ensure};
use axum::http::HeaderName;
use ipnet::IpNet;
use reqwest::Url;
use serde_json::Value;
use toml::Spanned;

use super::location::At;

/// Checks a value. An error has its place in the file.
pub(super) fn checked<T, U>(value: &Spanned<T>, check: impl FnOnce(&T) -> Result<U>) -> Result<U> {
    check(value.get_ref()).at(value.span())
}

/// Checks each value of an array. An error has its place in the file.
pub(super) fn parse_all<T>(texts: &[Spanned<String>], parse: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    texts.iter().map(|text| checked(text, |text| parse(text))).collect()
}

/// Fails if a header was declared before, in other letters.
pub(super) fn ensure_new_header<T>(name: &HeaderName, earlier: &[(HeaderName, T)]) -> Result<()> {
    ensure!(
        earlier.iter().all(|(other, _)| other != name),
        "`headers` has {name} in two spellings. Remove one of them"
    );
    Ok(())
}

/// Parses a network or an address of `allow_addresses`.
pub(super) fn parse_network(text: &str) -> Result<IpNet> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| {
        anyhow!(
            "`allow_addresses`: {text:?} is not a network. Write it like \"10.1.0.0/16\" or \"127.0.0.1\""
        )
    })
}

/// Returns the address of a URL whose host is an address. Its name is not resolved.
pub(super) fn literal_address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Returns whether the host of a URL is this machine.
pub(super) fn is_this_machine(url: &Url) -> bool {
    let is_loopback = literal_address(url).is_some_and(|address| address.to_canonical().is_loopback());
    url.host_str() == Some("localhost") || is_loopback
}

/// Converts a value of the file to JSON.
pub(super) fn json(value: &toml::Value) -> Result<Value> {
    Ok(match value {
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Float(number) => {
            let number = serde_json::Number::from_f64(*number);
            Value::Number(number.context("`body` has a number that JSON does not have")?)
        }
        toml::Value::Array(elements) => Value::Array(elements.iter().map(json).collect::<Result<_>>()?),
        toml::Value::Table(members) => {
            let member = |(name, value): (&String, _)| Ok((name.clone(), json(value)?));
            Value::Object(members.iter().map(member).collect::<Result<_>>()?)
        }
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Boolean(value) => Value::Bool(*value),
    })
}
