//! Finds the proxy of a request, to name it in errors.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::local_host::is_local;

/// Returns the host and port of the proxy that the environment or the system configures for `url`, without its user and
/// password. Returns `None` without a proxy and for a URL of this machine.
pub(crate) fn proxy_for(url: &Url) -> Option<String> {
    if is_local(url) {
        return None;
    }
    host_and_port(&Matcher::from_system(), url)
}

fn host_and_port(matcher: &Matcher, url: &Url) -> Option<String> {
    let proxy = matcher.intercept(&url.as_str().parse().ok()?)?;
    let uri = proxy.uri();
    let port = uri.port_u16().or(match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => Some(1080),
    })?;
    Some(format!("{}:{port}", uri.host()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_with_credentials_is_named_by_host_and_port() {
        let matcher =
            Matcher::builder().https("http://me:secret@proxy.example.com:3128/x").no("inner.example").build();
        let proxy = |url: &str| host_and_port(&matcher, &Url::parse(url).unwrap());
        assert_eq!(proxy("https://api.example.com/x").as_deref(), Some("proxy.example.com:3128"));
        assert_eq!(proxy("https://inner.example/x"), None);
        assert_eq!(proxy("http://api.example.com/x"), None);
    }
}
