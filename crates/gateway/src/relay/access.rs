//! Which pages may use a relay.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::ApiError;

/// The pages and the host names that are accepted. Clones share it.
///
/// A key is needed anyway. This protects a relay whose key a page has, or that needs none because it is a demo, from other pages.
#[derive(Clone, Debug)]
pub struct Access {
    /// The origins of pages, in lower case.
    origins: Arc<[String]>,
    /// The host names of the relay, in lower case.
    hosts: Arc<[String]>,
}

impl Access {
    /// Creates the rules for these origins and host names.
    pub fn new(origins: &[String], hosts: &[String]) -> Self {
        Self { origins: origins.into(), hosts: hosts.into() }
    }

    /// Refuses requests of other pages, and requests for other hosts. This is a layer around all routes.
    pub async fn check(State(access): State<Self>, request: Request, next: Next) -> Response {
        match access.problem(&request) {
            Some(message) => ApiError::new(StatusCode::FORBIDDEN, message).into_response(),
            None => next.run(request).await,
        }
    }

    fn problem(&self, request: &Request) -> Option<&'static str> {
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_ascii_lowercase();
        let mut hosts = request.headers().get_all(HOST).iter();
        let host =
            hosts.next().map(text).or_else(|| Some(request.uri().authority()?.as_str().to_ascii_lowercase()));
        let is_host_accepted = hosts.next().is_none()
            && host.as_ref().and_then(|host| host.parse().ok()).is_some_and(|host| self.accepts_host(&host))
            // A request line with another host than the header.
            && request.uri().authority().is_none_or(|authority| self.accepts_host(authority));
        if !is_host_accepted {
            return Some(
                "This relay does not serve this host name. Whoever operates it can add the name to `hosts` in gateway.toml.",
            );
        }
        let mut origins = request.headers().get_all(ORIGIN).iter();
        let is_origin_accepted = match (origins.next().map(text), origins.next()) {
            (None, _) => true,
            (Some(origin), None) => self.accepts_origin(&origin, host.as_deref().unwrap_or_default()),
            (Some(_), Some(_)) => false,
        };
        (!is_origin_accepted).then_some(
            "Pages of this origin may not use this relay. Whoever operates it can add the origin to `origins` in gateway.toml.",
        )
    }

    /// A name that is not listed may belong to somebody who makes it lead to this machine (DNS rebinding). That is not possible with
    /// addresses and `localhost`.
    fn accepts_host(&self, authority: &Authority) -> bool {
        let host = authority.host();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        address.parse::<std::net::IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Accepts listed origins, and the relay's own pages.
    fn accepts_origin(&self, origin: &str, host: &str) -> bool {
        let own = ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host));
        own || self.origins.iter().any(|known| known == origin)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn is_accepted(host: &str, origin: Option<&str>) -> bool {
        let access = Access::new(&["https://console.example.com".into()], &["relay.example.com".into()]);
        let mut request = Request::get("/").header(HOST, host);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        access.problem(&request.body(Body::empty()).unwrap()).is_none()
    }

    #[test]
    fn only_own_and_listed_pages_are_accepted() {
        let relay = "relay.example.com";
        for origin in [None, Some("https://console.example.com"), Some("https://relay.example.com")] {
            assert!(is_accepted(relay, origin), "{origin:?}");
        }
        for origin in [
            "https://evil.example",
            "http://console.example.com",
            "https://console.example.com:8443",
            "https://console.example.com.evil.example",
            "https://relay.example.com:1",
            "null",
            "",
        ] {
            assert!(!is_accepted(relay, Some(origin)), "{origin}");
        }
        assert!(is_accepted("127.0.0.1:8400", Some("http://127.0.0.1:8400")));
        assert!(!is_accepted("127.0.0.1:8400", Some("http://127.0.0.1:8401")));
    }

    #[test]
    fn only_listed_names_and_addresses_are_accepted_as_host() {
        for host in [
            "relay.example.com",
            "RELAY.example.com:443",
            "localhost:8400",
            "127.0.0.1",
            "[::1]:8400",
            "10.1.2.3",
        ] {
            assert!(is_accepted(host, None), "{host}");
        }
        for host in ["evil.example", "relay.example.com.evil.example", "localhost.evil.example", "", "a b"] {
            assert!(!is_accepted(host, None), "{host}");
        }
        let access = Access::new(&[], &[]);
        let problem =
            |request: axum::http::request::Builder| access.problem(&request.body(Body::empty()).unwrap());
        assert!(problem(Request::get("/")).is_some());
        assert!(problem(Request::get("/").header(HOST, "localhost").header(HOST, "localhost")).is_some());
        assert!(problem(Request::get("http://evil.example/").header(HOST, "localhost")).is_some());
    }
}
