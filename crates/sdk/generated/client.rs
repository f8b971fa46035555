use crate::types;
#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
#[derive(Clone, Debug)]
/**Client for TimeXtender Jobs API

The contract of the TimeXtender Jobs API as the vendor's article *TimeXtender API Endpoints* describes it,
written by hand and checked against every client and server of the txjobs project.

**How a run goes.** `execute_job` queues a job and answers with a trigger id. The job's status becomes
*pending*, then *running* when the application picks it up, then *idle* again. The status cannot tell success
from failure: the outcome is the `State` of the execution, found by its trigger id with
`get_job_logs_by_trigger`. A quick job can go from idle to idle between two looks at its status, so follow the
execution until its state is 2 or more.

**What is ours.** Everything marked `x-extension: true` is not in the vendor's article: one operation
(`cancel_job`), three query parameters, and validators (`ETag`) on lists and logs. A server that has the
operation and the parameters says so in the response header
`x-txjobs-extensions`, a comma-separated list of `cancel`, `after`, `limit` and `logs`. Without that header
a client does not use them.

**What nobody has promised.** Times are strings and may lack a zone (read them as UTC). Numbers of an
enumeration may grow (keep and show what you do not know). The order of executions and of log lines is not
specified (sort by time, then by position).


Version: 1.0.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::transport::Transport,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::transport::Transport,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::transport::Transport> for Client {
    fn api_version() -> &'static str {
        "1.0.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::transport::Transport {
        &self.inner
    }
}
impl ClientHooks<crate::transport::Transport> for &Client {}
impl Client {
    /**Get all jobs

Lists every job of the organization that the API key belongs to. The order is not specified.

Sends a `GET` request to `/public/jobs`

```ignore
let response = client.list_jobs()
    .send()
    .await;
```*/
    pub fn list_jobs(&self) -> builder::ListJobs<'_> {
        builder::ListJobs::new(self)
    }
    /**Get all job statuses

The status of every job of the organization, each the same object that `get_job_status` returns.

Sends a `GET` request to `/public/jobs/status`

```ignore
let response = client.list_job_statuses()
    .send()
    .await;
```*/
    pub fn list_job_statuses(&self) -> builder::ListJobStatuses<'_> {
        builder::ListJobStatuses::new(self)
    }
    /**Execute a job

Queues the job by setting its status to pending; the application picks it up later, and only then do log
lines exist. Keep the trigger id of the answer: it is the way to the outcome.

**Never send this twice for one intention.** After a lost answer the job may have been queued: look at its
status and its newest execution before you decide to execute it again.


Sends a `POST` request to `/public/jobs/{job_id}/execute`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
```ignore
let response = client.execute_job()
    .job_id(job_id)
    .send()
    .await;
```*/
    pub fn execute_job(&self) -> builder::ExecuteJob<'_> {
        builder::ExecuteJob::new(self)
    }
    /**Cancel the current run of a job

**An extension of txjobs: the vendor's article does not document it.** Use it only where the response header
`x-txjobs-extensions` names `cancel`.

Asks for the end of the job's pending or running execution. The answer comes at once; the execution ends
soon after in the state failed, with a log line that says that it was canceled.


Sends a `POST` request to `/public/jobs/{job_id}/cancel`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
```ignore
let response = client.cancel_job()
    .job_id(job_id)
    .send()
    .await;
```*/
    pub fn cancel_job(&self) -> builder::CancelJob<'_> {
        builder::CancelJob::new(self)
    }
    /**Get the status of a job

Whether the job is idle, pending or running now. A finished job and a failed one are both idle: read the
outcome from the execution's `State`.


Sends a `GET` request to `/public/jobs/{job_id}/status`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
```ignore
let response = client.get_job_status()
    .job_id(job_id)
    .send()
    .await;
```*/
    pub fn get_job_status(&self) -> builder::GetJobStatus<'_> {
        builder::GetJobStatus::new(self)
    }
    /**Get the executions of a job, with their logs

Every execution of the job with all its log lines. On a job with a long history this is a large answer; where
the server has the extensions, ask for `logs=none` or a `limit`.


Sends a `GET` request to `/public/jobs/{job_id}/logs`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
- `limit`: **Extension.** Return at most this many executions, the newest.
- `logs`: **Extension.** `none` leaves out the log lines, so that a long history is a small answer.
```ignore
let response = client.get_job_logs()
    .job_id(job_id)
    .limit(limit)
    .logs(logs)
    .send()
    .await;
```*/
    pub fn get_job_logs(&self) -> builder::GetJobLogs<'_> {
        builder::GetJobLogs::new(self)
    }
    /**Get the execution of a trigger id, with its log

The same as `get_job_logs`, with only the executions that the trigger id started. While the job is pending
the application has created no execution yet, so expect an empty array (some servers answer 404).


Sends a `GET` request to `/public/jobs/{job_id}/logs/{trigger_id}`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
- `trigger_id`: The `TriggerId` that `execute_job` returned.
- `after`: **Extension.** The `Id` of a log line: only later lines of the execution are returned; all of them if the execution has no such line. A server without the extension returns them all, so drop the lines you already have. A server with it writes an execution's final state after its last line.
```ignore
let response = client.get_job_logs_by_trigger()
    .job_id(job_id)
    .trigger_id(trigger_id)
    .after(after)
    .send()
    .await;
```*/
    pub fn get_job_logs_by_trigger(&self) -> builder::GetJobLogsByTrigger<'_> {
        builder::GetJobLogsByTrigger::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use super::types;
    #[allow(unused_imports)]
    use super::{
        encode_path, ByteStream, ClientInfo, ClientHooks, Error, OperationInfo,
        RequestBuilderExt, ResponseValue,
    };
    /**Builder for [`Client::list_jobs`]

[`Client::list_jobs`]: super::Client::list_jobs*/
    #[derive(Debug, Clone)]
    pub struct ListJobs<'a> {
        client: &'a super::Client,
    }
    impl<'a> ListJobs<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/public/jobs`
        pub async fn send(
            self,
        ) -> Result<
            ResponseValue<::std::vec::Vec<types::Job>>,
            Error<types::ErrorBody>,
        > {
            let Self { client } = self;
            let url = format!("{}/public/jobs", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_jobs",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
    /**Builder for [`Client::list_job_statuses`]

[`Client::list_job_statuses`]: super::Client::list_job_statuses*/
    #[derive(Debug, Clone)]
    pub struct ListJobStatuses<'a> {
        client: &'a super::Client,
    }
    impl<'a> ListJobStatuses<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/public/jobs/status`
        pub async fn send(
            self,
        ) -> Result<
            ResponseValue<::std::vec::Vec<types::JobStatus>>,
            Error<types::ErrorBody>,
        > {
            let Self { client } = self;
            let url = format!("{}/public/jobs/status", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_job_statuses",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
    /**Builder for [`Client::execute_job`]

[`Client::execute_job`]: super::Client::execute_job*/
    #[derive(Debug, Clone)]
    pub struct ExecuteJob<'a> {
        client: &'a super::Client,
        job_id: Result<types::JobId, String>,
    }
    impl<'a> ExecuteJob<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                job_id: Err("job_id was not initialized".to_string()),
            }
        }
        pub fn job_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JobId>,
        {
            self.job_id = value
                .try_into()
                .map_err(|_| "conversion to `JobId` for job_id failed".to_string());
            self
        }
        ///Sends a `POST` request to `/public/jobs/{job_id}/execute`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ExecuteJobResult>, Error<types::ErrorBody>> {
            let Self { client, job_id } = self;
            let job_id = job_id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/public/jobs/{}/execute", client.baseurl, encode_path(& job_id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "execute_job",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
    /**Builder for [`Client::cancel_job`]

[`Client::cancel_job`]: super::Client::cancel_job*/
    #[derive(Debug, Clone)]
    pub struct CancelJob<'a> {
        client: &'a super::Client,
        job_id: Result<types::JobId, String>,
    }
    impl<'a> CancelJob<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                job_id: Err("job_id was not initialized".to_string()),
            }
        }
        pub fn job_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JobId>,
        {
            self.job_id = value
                .try_into()
                .map_err(|_| "conversion to `JobId` for job_id failed".to_string());
            self
        }
        ///Sends a `POST` request to `/public/jobs/{job_id}/cancel`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::CancelJobResult>, Error<types::ErrorBody>> {
            let Self { client, job_id } = self;
            let job_id = job_id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/public/jobs/{}/cancel", client.baseurl, encode_path(& job_id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "cancel_job",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
    /**Builder for [`Client::get_job_status`]

[`Client::get_job_status`]: super::Client::get_job_status*/
    #[derive(Debug, Clone)]
    pub struct GetJobStatus<'a> {
        client: &'a super::Client,
        job_id: Result<types::JobId, String>,
    }
    impl<'a> GetJobStatus<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                job_id: Err("job_id was not initialized".to_string()),
            }
        }
        pub fn job_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JobId>,
        {
            self.job_id = value
                .try_into()
                .map_err(|_| "conversion to `JobId` for job_id failed".to_string());
            self
        }
        ///Sends a `GET` request to `/public/jobs/{job_id}/status`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::JobStatus>, Error<types::ErrorBody>> {
            let Self { client, job_id } = self;
            let job_id = job_id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/public/jobs/{}/status", client.baseurl, encode_path(& job_id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_job_status",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
    /**Builder for [`Client::get_job_logs`]

[`Client::get_job_logs`]: super::Client::get_job_logs*/
    #[derive(Debug, Clone)]
    pub struct GetJobLogs<'a> {
        client: &'a super::Client,
        job_id: Result<types::JobId, String>,
        limit: Result<Option<::std::num::NonZeroU32>, String>,
        logs: Result<Option<types::LogsSelection>, String>,
    }
    impl<'a> GetJobLogs<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                job_id: Err("job_id was not initialized".to_string()),
                limit: Ok(None),
                logs: Ok(None),
            }
        }
        pub fn job_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JobId>,
        {
            self.job_id = value
                .try_into()
                .map_err(|_| "conversion to `JobId` for job_id failed".to_string());
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU32>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU32` for limit failed"
                        .to_string()
                });
            self
        }
        pub fn logs<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::LogsSelection>,
        {
            self.logs = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `LogsSelection` for logs failed".to_string()
                });
            self
        }
        ///Sends a `GET` request to `/public/jobs/{job_id}/logs`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::JobExecutions>, Error<types::ErrorBody>> {
            let Self { client, job_id, limit, logs } = self;
            let job_id = job_id.map_err(Error::InvalidRequest)?;
            let limit = limit.map_err(Error::InvalidRequest)?;
            let logs = logs.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/public/jobs/{}/logs", client.baseurl, encode_path(& job_id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .query(&progenitor_client::QueryParam::new("logs", &logs))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_job_logs",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
    /**Builder for [`Client::get_job_logs_by_trigger`]

[`Client::get_job_logs_by_trigger`]: super::Client::get_job_logs_by_trigger*/
    #[derive(Debug, Clone)]
    pub struct GetJobLogsByTrigger<'a> {
        client: &'a super::Client,
        job_id: Result<types::JobId, String>,
        trigger_id: Result<types::TriggerId, String>,
        after: Result<Option<types::LogId>, String>,
    }
    impl<'a> GetJobLogsByTrigger<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                job_id: Err("job_id was not initialized".to_string()),
                trigger_id: Err("trigger_id was not initialized".to_string()),
                after: Ok(None),
            }
        }
        pub fn job_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JobId>,
        {
            self.job_id = value
                .try_into()
                .map_err(|_| "conversion to `JobId` for job_id failed".to_string());
            self
        }
        pub fn trigger_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::TriggerId>,
        {
            self.trigger_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `TriggerId` for trigger_id failed".to_string()
                });
            self
        }
        pub fn after<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::LogId>,
        {
            self.after = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `LogId` for after failed".to_string());
            self
        }
        ///Sends a `GET` request to `/public/jobs/{job_id}/logs/{trigger_id}`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::JobExecutions>, Error<types::ErrorBody>> {
            let Self { client, job_id, trigger_id, after } = self;
            let job_id = job_id.map_err(Error::InvalidRequest)?;
            let trigger_id = trigger_id.map_err(Error::InvalidRequest)?;
            let after = after.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/public/jobs/{}/logs/{}", client.baseurl, encode_path(& job_id
                .to_string()), encode_path(& trigger_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("after", &after))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_job_logs_by_trigger",
            };
            client.pre(&mut request, &info).await?;
            client.inner.send_and_decode(request, &info).await
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    pub use self::super::Client;
}
