//! Recognizes requests whose `Host` is a loopback address.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;

/// Returns whether the request's `Host` is a loopback address.
///
/// A foreign host name that resolves to this machine (DNS rebinding) would make a foreign page the same origin.
pub fn is_loopback_request(request: &Request) -> bool {
    let host = request.headers().get(HOST).and_then(|h| h.to_str().ok()?.parse::<Authority>().ok());
    host.as_ref().or(request.uri().authority()).is_some_and(|host| is_loopback_host(host.host()))
}

fn is_loopback_host(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback_host;

    #[test]
    fn only_loopback_hosts_are_accepted() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in ["example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "[::2]", ""]
        {
            assert!(!is_loopback_host(host), "{host}");
        }
    }
}
