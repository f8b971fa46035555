//! The settings of a job that runs in another engine.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use axum::http::{HeaderName, Method};
use regex::RegexSet;
use txjobs_sdk::ExecutionState;

use super::client::SharedClient;
use super::pointer::Pointer;
use super::template::JsonTemplate;
use super::template::{Template, UrlTemplate};
use crate::addresses::AddressPolicy;
use crate::request_secrets::SecretSource;

/// A job that starts work in another engine by a request, and polls it to its end.
#[derive(Clone, Debug)]
pub struct HttpJob {
    /// The origin of all requests to the engine.
    pub origin: String,
    /// The headers of all requests to the engine.
    pub headers: Vec<(HeaderName, Template)>,
    /// Where an access token comes from, if the engine needs one that expires soon.
    pub oauth2: Option<OAuth2Settings>,
    /// The request that starts a run.
    pub start: StartSettings,
    /// How a run is polled.
    pub poll: PollSettings,
    /// How a run is ended early.
    pub cancel: Option<CancelSettings>,
    /// Where the engine's log is.
    pub log: Option<LogSource>,
    /// The address of a page about the run.
    pub link: Option<Link>,
    /// The addresses to which it connects.
    pub addresses: AddressPolicy,
    /// The client, which connects to these addresses only.
    pub client: SharedClient,
    /// The longest time of a request.
    pub request_timeout: Duration,
    /// The longest time of a run.
    pub timeout: Duration,
    /// The patterns of lines of the engine's log with the severity error.
    pub error: RegexSet,
    /// The patterns of lines with the severity warning.
    pub warning: RegexSet,
}

/// A request.
#[derive(Clone, Debug)]
pub struct RequestSettings {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: UrlTemplate,
    /// The JSON body.
    pub body: Option<JsonTemplate>,
    /// The status codes of a request that succeeded.
    pub accept: Vec<u16>,
}

/// The request that starts a run. It is sent once.
#[derive(Clone, Debug)]
pub struct StartSettings {
    /// The request.
    pub request: RequestSettings,
    /// The place of the run's id in the response.
    pub run_id: Option<Pointer>,
}

/// How a run is polled.
#[derive(Clone, Debug)]
pub struct PollSettings {
    /// Where the URL comes from.
    pub url: PollUrl,
    /// The longest pause between two requests, unless the engine requests another one.
    pub interval: Duration,
    /// Whether the header `Retry-After` of every response is obeyed, and not only after 429 and 503.
    pub honor_retry_after: bool,
    /// The status codes that mean that the engine does not know the run yet.
    pub not_yet: Vec<u16>,
    /// The places of the state. The first one with a known state counts.
    pub state: Vec<Pointer>,
    /// What the states mean.
    pub states: BTreeMap<String, EngineState>,
    /// The places of a text that explains the state. The first one that is present counts.
    pub reason: Vec<Pointer>,
}

/// Where the URL of a poll comes from.
#[derive(Clone, Debug)]
pub enum PollUrl {
    /// The configuration.
    Template(UrlTemplate),
    /// The header `Location` of the response to the start.
    Location,
    /// A place in the response to the start.
    Pointer(Pointer),
}

/// What a state of the engine means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// The run goes on.
    Running,
    /// The run has ended in this state.
    Ended(ExecutionState),
}

/// How a run is ended early.
#[derive(Clone, Debug)]
pub struct CancelSettings {
    /// The request. It is sent once.
    pub request: RequestSettings,
    /// How long the run may take to end afterwards.
    pub wait: Duration,
}

/// Where the engine's log is.
#[derive(Clone, Debug)]
pub enum LogSource {
    /// In the responses to the polls.
    Poll(Vec<Pointer>),
    /// In the response to a request of its own: at these places, or all of it.
    Request(UrlTemplate, Vec<Pointer>),
}

/// The address of a page about a run for people.
#[derive(Clone, Debug)]
pub enum Link {
    /// The configuration.
    Template(Template),
    /// A place in the response to the start, or else in those to the polls.
    Pointer(Pointer),
}

/// How access tokens are obtained: the client credentials grant of OAuth 2.0 (RFC 6749, section 4.4).
#[derive(Clone, Debug)]
pub struct OAuth2Settings {
    /// The URL of the token endpoint.
    pub token_url: UrlTemplate,
    /// The origin of the token endpoint.
    pub origin: String,
    /// The fields of the request.
    pub fields: Vec<(&'static str, Template)>,
}

impl HttpJob {
    /// Returns what identifies the engine, in which the ids of runs are unique: the address of their states, or the origin if the engine
    /// names that address.
    pub(super) fn engine(&self) -> &str {
        match &self.poll.url {
            PollUrl::Template(url) => url.shown(),
            PollUrl::Location | PollUrl::Pointer(_) => &self.origin,
        }
    }

    /// Returns the places of all secrets.
    pub(super) fn secrets(&self) -> Vec<SecretSource> {
        let mut found: HashSet<SecretSource> = HashSet::new();
        for (_, value) in &self.headers {
            found.extend(value.secrets().cloned());
        }
        let requests = [Some(&self.start.request), self.cancel.as_ref().map(|cancel| &cancel.request)];
        for request in requests.into_iter().flatten() {
            found.extend(request.url.template().secrets().cloned());
            found.extend(request.body.iter().flat_map(JsonTemplate::secrets));
        }
        if let PollUrl::Template(url) = &self.poll.url {
            found.extend(url.template().secrets().cloned());
        }
        if let Some(LogSource::Request(url, _)) = &self.log {
            found.extend(url.template().secrets().cloned());
        }
        found.extend(self.oauth2.iter().flat_map(OAuth2Settings::secrets));
        found.into_iter().collect()
    }
}

impl OAuth2Settings {
    /// Returns the places of the secrets that the token endpoint gets.
    pub(super) fn secrets(&self) -> Vec<SecretSource> {
        let fields = self.fields.iter().flat_map(|(_, value)| value.secrets());
        fields.chain(self.token_url.template().secrets()).cloned().collect()
    }
}
