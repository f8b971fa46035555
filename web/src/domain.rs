//! What a person types as the domain, and the base URL that comes of it. The same rules as the SDK's client has; the
//! browser's own `URL` does the parsing proper.

use std::fmt;

/// Why a text is no domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainProblem {
    Empty,
    Scheme,
    Password,
    Query,
    NotAUrl,
}

impl fmt::Display for DomainProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Enter the domain: a host such as api.example.com, or a URL.",
            Self::Scheme => "Only http and https are known. Leave the scheme out for https.",
            Self::Password => "The domain must not carry a user name or password.",
            Self::Query => "The domain must end with its path: leave out what follows ? or #.",
            Self::NotAUrl => "This is not a host and not a URL. Enter a host such as api.example.com.",
        })
    }
}

/// The URL of what was typed, still to be parsed: with a scheme, without white space. One that begins with a dot or a
/// slash is relative to the page.
///
/// # Errors
///
/// The text can be no domain.
pub fn to_url(domain: &str) -> Result<String, DomainProblem> {
    let domain = domain.trim();
    if domain.is_empty() {
        return Err(DomainProblem::Empty);
    }
    if domain.contains(['?', '#']) {
        return Err(DomainProblem::Query);
    }
    if domain.starts_with(['.', '/']) {
        return Ok(domain.to_owned());
    }
    let (scheme, rest) = match domain.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ((if is_this_machine(domain) { "http" } else { "https" }).to_owned(), domain),
    };
    if scheme != "http" && scheme != "https" {
        return Err(DomainProblem::Scheme);
    }
    let host = rest.split(['/', '\\']).next().unwrap_or_default();
    if host.contains('@') {
        return Err(DomainProblem::Password);
    }
    // A browser's parser would make `https:///x` a host named x.
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(DomainProblem::NotAUrl);
    }
    Ok(format!("{scheme}://{rest}"))
}

/// Whether the host (of a domain or a URL) is the machine the browser runs on.
pub fn is_this_machine(domain: &str) -> bool {
    let domain = domain.split_once("://").map_or(domain, |(_, rest)| rest);
    let host = domain.split('/').next().unwrap_or_default();
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

/// What a page on https that calls this machine meets before anything else.
pub const LOCAL_NETWORK: &str = "This page came over https and calls a server on your own machine: the browser asks for \
     permission to reach your local network first, or refuses. Allow it in the browser's site settings, or open the \
     console from the gateway's own address.";

/// Whether a text can be a header's name. RFC 9110 (section 5.6.2) allows more signs; no server wants them, and some mean
/// something to a shell that a request is copied into.
pub fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types() {
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
    fn what_is_no_domain() {
        for (typed, problem) in [
            ("  ", DomainProblem::Empty),
            ("ftp://x", DomainProblem::Scheme),
            ("https://me:pw@x", DomainProblem::Password),
            ("me@x", DomainProblem::Password),
            ("https://x?a=b", DomainProblem::Query),
            ("https:///x", DomainProblem::NotAUrl),
            ("my server", DomainProblem::NotAUrl),
        ] {
            assert_eq!(to_url(typed), Err(problem), "{typed}");
        }
    }

    #[test]
    fn header_names() {
        assert!(is_header_name("x-api-key") && is_header_name("apiKey"));
        assert!(!is_header_name("") && !is_header_name("api key") && !is_header_name("käy"));
        assert!(!is_header_name("a$(b)") && !is_header_name("a'b"));
    }
}
