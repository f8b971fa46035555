///A run is being canceled.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct CancelJobResult {
    #[serde(rename = "JobId")]
    pub job_id: JobId,
    ///A sentence for people that the run is being canceled.
    #[serde(rename = "Message", skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    #[serde(rename = "TriggerId")]
    pub trigger_id: TriggerId,
}
impl CancelJobResult {
    pub fn builder() -> builder::CancelJobResult {
        Default::default()
    }
}
///Why a request was not done. The vendor's article does not describe error bodies: be ready for another shape, for plain text, for HTML and for nothing at all.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct ErrorBody {
    ///What went wrong and what to do about it, in a sentence for people.
    #[serde(rename = "Message")]
    pub message: ::std::string::String,
}
impl ErrorBody {
    pub fn builder() -> builder::ErrorBody {
        Default::default()
    }
}
///A job was queued.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct ExecuteJobResult {
    #[serde(rename = "JobId")]
    pub job_id: JobId,
    ///A sentence for people that the job has been started.
    #[serde(rename = "Message", skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    #[serde(rename = "TriggerId")]
    pub trigger_id: TriggerId,
}
impl ExecuteJobResult {
    pub fn builder() -> builder::ExecuteJobResult {
        Default::default()
    }
}
///Identifies an execution.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct ExecutionId(pub ::uuid::Uuid);
impl ::std::ops::Deref for ExecutionId {
    type Target = ::uuid::Uuid;
    fn deref(&self) -> &::uuid::Uuid {
        &self.0
    }
}
impl ::std::convert::From<ExecutionId> for ::uuid::Uuid {
    fn from(value: ExecutionId) -> Self {
        value.0
    }
}
impl ::std::convert::From<::uuid::Uuid> for ExecutionId {
    fn from(value: ::uuid::Uuid) -> Self {
        Self(value)
    }
}
impl ::std::fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        self.0.fmt(f)
    }
}
impl ::std::str::FromStr for ExecutionId {
    type Err = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        crate::id::parse(value).map(Self)
    }
}
impl ::std::convert::TryFrom<&str> for ExecutionId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: &str) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
impl ::std::convert::TryFrom<String> for ExecutionId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: String) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
///Something that can be run.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct Job {
    #[serde(rename = "Id")]
    pub id: JobId,
    ///The job's name, as people wrote it. Any text; not unique by promise.
    #[serde(rename = "Name")]
    pub name: ::std::string::String,
}
impl Job {
    pub fn builder() -> builder::Job {
        Default::default()
    }
}
///One run of a job.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct JobExecution {
    ///When the application created the execution.
    #[serde(rename = "CreateTime")]
    pub create_time: ::std::option::Option<crate::Timestamp>,
    ///When the execution ended; null while it runs.
    #[serde(rename = "EndTime")]
    pub end_time: ::std::option::Option<crate::Timestamp>,
    #[serde(rename = "Id")]
    pub id: ExecutionId,
    ///The log lines, in no specified order; sort them by `TimeStamp`, then by position.
    #[serde(rename = "JobExecutionLogs")]
    pub job_execution_logs: ::std::vec::Vec<JobExecutionLog>,
    #[serde(rename = "JobId")]
    pub job_id: JobId,
    #[serde(rename = "State")]
    pub state: crate::ExecutionState,
    ///The trigger id that started the execution; the empty guid if it was started from the application.
    #[serde(
        rename = "TriggerId",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub trigger_id: ::std::option::Option<TriggerId>,
}
impl JobExecution {
    pub fn builder() -> builder::JobExecution {
        Default::default()
    }
}
///One log line of an execution.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct JobExecutionLog {
    #[serde(rename = "Id")]
    pub id: LogId,
    #[serde(
        rename = "JobExecutionId",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub job_execution_id: ::std::option::Option<ExecutionId>,
    ///What happened. Any text, also over several lines; treat it as data, never as markup.
    #[serde(rename = "Message")]
    pub message: ::std::string::String,
    #[serde(rename = "Severity")]
    pub severity: crate::Severity,
    ///When the line was written.
    #[serde(rename = "TimeStamp")]
    pub time_stamp: ::std::option::Option<crate::Timestamp>,
}
impl JobExecutionLog {
    pub fn builder() -> builder::JobExecutionLog {
        Default::default()
    }
}
///Executions of one job, in no specified order; sort them by `CreateTime`.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
pub struct JobExecutions(pub ::std::vec::Vec<JobExecution>);
impl ::std::ops::Deref for JobExecutions {
    type Target = ::std::vec::Vec<JobExecution>;
    fn deref(&self) -> &::std::vec::Vec<JobExecution> {
        &self.0
    }
}
impl ::std::convert::From<JobExecutions> for ::std::vec::Vec<JobExecution> {
    fn from(value: JobExecutions) -> Self {
        value.0
    }
}
impl ::std::convert::From<::std::vec::Vec<JobExecution>> for JobExecutions {
    fn from(value: ::std::vec::Vec<JobExecution>) -> Self {
        Self(value)
    }
}
///Identifies a job.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub ::uuid::Uuid);
impl ::std::ops::Deref for JobId {
    type Target = ::uuid::Uuid;
    fn deref(&self) -> &::uuid::Uuid {
        &self.0
    }
}
impl ::std::convert::From<JobId> for ::uuid::Uuid {
    fn from(value: JobId) -> Self {
        value.0
    }
}
impl ::std::convert::From<::uuid::Uuid> for JobId {
    fn from(value: ::uuid::Uuid) -> Self {
        Self(value)
    }
}
impl ::std::fmt::Display for JobId {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        self.0.fmt(f)
    }
}
impl ::std::str::FromStr for JobId {
    type Err = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        crate::id::parse(value).map(Self)
    }
}
impl ::std::convert::TryFrom<&str> for JobId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: &str) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
impl ::std::convert::TryFrom<String> for JobId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: String) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
///Whether a job is idle, pending or running.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
pub struct JobStatus {
    #[serde(rename = "JobId")]
    pub job_id: JobId,
    ///A sentence for people that says what the status code means.
    #[serde(rename = "Message", skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    #[serde(rename = "Status")]
    pub status: crate::JobStatusCode,
}
impl JobStatus {
    pub fn builder() -> builder::JobStatus {
        Default::default()
    }
}
///Identifies a log line.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(pub ::uuid::Uuid);
impl ::std::ops::Deref for LogId {
    type Target = ::uuid::Uuid;
    fn deref(&self) -> &::uuid::Uuid {
        &self.0
    }
}
impl ::std::convert::From<LogId> for ::uuid::Uuid {
    fn from(value: LogId) -> Self {
        value.0
    }
}
impl ::std::convert::From<::uuid::Uuid> for LogId {
    fn from(value: ::uuid::Uuid) -> Self {
        Self(value)
    }
}
impl ::std::fmt::Display for LogId {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        self.0.fmt(f)
    }
}
impl ::std::str::FromStr for LogId {
    type Err = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        crate::id::parse(value).map(Self)
    }
}
impl ::std::convert::TryFrom<&str> for LogId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: &str) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
impl ::std::convert::TryFrom<String> for LogId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: String) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
///Which log lines come with the executions of `get_job_logs`.
#[derive(
    ::serde::Deserialize,
    ::serde::Serialize,
    Clone,
    Copy,
    Debug,
    Eq,
    Hash,
    Ord,
    PartialEq,
    PartialOrd
)]
pub enum LogsSelection {
    #[serde(rename = "all")]
    All,
    #[serde(rename = "none")]
    None,
}
impl ::std::fmt::Display for LogsSelection {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        match *self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
        }
    }
}
impl ::std::str::FromStr for LogsSelection {
    type Err = self::error::ConversionError;
    fn from_str(
        value: &str,
    ) -> ::std::result::Result<Self, self::error::ConversionError> {
        match value {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            _ => Err("invalid value".into()),
        }
    }
}
impl ::std::convert::TryFrom<&str> for LogsSelection {
    type Error = self::error::ConversionError;
    fn try_from(
        value: &str,
    ) -> ::std::result::Result<Self, self::error::ConversionError> {
        value.parse()
    }
}
impl ::std::convert::TryFrom<::std::string::String> for LogsSelection {
    type Error = self::error::ConversionError;
    fn try_from(
        value: ::std::string::String,
    ) -> ::std::result::Result<Self, self::error::ConversionError> {
        value.parse()
    }
}
///Identifies one call of `execute_job` and the execution that it starts. The empty guid (`00000000-0000-0000-0000-000000000000`) on an execution that was started from the application.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct TriggerId(pub ::uuid::Uuid);
impl ::std::ops::Deref for TriggerId {
    type Target = ::uuid::Uuid;
    fn deref(&self) -> &::uuid::Uuid {
        &self.0
    }
}
impl ::std::convert::From<TriggerId> for ::uuid::Uuid {
    fn from(value: TriggerId) -> Self {
        value.0
    }
}
impl ::std::convert::From<::uuid::Uuid> for TriggerId {
    fn from(value: ::uuid::Uuid) -> Self {
        Self(value)
    }
}
impl ::std::fmt::Display for TriggerId {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        self.0.fmt(f)
    }
}
impl ::std::str::FromStr for TriggerId {
    type Err = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        crate::id::parse(value).map(Self)
    }
}
impl ::std::convert::TryFrom<&str> for TriggerId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: &str) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
impl ::std::convert::TryFrom<String> for TriggerId {
    type Error = <::uuid::Uuid as ::std::str::FromStr>::Err;
    fn try_from(value: String) -> ::std::result::Result<Self, Self::Error> {
        value.parse()
    }
}
/// Types for composing complex structures.
pub mod builder {
    #[derive(Clone, Debug)]
    pub struct CancelJobResult {
        job_id: ::std::result::Result<super::JobId, ::std::string::String>,
        message: ::std::result::Result<
            ::std::option::Option<::std::string::String>,
            ::std::string::String,
        >,
        trigger_id: ::std::result::Result<super::TriggerId, ::std::string::String>,
    }
    impl ::std::default::Default for CancelJobResult {
        fn default() -> Self {
            Self {
                job_id: Err("no value supplied for job_id".to_string()),
                message: Ok(Default::default()),
                trigger_id: Err("no value supplied for trigger_id".to_string()),
            }
        }
    }
    impl CancelJobResult {
        pub fn job_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::JobId>,
            T::Error: ::std::fmt::Display,
        {
            self.job_id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for job_id: {e}"));
            self
        }
        pub fn message<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
            T::Error: ::std::fmt::Display,
        {
            self.message = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for message: {e}")
                });
            self
        }
        pub fn trigger_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::TriggerId>,
            T::Error: ::std::fmt::Display,
        {
            self.trigger_id = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for trigger_id: {e}")
                });
            self
        }
    }
    impl ::std::convert::TryFrom<CancelJobResult> for super::CancelJobResult {
        type Error = super::error::ConversionError;
        fn try_from(
            value: CancelJobResult,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self {
                job_id: value.job_id?,
                message: value.message?,
                trigger_id: value.trigger_id?,
            })
        }
    }
    impl ::std::convert::From<super::CancelJobResult> for CancelJobResult {
        fn from(value: super::CancelJobResult) -> Self {
            Self {
                job_id: Ok(value.job_id),
                message: Ok(value.message),
                trigger_id: Ok(value.trigger_id),
            }
        }
    }
    #[derive(Clone, Debug)]
    pub struct ErrorBody {
        message: ::std::result::Result<::std::string::String, ::std::string::String>,
    }
    impl ::std::default::Default for ErrorBody {
        fn default() -> Self {
            Self {
                message: Err("no value supplied for message".to_string()),
            }
        }
    }
    impl ErrorBody {
        pub fn message<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::string::String>,
            T::Error: ::std::fmt::Display,
        {
            self.message = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for message: {e}")
                });
            self
        }
    }
    impl ::std::convert::TryFrom<ErrorBody> for super::ErrorBody {
        type Error = super::error::ConversionError;
        fn try_from(
            value: ErrorBody,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self { message: value.message? })
        }
    }
    impl ::std::convert::From<super::ErrorBody> for ErrorBody {
        fn from(value: super::ErrorBody) -> Self {
            Self { message: Ok(value.message) }
        }
    }
    #[derive(Clone, Debug)]
    pub struct ExecuteJobResult {
        job_id: ::std::result::Result<super::JobId, ::std::string::String>,
        message: ::std::result::Result<
            ::std::option::Option<::std::string::String>,
            ::std::string::String,
        >,
        trigger_id: ::std::result::Result<super::TriggerId, ::std::string::String>,
    }
    impl ::std::default::Default for ExecuteJobResult {
        fn default() -> Self {
            Self {
                job_id: Err("no value supplied for job_id".to_string()),
                message: Ok(Default::default()),
                trigger_id: Err("no value supplied for trigger_id".to_string()),
            }
        }
    }
    impl ExecuteJobResult {
        pub fn job_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::JobId>,
            T::Error: ::std::fmt::Display,
        {
            self.job_id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for job_id: {e}"));
            self
        }
        pub fn message<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
            T::Error: ::std::fmt::Display,
        {
            self.message = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for message: {e}")
                });
            self
        }
        pub fn trigger_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::TriggerId>,
            T::Error: ::std::fmt::Display,
        {
            self.trigger_id = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for trigger_id: {e}")
                });
            self
        }
    }
    impl ::std::convert::TryFrom<ExecuteJobResult> for super::ExecuteJobResult {
        type Error = super::error::ConversionError;
        fn try_from(
            value: ExecuteJobResult,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self {
                job_id: value.job_id?,
                message: value.message?,
                trigger_id: value.trigger_id?,
            })
        }
    }
    impl ::std::convert::From<super::ExecuteJobResult> for ExecuteJobResult {
        fn from(value: super::ExecuteJobResult) -> Self {
            Self {
                job_id: Ok(value.job_id),
                message: Ok(value.message),
                trigger_id: Ok(value.trigger_id),
            }
        }
    }
    #[derive(Clone, Debug)]
    pub struct Job {
        id: ::std::result::Result<super::JobId, ::std::string::String>,
        name: ::std::result::Result<::std::string::String, ::std::string::String>,
    }
    impl ::std::default::Default for Job {
        fn default() -> Self {
            Self {
                id: Err("no value supplied for id".to_string()),
                name: Err("no value supplied for name".to_string()),
            }
        }
    }
    impl Job {
        pub fn id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::JobId>,
            T::Error: ::std::fmt::Display,
        {
            self.id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for id: {e}"));
            self
        }
        pub fn name<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::string::String>,
            T::Error: ::std::fmt::Display,
        {
            self.name = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for name: {e}"));
            self
        }
    }
    impl ::std::convert::TryFrom<Job> for super::Job {
        type Error = super::error::ConversionError;
        fn try_from(
            value: Job,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self {
                id: value.id?,
                name: value.name?,
            })
        }
    }
    impl ::std::convert::From<super::Job> for Job {
        fn from(value: super::Job) -> Self {
            Self {
                id: Ok(value.id),
                name: Ok(value.name),
            }
        }
    }
    #[derive(Clone, Debug)]
    pub struct JobExecution {
        create_time: ::std::result::Result<
            ::std::option::Option<crate::Timestamp>,
            ::std::string::String,
        >,
        end_time: ::std::result::Result<
            ::std::option::Option<crate::Timestamp>,
            ::std::string::String,
        >,
        id: ::std::result::Result<super::ExecutionId, ::std::string::String>,
        job_execution_logs: ::std::result::Result<
            ::std::vec::Vec<super::JobExecutionLog>,
            ::std::string::String,
        >,
        job_id: ::std::result::Result<super::JobId, ::std::string::String>,
        state: ::std::result::Result<crate::ExecutionState, ::std::string::String>,
        trigger_id: ::std::result::Result<
            ::std::option::Option<super::TriggerId>,
            ::std::string::String,
        >,
    }
    impl ::std::default::Default for JobExecution {
        fn default() -> Self {
            Self {
                create_time: Ok(Default::default()),
                end_time: Ok(Default::default()),
                id: Err("no value supplied for id".to_string()),
                job_execution_logs: Ok(Default::default()),
                job_id: Err("no value supplied for job_id".to_string()),
                state: Err("no value supplied for state".to_string()),
                trigger_id: Ok(Default::default()),
            }
        }
    }
    impl JobExecution {
        pub fn create_time<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
            T::Error: ::std::fmt::Display,
        {
            self.create_time = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for create_time: {e}")
                });
            self
        }
        pub fn end_time<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
            T::Error: ::std::fmt::Display,
        {
            self.end_time = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for end_time: {e}")
                });
            self
        }
        pub fn id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::ExecutionId>,
            T::Error: ::std::fmt::Display,
        {
            self.id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for id: {e}"));
            self
        }
        pub fn job_execution_logs<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::vec::Vec<super::JobExecutionLog>>,
            T::Error: ::std::fmt::Display,
        {
            self.job_execution_logs = value
                .try_into()
                .map_err(|e| {
                    format!(
                        "error converting supplied value for job_execution_logs: {e}"
                    )
                });
            self
        }
        pub fn job_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::JobId>,
            T::Error: ::std::fmt::Display,
        {
            self.job_id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for job_id: {e}"));
            self
        }
        pub fn state<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<crate::ExecutionState>,
            T::Error: ::std::fmt::Display,
        {
            self.state = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for state: {e}"));
            self
        }
        pub fn trigger_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<super::TriggerId>>,
            T::Error: ::std::fmt::Display,
        {
            self.trigger_id = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for trigger_id: {e}")
                });
            self
        }
    }
    impl ::std::convert::TryFrom<JobExecution> for super::JobExecution {
        type Error = super::error::ConversionError;
        fn try_from(
            value: JobExecution,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self {
                create_time: value.create_time?,
                end_time: value.end_time?,
                id: value.id?,
                job_execution_logs: value.job_execution_logs?,
                job_id: value.job_id?,
                state: value.state?,
                trigger_id: value.trigger_id?,
            })
        }
    }
    impl ::std::convert::From<super::JobExecution> for JobExecution {
        fn from(value: super::JobExecution) -> Self {
            Self {
                create_time: Ok(value.create_time),
                end_time: Ok(value.end_time),
                id: Ok(value.id),
                job_execution_logs: Ok(value.job_execution_logs),
                job_id: Ok(value.job_id),
                state: Ok(value.state),
                trigger_id: Ok(value.trigger_id),
            }
        }
    }
    #[derive(Clone, Debug)]
    pub struct JobExecutionLog {
        id: ::std::result::Result<super::LogId, ::std::string::String>,
        job_execution_id: ::std::result::Result<
            ::std::option::Option<super::ExecutionId>,
            ::std::string::String,
        >,
        message: ::std::result::Result<::std::string::String, ::std::string::String>,
        severity: ::std::result::Result<crate::Severity, ::std::string::String>,
        time_stamp: ::std::result::Result<
            ::std::option::Option<crate::Timestamp>,
            ::std::string::String,
        >,
    }
    impl ::std::default::Default for JobExecutionLog {
        fn default() -> Self {
            Self {
                id: Err("no value supplied for id".to_string()),
                job_execution_id: Ok(Default::default()),
                message: Err("no value supplied for message".to_string()),
                severity: Err("no value supplied for severity".to_string()),
                time_stamp: Ok(Default::default()),
            }
        }
    }
    impl JobExecutionLog {
        pub fn id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::LogId>,
            T::Error: ::std::fmt::Display,
        {
            self.id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for id: {e}"));
            self
        }
        pub fn job_execution_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<super::ExecutionId>>,
            T::Error: ::std::fmt::Display,
        {
            self.job_execution_id = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for job_execution_id: {e}")
                });
            self
        }
        pub fn message<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::string::String>,
            T::Error: ::std::fmt::Display,
        {
            self.message = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for message: {e}")
                });
            self
        }
        pub fn severity<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<crate::Severity>,
            T::Error: ::std::fmt::Display,
        {
            self.severity = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for severity: {e}")
                });
            self
        }
        pub fn time_stamp<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
            T::Error: ::std::fmt::Display,
        {
            self.time_stamp = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for time_stamp: {e}")
                });
            self
        }
    }
    impl ::std::convert::TryFrom<JobExecutionLog> for super::JobExecutionLog {
        type Error = super::error::ConversionError;
        fn try_from(
            value: JobExecutionLog,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self {
                id: value.id?,
                job_execution_id: value.job_execution_id?,
                message: value.message?,
                severity: value.severity?,
                time_stamp: value.time_stamp?,
            })
        }
    }
    impl ::std::convert::From<super::JobExecutionLog> for JobExecutionLog {
        fn from(value: super::JobExecutionLog) -> Self {
            Self {
                id: Ok(value.id),
                job_execution_id: Ok(value.job_execution_id),
                message: Ok(value.message),
                severity: Ok(value.severity),
                time_stamp: Ok(value.time_stamp),
            }
        }
    }
    #[derive(Clone, Debug)]
    pub struct JobStatus {
        job_id: ::std::result::Result<super::JobId, ::std::string::String>,
        message: ::std::result::Result<
            ::std::option::Option<::std::string::String>,
            ::std::string::String,
        >,
        status: ::std::result::Result<crate::JobStatusCode, ::std::string::String>,
    }
    impl ::std::default::Default for JobStatus {
        fn default() -> Self {
            Self {
                job_id: Err("no value supplied for job_id".to_string()),
                message: Ok(Default::default()),
                status: Err("no value supplied for status".to_string()),
            }
        }
    }
    impl JobStatus {
        pub fn job_id<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<super::JobId>,
            T::Error: ::std::fmt::Display,
        {
            self.job_id = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for job_id: {e}"));
            self
        }
        pub fn message<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
            T::Error: ::std::fmt::Display,
        {
            self.message = value
                .try_into()
                .map_err(|e| {
                    format!("error converting supplied value for message: {e}")
                });
            self
        }
        pub fn status<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<crate::JobStatusCode>,
            T::Error: ::std::fmt::Display,
        {
            self.status = value
                .try_into()
                .map_err(|e| format!("error converting supplied value for status: {e}"));
            self
        }
    }
    impl ::std::convert::TryFrom<JobStatus> for super::JobStatus {
        type Error = super::error::ConversionError;
        fn try_from(
            value: JobStatus,
        ) -> ::std::result::Result<Self, super::error::ConversionError> {
            Ok(Self {
                job_id: value.job_id?,
                message: value.message?,
                status: value.status?,
            })
        }
    }
    impl ::std::convert::From<super::JobStatus> for JobStatus {
        fn from(value: super::JobStatus) -> Self {
            Self {
                job_id: Ok(value.job_id),
                message: Ok(value.message),
                status: Ok(value.status),
            }
        }
    }
}
/// Error types.
pub mod error {
    /// Error from a `TryFrom` or `FromStr` implementation.
    pub struct ConversionError(::std::borrow::Cow<'static, str>);
    impl ::std::error::Error for ConversionError {}
    impl ::std::fmt::Display for ConversionError {
        fn fmt(
            &self,
            f: &mut ::std::fmt::Formatter<'_>,
        ) -> Result<(), ::std::fmt::Error> {
            ::std::fmt::Display::fmt(&self.0, f)
        }
    }
    impl ::std::fmt::Debug for ConversionError {
        fn fmt(
            &self,
            f: &mut ::std::fmt::Formatter<'_>,
        ) -> Result<(), ::std::fmt::Error> {
            ::std::fmt::Debug::fmt(&self.0, f)
        }
    }
    impl From<&'static str> for ConversionError {
        fn from(value: &'static str) -> Self {
            Self(value.into())
        }
    }
    impl From<String> for ConversionError {
        fn from(value: String) -> Self {
            Self(value.into())
        }
    }
}
impl<'de> serde::Deserialize<'de> for CancelJobResult {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = CancelJobResult;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like CancelJobResult")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<CancelJobResult, A::Error> {
                let names = crate::decode::Names(&["JobId", "Message", "TriggerId"]);
                let mut job_id = None;
                let mut message = None;
                let mut trigger_id = None;
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => job_id = Some(map.next_value()?),
                        Some(1usize) => message = map.next_value()?,
                        Some(2usize) => trigger_id = Some(map.next_value()?),
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(CancelJobResult {
                    job_id: job_id
                        .ok_or_else(|| serde::de::Error::missing_field("JobId"))?,
                    message,
                    trigger_id: trigger_id
                        .ok_or_else(|| serde::de::Error::missing_field("TriggerId"))?,
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl<'de> serde::Deserialize<'de> for ErrorBody {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = ErrorBody;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like ErrorBody")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<ErrorBody, A::Error> {
                let names = crate::decode::Names(&["Message"]);
                let mut message = ::std::default::Default::default();
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => {
                            message = map
                                .next_value::<Option<::std::string::String>>()?
                                .unwrap_or_default();
                        }
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(ErrorBody { message })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl<'de> serde::Deserialize<'de> for ExecuteJobResult {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = ExecuteJobResult;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like ExecuteJobResult")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<ExecuteJobResult, A::Error> {
                let names = crate::decode::Names(&["JobId", "Message", "TriggerId"]);
                let mut job_id = None;
                let mut message = None;
                let mut trigger_id = None;
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => job_id = Some(map.next_value()?),
                        Some(1usize) => message = map.next_value()?,
                        Some(2usize) => trigger_id = Some(map.next_value()?),
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(ExecuteJobResult {
                    job_id: job_id
                        .ok_or_else(|| serde::de::Error::missing_field("JobId"))?,
                    message,
                    trigger_id: trigger_id
                        .ok_or_else(|| serde::de::Error::missing_field("TriggerId"))?,
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl<'de> serde::Deserialize<'de> for ExecutionId {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        crate::id::deserialize(deserializer).map(Self)
    }
}
impl<'de> serde::Deserialize<'de> for Job {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = Job;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like Job")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Job, A::Error> {
                let names = crate::decode::Names(&["Id", "Name"]);
                let mut id = None;
                let mut name = ::std::default::Default::default();
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => id = Some(map.next_value()?),
                        Some(1usize) => {
                            name = map
                                .next_value::<Option<::std::string::String>>()?
                                .unwrap_or_default();
                        }
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(Job {
                    id: id.ok_or_else(|| serde::de::Error::missing_field("Id"))?,
                    name,
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl JobExecution {
    ///The name of `job_execution_logs` on the wire, for who reads a long one in pieces.
    pub const JOB_EXECUTION_LOGS: &'static str = "JobExecutionLogs";
}
impl<'de> serde::Deserialize<'de> for JobExecution {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = JobExecution;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like JobExecution")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<JobExecution, A::Error> {
                let names = crate::decode::Names(
                    &[
                        "CreateTime",
                        "EndTime",
                        "Id",
                        "JobExecutionLogs",
                        "JobId",
                        "State",
                        "TriggerId",
                    ],
                );
                let mut create_time = None;
                let mut end_time = None;
                let mut id = ::uuid::Uuid::nil().into();
                let mut job_execution_logs = ::std::default::Default::default();
                let mut job_id = ::uuid::Uuid::nil().into();
                let mut state = None;
                let mut trigger_id = None;
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => {
                            create_time = map
                                .next_value_seed(crate::timestamp::Tolerant)?;
                        }
                        Some(1usize) => {
                            end_time = map.next_value_seed(crate::timestamp::Tolerant)?;
                        }
                        Some(2usize) => {
                            id = map
                                .next_value_seed(crate::id::Lenient)?
                                .unwrap_or_default()
                                .into();
                        }
                        Some(3usize) => {
                            job_execution_logs = map
                                .next_value::<Option<::std::vec::Vec<JobExecutionLog>>>()?
                                .unwrap_or_default();
                        }
                        Some(4usize) => {
                            job_id = map
                                .next_value_seed(crate::id::Lenient)?
                                .unwrap_or_default()
                                .into();
                        }
                        Some(5usize) => state = Some(map.next_value()?),
                        Some(6usize) => {
                            trigger_id = map
                                .next_value_seed(crate::id::Lenient)?
                                .map(Into::into);
                        }
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(JobExecution {
                    create_time,
                    end_time,
                    id,
                    job_execution_logs,
                    job_id,
                    state: state
                        .ok_or_else(|| serde::de::Error::missing_field("State"))?,
                    trigger_id,
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl<'de> serde::Deserialize<'de> for JobExecutionLog {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = JobExecutionLog;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like JobExecutionLog")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<JobExecutionLog, A::Error> {
                let names = crate::decode::Names(
                    &["Id", "JobExecutionId", "Message", "Severity", "TimeStamp"],
                );
                let mut id = ::uuid::Uuid::nil().into();
                let mut job_execution_id = None;
                let mut message = ::std::default::Default::default();
                let mut severity = None;
                let mut time_stamp = None;
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => {
                            id = map
                                .next_value_seed(crate::id::Lenient)?
                                .unwrap_or_default()
                                .into();
                        }
                        Some(1usize) => {
                            job_execution_id = map
                                .next_value_seed(crate::id::Lenient)?
                                .map(Into::into);
                        }
                        Some(2usize) => {
                            message = map
                                .next_value::<Option<::std::string::String>>()?
                                .unwrap_or_default();
                        }
                        Some(3usize) => severity = Some(map.next_value()?),
                        Some(4usize) => {
                            time_stamp = map.next_value_seed(crate::timestamp::Tolerant)?;
                        }
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(JobExecutionLog {
                    id,
                    job_execution_id,
                    message,
                    severity: severity
                        .ok_or_else(|| serde::de::Error::missing_field("Severity"))?,
                    time_stamp,
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl<'de> serde::Deserialize<'de> for JobId {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        crate::id::deserialize(deserializer).map(Self)
    }
}
impl<'de> serde::Deserialize<'de> for JobStatus {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = JobStatus;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object like JobStatus")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<JobStatus, A::Error> {
                let names = crate::decode::Names(&["JobId", "Message", "Status"]);
                let mut job_id = None;
                let mut message = None;
                let mut status = None;
                while let Some(field) = map.next_key_seed(names)? {
                    match field {
                        Some(0usize) => job_id = Some(map.next_value()?),
                        Some(1usize) => message = map.next_value()?,
                        Some(2usize) => status = Some(map.next_value()?),
                        _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(JobStatus {
                    job_id: job_id
                        .ok_or_else(|| serde::de::Error::missing_field("JobId"))?,
                    message,
                    status: status
                        .ok_or_else(|| serde::de::Error::missing_field("Status"))?,
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
impl<'de> serde::Deserialize<'de> for LogId {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        crate::id::deserialize(deserializer).map(Self)
    }
}
impl<'de> serde::Deserialize<'de> for TriggerId {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        crate::id::deserialize(deserializer).map(Self)
    }
}
