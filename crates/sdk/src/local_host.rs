//! Recognizes URLs of this machine.

use std::net::Ipv6Addr;

use reqwest::Url;

/// Returns whether `url` is on this machine: its host is `localhost`, a subdomain of it, or a loopback address. The unspecified address
/// counts too, because a connection to it reaches this machine.
pub(crate) fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        });
    }
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_loopback() || address.is_unspecified();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_host_in_any_form_is_local() {
        let is_local_host = |host: &str| is_local(&Url::parse(&format!("http://{host}:8400/x")).unwrap());
        for host in [
            "localhost",
            "LocalHost",
            "localhost.",
            "jobs.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "127.1",
            "0x7f000001",
            "0.0.0.0",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
        ] {
            assert!(is_local_host(host), "{host}");
        }
        for host in [
            "api.example.com",
            "127.example.com",
            "localhost.example.com",
            "notlocalhost",
            "10.0.0.1",
            "[::2]",
        ] {
            assert!(!is_local_host(host), "{host}");
        }
    }
}
