//! Code snippets that send a request. They read the key from an environment variable and never contain it.

/// Languages and templates. The variable is the same as for the command line.
const TEMPLATES: [(&str, &str); 4] = [
    ("curl", "curl -X <method> -H \"<header>: $TXJOBS_API_KEY\" '<url>'"),
    (
        "PowerShell",
        "Invoke-RestMethod -Method <method> -Headers @{ '<header>' = $env:TXJOBS_API_KEY } -Uri '<url>'",
    ),
    (
        "Python",
        "import os, urllib.request as web\n\nheaders = {'<header>': os.environ['TXJOBS_API_KEY']}\n\
         request = web.Request('<url>', method='<method>', headers=headers)\nprint(web.urlopen(request).read().decode())",
    ),
    (
        "Rust",
        "let key = std::env::var(\"TXJOBS_API_KEY\")?;\nlet client = reqwest::blocking::Client::new();\n\
         let request = client.request(reqwest::Method::<method>, \"<url>\").header(\"<header>\", key);\n\
         println!(\"{}\", request.send()?.text()?);",
    ),
];

/// Returns the names of the languages.
pub fn languages() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}

/// Returns a snippet in one of the languages. The single quote is the only quote in a URL that a browser has
/// serialized, and header names have no quotes.
pub fn snippet(language: &str, method: &str, url: &str, header: &str) -> String {
    let template = TEMPLATES.iter().find(|(name, _)| *name == language).map_or("", |(_, template)| template);
    let text = template.replace("<method>", method).replace("<header>", header);
    text.replace("<url>", &url.replace('\'', "%27"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippet_has_the_request_and_no_key() {
        for language in languages() {
            let text = snippet(language, "POST", "https://x.example/it's", "x-key");
            assert!(
                text.contains("POST") && text.contains("x-key") && text.contains("TXJOBS_API_KEY"),
                "{text}"
            );
            assert!(text.contains("https://x.example/it%27s") && !text.contains('<'), "{text}");
        }
    }
}
