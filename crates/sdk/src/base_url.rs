//! Parses the domain of the API that a user typed.

use reqwest::Url;

use crate::local_host::is_local;

/// Returns the base URL of a domain: a host with an optional port and path prefix, or an `http` or `https` URL. A host without a
/// scheme gets https, or http if it is this machine.
///
/// # Errors
///
/// Returns the problem, as a clause without the domain, which may contain a password.
pub(crate) fn parse(domain: &str) -> Result<Url, String> {
    let domain = domain.trim();
    if domain.is_empty() {
        return Err("it is empty".to_owned());
    }
    let with_scheme = if domain.contains("://") {
        domain.to_owned()
    } else {
        let url = Url::parse(&format!("http://{domain}"));
        let scheme = if url.is_ok_and(|url| is_local(&url)) { "http" } else { "https" };
        format!("{scheme}://{domain}")
    };
    let url = Url::parse(&with_scheme).map_err(|error| error.to_string())?;
    let problem = match url.scheme() {
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            "it must not contain a user name or a password"
        }
        "http" | "https" if url.query().is_some() || url.fragment().is_some() => {
            "it must not contain a query or a fragment"
        }
        "http" | "https" => return Ok(url),
        _ => "only http and https are supported",
    };
    Err(problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(domain: &str) -> String {
        parse(domain).map(|url| url.to_string()).unwrap_or_else(|problem| problem)
    }

    #[test]
    fn domain_without_a_scheme_gets_one() {
        assert_eq!(parsed("api.example.com"), "https://api.example.com/");
        assert_eq!(parsed(" api.example.com/prefix/ "), "https://api.example.com/prefix/");
        assert_eq!(parsed("localhost:8400"), "http://localhost:8400/");
        assert_eq!(parsed("127.0.0.1:8400/x"), "http://127.0.0.1:8400/x");
        assert_eq!(parsed("[::1]:8400"), "http://[::1]:8400/");
        assert_eq!(parsed("[::ffff:127.0.0.1]:8400"), "http://[::ffff:7f00:1]:8400/");
        assert_eq!(parsed("127.0.0.1.example.com"), "https://127.0.0.1.example.com/");
        assert_eq!(parsed("http://api.example.com:81"), "http://api.example.com:81/");
    }

    #[test]
    fn invalid_domain_is_refused_without_quoting_its_password() {
        assert!(parsed("").contains("empty"));
        assert!(parsed("ftp://x").contains("only http"));
        assert!(parsed("https://me:pw@x").contains("password") && !parsed("https://me:pw@x").contains("pw@"));
        assert!(parsed("https://x?a=b").contains("query"));
        assert!(parsed("https://").contains("host"));
    }
}
