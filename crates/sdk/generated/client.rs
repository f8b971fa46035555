use crate::types;
#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
#[derive(Clone, Debug)]
/**Client for TimeXtender Jobs API

The contract of the TimeXtender Jobs API, as the vendor's article *TimeXtender API Endpoints* describes it. It is written
by hand and tested with all clients and servers of the txjobs project.

**The course of a run.** `execute_job` queues a job and returns a trigger id. The status of the job becomes *pending*, then
*running* when the application starts it, then *idle* again. The status does not show success or failure. The outcome is the
`State` of the execution, which `get_job_logs_by_trigger` returns for the trigger id. A short job can be idle again before
the next request for its status, so follow the execution until its state is 2 or more.

**Extensions.** Everything with `x-extension: true` is an extension by txjobs and not in the vendor's article: the operation
`cancel_job`, three query parameters, the id of an execution in place of a trigger id, three properties, and validators (`ETag`)
of lists and logs. A server announces them, except for properties and validators, in the response header
`x-txjobs-extensions`, a comma-separated list of `cancel`, `after`, `limit`, `logs`, and `executions`. Clients use them only if
the header announces them. The properties are optional: a server leaves out what does not apply.

**What the vendor does not specify.** Times are strings and may have no zone: treat them as UTC. Enumerations may get new
numbers: keep and show unknown ones. The order of executions and log lines is unspecified: sort them by time, then by position.


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

Returns all jobs of the organization that the API key belongs to, in unspecified order.

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

Returns the status of each job of the organization, in the form of `get_job_status`.

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

Queues the job and sets its status to pending. The application starts it later, and log lines exist only then. Keep the
trigger id of the response, which identifies the execution and its outcome.

**Never repeat this request automatically.** If the response is lost, the job may be queued nevertheless. Check its status
and its newest execution before you execute it again.


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

**This is an extension by txjobs, which the vendor's article does not document.** Use it only if the response header
`x-txjobs-extensions` contains `cancel`.

Requests the end of the pending or running execution of the job. The response does not wait for the end. The execution
ends soon afterwards in the state failed, with a log line about the cancellation.


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

Returns whether the job is idle, pending, or running now. A job is idle after success and after failure. The outcome is
the `State` of the execution.


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

Returns all executions of the job with all their log lines. The response is large for a job with a long history. If the
server has the extensions, use `logs=none` or a `limit`.


Sends a `GET` request to `/public/jobs/{job_id}/logs`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
- `limit`: **Extension.** The most executions in the response. It contains the newest ones.
- `logs`: **Extension.** `none` omits the log lines, which keeps the response small.
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

Returns the execution that the trigger id started, in the form of `get_job_logs`. While the job is pending there is no
execution yet, and the response is an empty array (some servers send 404).

**Extension** `executions`: an execution without a trigger id is found by its own `Id`.


Sends a `GET` request to `/public/jobs/{job_id}/logs/{trigger_id}`

Arguments:
- `job_id`: The `Id` of a job, from `list_jobs`.
- `trigger_id`: The `TriggerId` that `execute_job` returned.
- `after`: **Extension.** The `Id` of a log line. The response contains only the later lines of the execution, or all lines if the execution has no such line. A server without the extension returns all lines, so ignore the lines that you already have. A server with the extension writes the final state of an execution after its last line.
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
