//! The table `oauth2`.

use anyhow::{Context, Result, ensure};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::request::Scope;
use crate::config::values::checked;
use crate::http_job::{OAuth2Settings, Template};

/// Where access tokens come from: the client credentials grant of OAuth 2.0. Requests to the engine get the header `Authorization`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpOAuth2")]
pub(super) struct OAuth2Table {
    /// The URL of the token endpoint, which alone gets the client secret.
    #[schemars(with = "String")]
    token_url: Spanned<String>,
    /// The id of the client.
    #[schemars(with = "String")]
    client_id: Spanned<String>,
    /// The secret of the client, `"${env:NAME}"` or `"${file:PATH}"`.
    #[schemars(with = "String")]
    client_secret: Spanned<String>,
    /// The scope of the access token.
    #[schemars(with = "Option<String>")]
    scope: Option<Spanned<String>>,
}

impl OAuth2Table {
    pub fn check(self, scope: &Scope<'_>) -> Result<OAuth2Settings> {
        let token_url = scope.url("token_url", &self.token_url, &[])?;
        let field = |key: &str, text: &Spanned<String>| {
            checked(text, |text| {
                Template::parse(text, &[], scope.directory).with_context(|| format!("`{key}`"))
            })
        };
        let secret = field("client_secret", &self.client_secret)?;
        checked(&self.client_secret, |_| {
            ensure!(
                secret.secrets().next().is_some(),
                "`client_secret` is a secret in this file. Write \"${{env:NAME}}\" or \"${{file:PATH}}\" instead"
            );
            Ok(())
        })?;
        let mut fields = vec![
            ("grant_type", Template::parse("client_credentials", &[], scope.directory)?),
            ("client_id", field("client_id", &self.client_id)?),
            ("client_secret", secret),
        ];
        if let Some(text) = &self.scope {
            fields.push(("scope", field("scope", text)?));
        }
        let origin = token_url.origin().unwrap_or_default().to_owned();
        Ok(OAuth2Settings { token_url, origin, fields })
    }
}
