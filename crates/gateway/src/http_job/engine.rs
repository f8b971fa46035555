//! The requests of a run to its engine.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use futures::future::join_all;
use reqwest::Url;

use super::client::{EngineClient, EngineResponse, RequestBody, SendError};
use super::oauth2::{AccessToken, request_token};
use super::settings::HttpJob;
use super::template::{JsonTemplate, UrlTemplate, Variable, Variables};
use crate::request_secrets::{SecretMask, SecretSource, SecretValues};

/// Sends the requests of a run, with its secrets. It has no `Debug`, because it has secrets.
pub(super) struct Engine<'a> {
    job: &'a HttpJob,
    /// The secrets of all requests so far.
    pub mask: SecretMask,
    client: EngineClient,
    access_token: Option<AccessToken>,
}

/// A request that is ready to be sent. It has no `Debug`, because it has secrets.
pub(super) struct PreparedRequest {
    method: Method,
    pub url: Url,
    headers: HeaderMap,
    body: RequestBody,
}

impl<'a> Engine<'a> {
    /// Reads the secrets, and sends nothing yet.
    ///
    /// # Errors
    ///
    /// Fails if TLS cannot be used.
    pub async fn new(job: &'a HttpJob) -> anyhow::Result<Self> {
        let client = job.client.get(&job.addresses, job.request_timeout)?;
        let mut mask = SecretMask::default();
        // The engine may repeat a secret of a request that an earlier node sent. Those that are missing fail their requests.
        let reads = job.secrets().into_iter().map(|source| SecretValues::read(vec![source]));
        for values in join_all(reads).await.into_iter().flatten() {
            values.values().for_each(|secret| mask.add(secret));
        }
        Ok(Self { job, mask, client, access_token: None })
    }

    /// Prepares a request to the engine, and reads its secrets.
    ///
    /// # Errors
    ///
    /// Fails with the cause, which contains no secret, for the inside of a sentence. Nothing was sent to the engine.
    pub async fn prepare(
        &mut self,
        variables: &Variables,
        method: &Method,
        url: &UrlTemplate,
        body: Option<&JsonTemplate>,
    ) -> Result<PreparedRequest, String> {
        let job = self.job;
        // Without it, a URL could name all runs.
        let has_run_id = url.template().contains(Variable::RunId)
            || body.is_some_and(|body| body.contains(Variable::RunId));
        if has_run_id && variables.run_id.is_none() {
            return Err(
                "the id of the run is unknown, because gateway.toml has changed since the start".to_owned()
            );
        }
        let mut sources: Vec<SecretSource> = url.template().secrets().cloned().collect();
        sources.extend(job.headers.iter().flat_map(|(_, value)| value.secrets().cloned()));
        sources.extend(body.into_iter().flat_map(JsonTemplate::secrets));
        let secrets = SecretValues::read(sources).await.map_err(|error| format!("{error:#}"))?;
        secrets.values().for_each(|secret| self.mask.add(secret));
        let url = url.render(variables, &secrets, &job.origin);
        let url = url.map_err(|error| self.mask.mask(&format!("{error:#}")))?;
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json, text/plain;q=0.9, */*;q=0.8"));
        for (name, value) in &job.headers {
            let text = value.render(variables, &secrets);
            let mut text = HeaderValue::from_str(&text)
                .map_err(|_| format!("the header {name} has a character that headers cannot have"))?;
            text.set_sensitive(value.secrets().next().is_some());
            headers.insert(name.clone(), text);
        }
        if let Some(token) = self.authorization().await? {
            headers.insert(AUTHORIZATION, token);
        }
        let body = match body {
            Some(body) => RequestBody::Json(body.render(variables, &secrets)),
            None => RequestBody::Empty,
        };
        Ok(PreparedRequest { method: method.clone(), url, headers, body })
    }

    /// Returns the header with an access token, if the engine needs one.
    async fn authorization(&mut self) -> Result<Option<HeaderValue>, String> {
        let Some(settings) = &self.job.oauth2 else { return Ok(None) };
        if let Some(token) = self.access_token.as_ref().filter(|token| token.is_current()) {
            return Ok(Some(token.header.clone()));
        }
        let token = request_token(&self.client, settings, &mut self.mask).await?;
        let header = token.header.clone();
        self.access_token = Some(token);
        Ok(Some(header))
    }

    /// Sends a prepared request once.
    ///
    /// # Errors
    ///
    /// Fails if there is no complete response. The error contains no secret.
    pub async fn send(&mut self, request: PreparedRequest) -> Result<EngineResponse, SendError> {
        let PreparedRequest { method, url, headers, body } = request;
        let response = self.client.send(method, url, headers, body).await;
        if response.as_ref().is_ok_and(|response| response.status == StatusCode::UNAUTHORIZED) {
            self.access_token = None;
        }
        response
    }

    /// Sends a GET to the engine.
    ///
    /// # Errors
    ///
    /// Fails if there is no complete response. The error contains no secret.
    pub async fn get(
        &mut self,
        variables: &Variables,
        url: &UrlTemplate,
    ) -> Result<EngineResponse, SendError> {
        let request = self.prepare(variables, &Method::GET, url, None).await.map_err(SendError::NotSent)?;
        self.send(request).await
    }
}
