//! Converts the domain that a user enters to a base URL, with the same rules as the SDK's client. The browser's `URL`
//! parses the result.

use std::fmt;

use crate::text::t;

/// Reason why a text is not a valid domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainError {
    Empty,
    UnsupportedScheme,
    HasCredentials,
    HasQuery,
    InvalidUrl,
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => t("Enter the domain: a host such as api.example.com, or a URL."),
            Self::UnsupportedScheme => {
                t("Only http and https are supported. Without a scheme, https is used.")
            }
            Self::HasCredentials => t("The domain must not contain a user name or password."),
            Self::HasQuery => t("The domain must end with its path. Remove ? or # and the text after it."),
            Self::InvalidUrl => t("This is neither a host nor a URL. Enter a host such as api.example.com."),
        })
    }
}

/// Returns the URL of an entered domain, with a scheme and without white space, but not parsed yet. A domain that
/// begins with a dot or a slash is relative to the page.
///
/// # Errors
///
/// Returns an error if the text is not a domain.
pub fn to_url(domain: &str) -> Result<String, DomainError> {
    let domain = domain.trim();
    if domain.is_empty() {
        return Err(DomainError::Empty);
    }
    if domain.contains(['?', '#']) {
        return Err(DomainError::HasQuery);
    }
    if domain.starts_with(['.', '/']) {
        return Ok(domain.to_owned());
    }
    let (scheme, rest) = match domain.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ((if is_this_machine(domain) { "http" } else { "https" }).to_owned(), domain),
    };
    if scheme != "http" && scheme != "https" {
        return Err(DomainError::UnsupportedScheme);
    }
    let host = rest.split(['/', '\\']).next().unwrap_or_default();
    if host.contains('@') {
        return Err(DomainError::HasCredentials);
    }
    // A browser parses `https:///x` as a host named x.
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(DomainError::InvalidUrl);
    }
    Ok(format!("{scheme}://{rest}"))
}

/// Returns whether the host of a domain or URL is the machine that runs the browser.
pub fn is_this_machine(domain: &str) -> bool {
    let host = without_scheme(domain).split('/').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    };
    let is_number = |byte| matches!(byte, b'0'..=b'9' | b'.');
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name == "[::1]"
        || name.starts_with("127.") && name.bytes().all(is_number)
}

/// Returns a URL as people say it, without its scheme.
pub fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// Explains the browser's local network permission, which a page on https needs for a server on the user's machine.
pub fn local_network_hint() -> &'static str {
    t("This page was loaded over https and calls a server on your own machine. The browser \
     asks for permission to access your local network first, or denies access. Allow it in the browser's site \
     settings, or open the console at the gateway's own address.")
}

/// Returns whether a text is a valid header name. RFC 9110 (section 5.6.2) allows more characters, but servers do not use
/// them, and some are special characters of a shell, which matters when a request is copied as code.
pub fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entered_domain_becomes_a_url() {
        for (typed, url) in [
            ("api.example.com", "https://api.example.com"),
            (" api.example.com/prefix/ ", "https://api.example.com/prefix/"),
            ("localhost:8400", "http://localhost:8400"),
            ("127.0.0.1:8400/x", "http://127.0.0.1:8400/x"),
            ("[::1]:8400", "http://[::1]:8400"),
            ("jobs.localhost", "http://jobs.localhost"),
            ("127.example.com", "https://127.example.com"),
            ("HTTP://api.example.com:81", "http://api.example.com:81"),
            ("./", "./"),
        ] {
            assert_eq!(to_url(typed).as_deref(), Ok(url), "{typed}");
        }
    }

    #[test]
    fn invalid_domain_is_rejected() {
        for (typed, problem) in [
            ("  ", DomainError::Empty),
            ("ftp://x", DomainError::UnsupportedScheme),
            ("https://me:pw@x", DomainError::HasCredentials),
            ("me@x", DomainError::HasCredentials),
            ("https://x?a=b", DomainError::HasQuery),
            ("https:///x", DomainError::InvalidUrl),
            ("my server", DomainError::InvalidUrl),
        ] {
            assert_eq!(to_url(typed), Err(problem), "{typed}");
        }
    }

    #[test]
    fn header_name_has_no_special_characters() {
        assert!(is_header_name("x-api-key") && is_header_name("apiKey"));
        assert!(!is_header_name("") && !is_header_name("api key") && !is_header_name("käy"));
        assert!(!is_header_name("a$(b)") && !is_header_name("a'b"));
    }
}
