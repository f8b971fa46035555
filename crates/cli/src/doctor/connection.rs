//! Checks the domain, the proxy, and the connection.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::{
    net::{self, TcpStream},
    time,
};
use txjobs_sdk::{Error, ErrorKind, ServerAddress, paths};

use super::{
    finding::{Finding, Findings, Subject},
    requests::{NoResponse, Response},
};

const SUBJECT: Subject = Subject::Connection;
/// The most addresses of a host to which a connection is tried.
const MAX_ADDRESSES: usize = 4;
/// The variables that exclude hosts from the proxy.
const NO_PROXY_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Parses the domain. Returns `None` if it is not valid.
pub(crate) fn check_domain(domain: &str, findings: &mut Findings) -> Option<ServerAddress> {
    let address = match ServerAddress::parse(domain) {
        Ok(address) => address,
        Err(problem) => {
            let finding = Finding::fail(SUBJECT, "domain", format!("The domain is not valid: {problem}."));
            let advice = "Use a host such as api.example.com, or an http or https URL.";
            findings.add(finding.advice(advice));
            return None;
        }
    };
    let finding = match domain_without_path(&address) {
        Some(shorter) => Finding::warn(
            SUBJECT,
            "domain",
            "The domain ends with a part of the paths of the API, which txjobs appends.",
        )
        .advice(format!("If the API is not found, try the domain {shorter}")),
        None => Finding::pass(SUBJECT, "domain", format!("The domain is valid: {}", address.url())),
    };
    findings.add(finding.json_detail("Url", address.url().as_str()));
    Some(address)
}

/// Returns the domain without the beginning of an operation's path at its end.
pub(crate) fn domain_without_path(address: &ServerAddress) -> Option<String> {
    let url = address.url().as_str().trim_end_matches('/');
    let mut path = paths::LIST_JOBS.template;
    while !path.is_empty() {
        if address.url().path().trim_end_matches('/').ends_with(path) {
            return url.strip_suffix(path).map(ToOwned::to_owned);
        }
        path = path.rsplit_once('/').map_or("", |(before, _)| before);
    }
    None
}

/// Reports the proxy.
pub(crate) fn check_proxy(address: &ServerAddress, findings: &mut Findings) {
    let proxy = address.proxy();
    let scheme = address.url().scheme();
    let is_set = |variable: &str| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let variables = [format!("{scheme}_proxy"), format!("{}_PROXY", scheme.to_uppercase())];
    let has_proxy = variables.iter().any(|name| is_set(name)) || is_set("all_proxy") || is_set("ALL_PROXY");
    let has_no_proxy = NO_PROXY_VARIABLES.into_iter().any(is_set);
    let text = match &proxy {
        Some(proxy) => format!("Requests use the proxy {proxy}."),
        None if has_proxy && address.is_local() => {
            "No proxy is used, because the server is on this machine.".to_owned()
        }
        None if has_proxy && has_no_proxy => {
            "No proxy is used, because no_proxy excludes the server.".to_owned()
        }
        None => "No proxy is used.".to_owned(),
    };
    let finding = Finding::pass(SUBJECT, "proxy", text);
    findings.add(finding.json_detail("Proxy", proxy).detail("HasNoProxy", has_no_proxy));
}

/// Resolves the name and opens a connection to the server, or to its proxy. Returns whether it succeeded.
pub(crate) async fn check_network(
    address: &ServerAddress,
    timeout: Duration,
    findings: &mut Findings,
) -> bool {
    let proxy = address.proxy();
    let peer = if proxy.is_some() { "proxy" } else { "server" };
    let (host, port) = match proxy.as_deref().and_then(|proxy| proxy.rsplit_once(':')) {
        Some((host, port)) => (host.to_owned(), port.parse().unwrap_or_default()),
        None => {
            let url = address.url();
            (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or_default())
        }
    };
    let host = host.trim_matches(['[', ']']);
    match resolve(host, port, timeout).await {
        Ok(addresses) => {
            let text = match host.parse::<std::net::IpAddr>() {
                Ok(_) => format!("The {peer} is given as an address, so that no name is looked up."),
                Err(_) => format!("The name of the {peer} is resolved."),
            };
            let ips: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            findings.add(Finding::pass(SUBJECT, "dns", text).json_detail("Addresses", json!(ips)));
            connect(peer, &addresses, timeout, findings).await
        }
        Err(problem) => {
            let finding =
                Finding::fail(SUBJECT, "dns", format!("The name of the {peer} cannot be resolved."));
            let advice = if proxy.is_some() {
                "Check the variables for the proxy, and your network."
            } else {
                "Check the domain for typing errors, and your network. A company network may require a VPN or a proxy."
            };
            findings.add(finding.advice(advice).private_detail("Cause", problem));
            false
        }
    }
}

async fn resolve(host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, String> {
    let found = time::timeout(timeout, net::lookup_host((host, port))).await;
    let addresses: Vec<_> = found.map_err(|_| "timed out")?.map_err(|error| error.to_string())?.collect();
    if addresses.is_empty() { Err("the name has no address".to_owned()) } else { Ok(addresses) }
}

/// Connects to the first address that accepts a connection.
async fn connect(peer: &str, addresses: &[SocketAddr], timeout: Duration, findings: &mut Findings) -> bool {
    let mut problems = Vec::new();
    for address in addresses.iter().take(MAX_ADDRESSES) {
        let timeout = timeout / addresses.len().clamp(1, MAX_ADDRESSES) as u32;
        let problem = match time::timeout(timeout, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                let finding = if problems.is_empty() {
                    Finding::pass(SUBJECT, "tcp", format!("The {peer} accepts connections."))
                } else {
                    let text = format!("The {peer} accepts connections, but not at its first address.");
                    let advice = "Connections may take longer. If the failing addresses are IPv6, check the IPv6 network.";
                    Finding::warn(SUBJECT, "tcp", text).advice(advice)
                };
                findings.add(finding.private_detail("Failed", json!(problems)));
                return true;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "timed out".to_owned(),
        };
        problems.push(format!("{address}: {problem}"));
    }
    let is_refused = problems.iter().all(|problem| problem.contains("refused"));
    let (text, advice) = if is_refused {
        (
            format!("The {peer} refuses connections at this port."),
            "Check the port, and that the server is running.",
        )
    } else {
        (
            format!("The {peer} does not accept connections."),
            "Check the port, your network, and firewalls on the way to the server.",
        )
    };
    findings
        .add(Finding::fail(SUBJECT, "tcp", text).advice(advice).private_detail("Failed", json!(problems)));
    false
}

/// Reports whether the first request had a response, and how it was encrypted. Returns whether it had one.
pub(crate) fn check_first_response(
    address: &ServerAddress,
    result: &Result<Response, NoResponse>,
    findings: &mut Findings,
) -> bool {
    match result {
        Ok(response) => {
            findings.add(encryption(address));
            let text = format!("The server answers with {:?}.", response.version);
            findings.add(
                Finding::pass(SUBJECT, "http", text).detail("Version", format!("{:?}", response.version)),
            );
            true
        }
        Err(NoResponse::Failed(error)) => {
            findings.add(failed_request(error));
            false
        }
        Err(NoResponse::NotSent(reason)) => {
            findings.add(Finding::skip(SUBJECT, "http", format!("No request was sent, because {reason}.")));
            false
        }
    }
}

fn encryption(address: &ServerAddress) -> Finding {
    let name = "encryption";
    if address.is_cleartext() {
        Finding::warn(
            SUBJECT,
            name,
            "The API key is sent without encryption, because the domain starts with http://.",
        )
        .advice("Anyone on the network path can read the key. Use https:// if the server supports it.")
    } else if address.is_local() && address.url().scheme() == "http" {
        Finding::pass(SUBJECT, name, "Plain http to this machine, which no network transports.")
    } else {
        Finding::pass(SUBJECT, name, "TLS: the server's certificate is accepted.")
    }
}

fn failed_request(error: &Error) -> Finding {
    let cause = error.message.clone().or_else(|| error.detail.clone());
    let (name, text, advice) = match error.kind {
        ErrorKind::Tls => {
            ("encryption", error.summary(), certificate_advice(cause.as_deref().unwrap_or_default()))
        }
        ErrorKind::PlainHttp => ("encryption", error.summary(), error.advice()),
        ErrorKind::Interrupted => (
            "http",
            "The server accepts connections, but sends no complete HTTP response.",
            "Check the port. If it is correct, the server may be overloaded or stopped: contact its administrator.",
        ),
        _ => ("http", error.summary(), error.advice()),
    };
    Finding::fail(SUBJECT, name, text).advice(advice).private_detail("Cause", cause)
}

/// Returns what to do about a certificate that is not accepted.
fn certificate_advice(cause: &str) -> &'static str {
    let cause: String = cause.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    if cause.contains("notvalidforname") {
        "The certificate is for another name. Check the domain."
    } else if cause.contains("expired") || cause.contains("notvalidyet") {
        "The certificate is not valid now. Check the clock of this machine. If it is correct, contact the server's administrator."
    } else if cause.contains("unknownissuer") {
        "This machine does not know the issuer. If your network inspects TLS, install its root certificate on this machine. \
         Otherwise contact the server's administrator."
    } else {
        "Check the domain, and the clock and certificates of this machine."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_the_api_at_the_end_of_the_domain_is_found() {
        let shorter = |domain: &str| domain_without_path(&ServerAddress::parse(domain).unwrap());
        assert_eq!(shorter("https://x.example/public/jobs/").as_deref(), Some("https://x.example"));
        assert_eq!(shorter("https://x.example/a/public").as_deref(), Some("https://x.example/a"));
        assert_eq!(shorter("https://x.example/republic"), None);
        assert_eq!(shorter("https://x.example"), None);
    }

    #[test]
    fn advice_depends_on_the_problem_of_the_certificate() {
        let advice = certificate_advice;
        assert!(advice("invalid peer certificate: UnknownIssuer").contains("issuer"));
        assert!(advice("certificate expired: verification time 1").contains("clock"));
        assert!(advice("invalid peer certificate: NotValidForName").contains("another name"));
        assert!(advice("other").contains("Check the domain"));
    }
}
