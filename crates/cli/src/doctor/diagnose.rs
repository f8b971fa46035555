//! Runs the checks in their order.

use std::time::Duration;

use reqwest::{Url, header::HeaderName};
use txjobs_sdk::{
    ApiKey, ServerAddress, paths,
    types::{JobId, TriggerId},
};
use uuid::Uuid;

use super::{
    clock, connection, cors,
    diagnosis::Diagnosis,
    extensions,
    facts::Facts,
    finding::{Finding, Findings, Outcome, Subject},
    format,
    key::{self, KeyCheck},
    limits,
    recommendation::Recommendation,
    redaction::Redaction,
    requests::{NoResponse, Request, Requester, Response},
    responses::{self, Checked, Content, Expected},
    transfer::{self, History},
};

/// An id that no job and no run has.
const UNKNOWN_ID: Uuid = Uuid::from_u128(0xd0c7_0000_0000_4000_8000_0000_0000_0001);
/// The most jobs whose history is requested to find one that is not empty.
const MAX_EXAMINED_JOBS: usize = 3;

/// What to examine.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) domain: String,
    pub(crate) key_header: String,
    /// The key and its source, or the reason why there is none.
    pub(crate) key: Result<(ApiKey, String), String>,
    /// The origin of pages that call the server, such as `https://console.example.com`.
    pub(crate) origin: Option<String>,
    /// The longest wait for a response.
    pub(crate) timeout: Duration,
}

/// Examines a server. Calls `progress` with what is examined next.
pub(crate) async fn diagnose(settings: &Settings, progress: &mut dyn FnMut(&str)) -> Diagnosis {
    let key = settings.key.as_ref().ok().map(|(key, _)| key.clone());
    let mut examination = Examination {
        settings,
        progress,
        findings: Findings::new(key),
        recommendation: Recommendation::default(),
        is_key_refused: false,
        redaction: Redaction::default(),
        has_job_names: false,
        facts: Facts::default(),
        repaired: Vec::new(),
        history: None,
    };
    examination.run().await;
    Diagnosis {
        findings: examination.findings.into_list(),
        recommendation: examination.recommendation,
        is_key_refused: examination.is_key_refused,
        redaction: examination.redaction,
    }
}

struct Examination<'a> {
    settings: &'a Settings,
    progress: &'a mut dyn FnMut(&str),
    findings: Findings,
    recommendation: Recommendation,
    is_key_refused: bool,
    redaction: Redaction,
    /// Whether the redaction knows the names of all jobs.
    has_job_names: bool,
    facts: Facts,
    /// The operations whose JSON the SDK had to repair.
    repaired: Vec<&'static str>,
    /// The history of the examined job.
    history: Option<History>,
}

impl Examination<'_> {
    async fn run(&mut self) {
        let key_source =
            self.settings.key.as_ref().map(|(_, source)| source.as_str()).map_err(String::as_str);
        key::check_presence(key_source, &mut self.findings);
        let header = self.check_key_header();
        let Some(address) = connection::check_domain(&self.settings.domain, &mut self.findings) else {
            return;
        };
        self.redact_address(&address);
        connection::check_proxy(&address, &mut self.findings);
        (self.progress)("Connecting");
        if !connection::check_network(&address, self.settings.timeout, &mut self.findings).await {
            return;
        }
        let key = self.settings.key.as_ref().ok().map(|(key, _)| key.clone());
        let requester = Requester::new(address.clone(), key, self.settings.timeout);
        let Ok(mut requester) = requester else {
            let text = "The HTTP client cannot be initialized.";
            self.findings.add(Finding::fail(Subject::Connection, "http", text));
            return;
        };
        (self.progress)("Requesting without the key");
        let first =
            requester.send(&Request::get(key::WITHOUT_KEY, paths::list_jobs().path_and_query())).await;
        if !connection::check_first_response(&address, &first, &mut self.findings) {
            return;
        }
        if let Ok(response) = &first {
            key::check_without_key(response, &mut self.findings);
        }
        if address.is_cleartext() {
            self.recommendation.insecure_http = Some(true);
        }
        let header = match header {
            Some(header) if self.settings.key.is_ok() => {
                Some(self.check_operations(&mut requester, header, &address).await)
            }
            other => other,
        };
        self.check_cors(&mut requester, &address, header).await;
        self.check_transfers(&requester);
        if let Some(reason) = requester.stop_reason() {
            let text = format!("No further requests were sent, because {reason}.");
            let outcome = if requester.is_out_of_time() { Outcome::Fail } else { Outcome::Skip };
            let advice = "Use a longer --timeout, or try again when the server is faster.";
            let finding = Finding::new(Subject::Responses, "stopped", outcome, text);
            self.findings.add(if requester.is_out_of_time() { finding.advice(advice) } else { finding });
        }
    }

    fn check_key_header(&mut self) -> Option<HeaderName> {
        let header = HeaderName::try_from(&self.settings.key_header).ok();
        if header.is_none() {
            let text = "The name of the key's header is not valid.";
            let advice = "Use --key-header NAME with ASCII letters, digits, and hyphens, or omit it.";
            self.findings.add(Finding::fail(Subject::Key, "header", text).advice(advice));
        }
        header
    }

    fn redact_address(&mut self, address: &ServerAddress) {
        let url = address.url();
        let placeholder = format!("{}://SERVER", url.scheme());
        self.redaction.add_host(url.as_str(), format!("{placeholder}/"));
        self.redaction.add_host(&connection::domain_without_path(address).unwrap_or_default(), placeholder);
        self.redaction.add_host(url.host_str().unwrap_or_default(), "SERVER");
        self.redaction.add_host(&address.proxy().unwrap_or_default(), "PROXY");
        self.redaction.add_host(self.settings.origin.as_deref().unwrap_or_default(), "ORIGIN");
    }

    /// Checks the operations with the key. Returns the header that carries it.
    async fn check_operations(
        &mut self,
        requester: &mut Requester,
        configured: HeaderName,
        address: &ServerAddress,
    ) -> HeaderName {
        (self.progress)("Requesting the jobs");
        let check =
            key::check_key(requester, &configured, &self.settings.key_header, &mut self.findings).await;
        let KeyCheck { header, jobs, is_refused, other_header } = check;
        self.is_key_refused = is_refused;
        self.recommendation.key_header = other_header.map(ToOwned::to_owned);
        if is_refused && other_header.is_none() {
            let text = "The operations were not requested, because the server refuses the key.";
            self.findings.add(Finding::skip(Subject::Responses, "operations", text));
            return header;
        }
        let jobs = self.check_response(&paths::LIST_JOBS, Expected::Jobs, &jobs);
        let Some(Content::Jobs(jobs)) = jobs else {
            if requester.stop_reason().is_none() {
                self.recommendation.domain = connection::domain_without_path(address);
            }
            let text = "The other operations were not requested, because there is no list of jobs.";
            self.findings.add(Finding::skip(Subject::Responses, "operations", text));
            return header;
        };
        for job in &jobs {
            self.redaction.add_job_name(&job.name);
        }
        self.has_job_names = true;
        self.check_statuses(requester, &header).await;
        let ids: Vec<_> = jobs.iter().map(|job| job.id).take(MAX_EXAMINED_JOBS).collect();
        match ids.first() {
            Some(first) => self.check_job(requester, &header, *first, &ids).await,
            None => {
                let text = "The status and the logs of a job were not requested, because there are no jobs.";
                self.findings.add(Finding::skip(Subject::Responses, "job", text));
            }
        }
        self.check_unknown_job(requester, &header).await;
        header
    }

    /// Checks a response, and returns its content.
    fn check_response(
        &mut self,
        operation: &'static txjobs_sdk::operation::Operation,
        expected: Expected,
        result: &Result<Response, NoResponse>,
    ) -> Option<Content> {
        let Checked { finding, content, is_repaired, .. } =
            responses::check(operation, expected, result, &mut self.facts);
        self.findings.add(finding);
        if is_repaired {
            self.repaired.push(operation.id);
        }
        content
    }

    async fn check_statuses(&mut self, requester: &mut Requester, header: &HeaderName) {
        (self.progress)("Requesting the statuses");
        let operation = &paths::LIST_JOB_STATUSES;
        let request = Request::get(operation.id, paths::list_job_statuses().path_and_query());
        let result = requester.send(&request.with_key(header)).await;
        self.check_response(operation, Expected::Statuses, &result);
    }

    async fn check_job(
        &mut self,
        requester: &mut Requester,
        header: &HeaderName,
        first: JobId,
        ids: &[JobId],
    ) {
        (self.progress)("Requesting the status of a job");
        let request = Request::get(paths::GET_JOB_STATUS.id, paths::get_job_status(first).path_and_query());
        let result = requester.send(&request.with_key(header)).await;
        self.check_response(&paths::GET_JOB_STATUS, Expected::Status, &result);
        let examined = self.check_history(requester, header, ids).await.unwrap_or(first);

        (self.progress)("Requesting the log of an unknown run");
        let path = paths::get_job_logs_by_trigger(examined, TriggerId(UNKNOWN_ID), None);
        let request = Request::get(paths::GET_JOB_LOGS_BY_TRIGGER.id, path.path_and_query()).with_key(header);
        let result = requester.send(&request).await;
        let finding = responses::check_unknown_trigger(&result, &mut self.facts);
        self.findings.add(finding);
    }

    /// Requests the history of the jobs until one is not empty. Returns its job.
    async fn check_history(
        &mut self,
        requester: &mut Requester,
        header: &HeaderName,
        ids: &[JobId],
    ) -> Option<JobId> {
        let operation = &paths::GET_JOB_LOGS;
        let mut last = None;
        for id in ids {
            (self.progress)("Requesting the history of a job");
            let path = paths::get_job_logs(*id, None, None);
            let request = Request::get(operation.id, path.path_and_query()).with_key(header);
            let result = requester.send(&request).await;
            let checked = responses::check(operation, Expected::Executions, &result, &mut self.facts);
            let has_executions = match &checked.content {
                Some(Content::Executions(executions)) => !executions.is_empty(),
                // A response that cannot be read is worth reporting.
                _ => true,
            };
            last = Some((*id, checked));
            if has_executions {
                break;
            }
        }
        let (id, checked) = last?;
        if let Some(Content::Executions(executions)) = &checked.content {
            let lines = executions.iter().map(|execution| execution.job_execution_logs.len()).sum();
            self.history = Some(History { executions: executions.len(), lines, bytes: checked.size });
        }
        if checked.is_repaired {
            self.repaired.push(operation.id);
        }
        self.findings.add(checked.finding);
        let path = paths::get_job_logs(id, None, None);
        let request = Request::get("compression", path.path_and_query()).with_key(header).for_compression();
        let offered = requester.send(&request).await.ok();
        let history = self.history.unwrap_or_default();
        transfer::check_compression(requester.responses(), offered.as_ref(), history, &mut self.findings);
        Some(id)
    }

    async fn check_unknown_job(&mut self, requester: &mut Requester, header: &HeaderName) {
        (self.progress)("Requesting an unknown job");
        let path = paths::get_job_status(JobId(UNKNOWN_ID));
        let request = Request::get("unknown_job", path.path_and_query()).with_key(header);
        let result = requester.send(&request).await;
        self.findings.add(responses::check_unknown_job(&result));
    }

    async fn check_cors(
        &mut self,
        requester: &mut Requester,
        address: &ServerAddress,
        header: Option<HeaderName>,
    ) {
        (self.progress)("Checking access from a page of another origin");
        let Some(header) = header else { return };
        let page = cors::Page { origin: self.settings.origin.as_deref(), key_header: &header };
        let has_key =
            self.settings.key.is_ok() && (!self.is_key_refused || self.recommendation.key_header.is_some());
        cors::check(requester, address, page, has_key, JobId(UNKNOWN_ID), &mut self.findings).await;
    }

    /// Adds the findings from the heads of all responses.
    fn check_transfers(&mut self, requester: &Requester) {
        let responses = requester.responses();
        format::check(&self.facts, &self.repaired, self.has_job_names, &mut self.findings);
        transfer::check_redirects(responses, &mut self.findings);
        transfer::check_times(responses, &mut self.findings);
        transfer::check_history(self.history, &mut self.findings);
        clock::check(responses, &mut self.findings);
        limits::check(responses, &mut self.findings);
        extensions::check(responses, &mut self.findings);
    }
}

/// Parses the origin of a page, such as `https://console.example.com`. Ignores a path.
pub(crate) fn parse_origin(text: &str) -> Result<String, String> {
    let url = Url::parse(text.trim()).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" => Ok(url.origin().ascii_serialization()),
        _ => Err("use a URL such as https://console.example.com".to_owned()),
    }
}
