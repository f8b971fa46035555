//! Checks whether a page of another origin may call the server.

use reqwest::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN,
};
use txjobs_sdk::{ServerAddress, operation::Method, paths, types::JobId};

use super::{
    cors_remedy,
    finding::{Finding, Findings, Outcome, Subject},
    requests::{NoResponse, Request, Requester, Response},
};

const SUBJECT: Subject = Subject::Cors;
const ADVICE: &str = "Ask the server's administrator to allow the origin and the header of the key.";

/// The page that calls the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    /// The origin of the page, if it is known.
    pub(crate) origin: Option<&'a str>,
    /// The header that carries the key.
    pub(crate) key_header: &'a HeaderName,
}

/// Checks preflight requests and a GET from a page.
pub(crate) async fn check(
    requester: &mut Requester,
    address: &ServerAddress,
    Page { origin, key_header }: Page<'_>,
    has_key: bool,
    unknown_job: JobId,
    findings: &mut Findings,
) {
    let Some((origin, value)) = origin.and_then(|origin| Some((origin, HeaderValue::try_from(origin).ok()?)))
    else {
        let text = "Not checked, because the origin of the console is unknown. Use --origin https://console.example.com";
        findings.add(Finding::skip(SUBJECT, "preflight", text));
        return;
    };
    if origin.starts_with("https:") && address.is_cleartext() {
        let text = "A browser blocks requests of an https page to an http server.";
        findings.add(Finding::fail(SUBJECT, "mixed_content", text).advice("Use https for the server."));
        return;
    }
    let list = paths::list_jobs();
    let execute = paths::execute_job(unknown_job);
    let preflights = [
        ("preflight_get", Method::Get, list.path_and_query()),
        ("preflight_post", Method::Post, execute.path_and_query()),
    ];
    let mut results = Vec::new();
    for (name, method, path) in preflights {
        let request = Request::options(name, path)
            .with_header(ORIGIN, value.clone())
            .with_header(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method.as_str()))
            .with_header(ACCESS_CONTROL_REQUEST_HEADERS, header_value(key_header));
        let result = requester.send(&request).await;
        results.push(preflight(name, method, origin, key_header, &result));
    }
    let mut request = Request::get("cors_get", list.path_and_query()).with_header(ORIGIN, value);
    if has_key {
        request = request.with_key(key_header);
    }
    let result = requester.send(&request).await;
    results.push(get(origin, &result));
    // Once is enough.
    if let Some(refused) = results.iter_mut().find(|finding| finding.advice.as_deref() == Some(ADVICE)) {
        let remedy = cors_remedy::advice(requester, address, origin).await;
        refused.advice = Some(format!("{ADVICE}\n{remedy}"));
    }
    results.into_iter().for_each(|finding| findings.add(finding));
}

fn header_value(name: &HeaderName) -> HeaderValue {
    HeaderValue::from_str(name.as_str()).unwrap_or(HeaderValue::from_static(""))
}

fn preflight(
    name: &str,
    method: Method,
    origin: &str,
    key_header: &HeaderName,
    result: &Result<Response, NoResponse>,
) -> Finding {
    let response = match result {
        Ok(response) => response,
        Err(problem) => return no_response(name, problem),
    };
    let status = response.status.as_u16();
    let problem = if !response.status.is_success() {
        Some(format!(
            "The server does not answer the preflight request for {method} with a success ({status})."
        ))
    } else if response.redirect_count > 0 {
        Some(format!(
            "The server redirects the preflight request for {method}, which browsers do not follow."
        ))
    } else if !allows_origin(response, origin) {
        Some(format!("The server's answer to the preflight request for {method} does not allow the origin."))
    } else if !allows_header(response, key_header) {
        Some(format!(
            "The server's answer to the preflight request for {method} does not allow the header {key_header}."
        ))
    } else {
        None
    };
    let finding = match problem {
        Some(problem) => Finding::fail(SUBJECT, name, problem).advice(ADVICE),
        None => Finding::pass(
            SUBJECT,
            name,
            format!("A page of the origin may send {method} requests with the key."),
        ),
    };
    finding.detail("Status", status).json_detail("Origin", origin)
}

fn get(origin: &str, result: &Result<Response, NoResponse>) -> Finding {
    let response = match result {
        Ok(response) => response,
        Err(problem) => return no_response("get", problem),
    };
    let status = response.status.as_u16();
    let is_announced = response.headers.contains_key(paths::EXTENSIONS_HEADER);
    let finding = if !allows_origin(response, origin) {
        Finding::fail(SUBJECT, "get", "A page of the origin may not read responses.").advice(ADVICE)
    } else if is_announced && !exposes(response, paths::EXTENSIONS_HEADER) {
        let text = "A page of the origin may read responses, but not the header that announces extensions.";
        Finding::warn(SUBJECT, "get", text)
            .advice("The console uses no extensions. Ask the server's administrator to expose the header.")
    } else {
        Finding::pass(SUBJECT, "get", "A page of the origin may read responses.")
    };
    finding.detail("Status", status)
}

fn no_response(name: &str, problem: &NoResponse) -> Finding {
    let (outcome, text) = match problem {
        NoResponse::NotSent(reason) => (Outcome::Skip, format!("Not checked, because {reason}.")),
        NoResponse::Failed(error) => (Outcome::Fail, error.summary().to_owned()),
    };
    Finding::new(SUBJECT, name, outcome, text)
}

fn allows_origin(response: &Response, origin: &str) -> bool {
    response.header(ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|allowed| allowed == "*" || allowed == origin)
}

fn allows_header(response: &Response, name: &HeaderName) -> bool {
    // A browser requires that this header is named.
    let any_is_enough = name != reqwest::header::AUTHORIZATION;
    listed(response, &ACCESS_CONTROL_ALLOW_HEADERS)
        .iter()
        .any(|allowed| allowed.eq_ignore_ascii_case(name.as_str()) || allowed == "*" && any_is_enough)
}

fn exposes(response: &Response, name: &str) -> bool {
    listed(response, &ACCESS_CONTROL_EXPOSE_HEADERS)
        .iter()
        .any(|exposed| exposed.eq_ignore_ascii_case(name) || exposed == "*")
}

/// Returns the elements of a list in a header, which may occur several times.
fn listed(response: &Response, header: &HeaderName) -> Vec<String> {
    let values =
        response.headers.get_all(header).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.flat_map(|value| value.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>()).collect()
}
