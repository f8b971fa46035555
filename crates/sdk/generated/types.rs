///The result of `cancel_job`.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct CancelJobResult {
    #[serde(
        rename = "JobId",
        alias = "jobId",
        alias = "job_id",
        alias = "jobid",
        alias = "JOBID",
        alias = "Jobid"
    )]
    pub job_id: JobId,
    ///A message for users that the run is being canceled.
    #[serde(
        rename = "Message",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "message",
        alias = "MESSAGE",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub message: ::std::option::Option<::std::string::String>,
    #[serde(
        rename = "TriggerId",
        alias = "triggerId",
        alias = "trigger_id",
        alias = "triggerid",
        alias = "TRIGGERID",
        alias = "Triggerid"
    )]
    pub trigger_id: TriggerId,
}
///The reason why a request failed. The vendor's article does not specify error bodies, so expect also other objects, plain text, HTML, and empty bodies.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct ErrorBody {
    ///The reason and what to do, in a sentence for users.
    #[serde(
        rename = "Message",
        alias = "message",
        alias = "MESSAGE",
        default,
        deserialize_with = "crate::decode::deserialize_null_as_default"
    )]
    pub message: ::std::string::String,
}
///The result of `execute_job`.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct ExecuteJobResult {
    #[serde(
        rename = "JobId",
        alias = "jobId",
        alias = "job_id",
        alias = "jobid",
        alias = "JOBID",
        alias = "Jobid"
    )]
    pub job_id: JobId,
    ///A message for users that the job was started.
    #[serde(
        rename = "Message",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "message",
        alias = "MESSAGE",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub message: ::std::option::Option<::std::string::String>,
    #[serde(
        rename = "TriggerId",
        alias = "triggerId",
        alias = "trigger_id",
        alias = "triggerid",
        alias = "TRIGGERID",
        alias = "Triggerid"
    )]
    pub trigger_id: TriggerId,
}
///Identifies an execution.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct ExecutionId(
    #[serde(deserialize_with = "crate::id::deserialize")]
    pub ::uuid::Uuid,
);
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
///A job, which can be executed.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct Job {
    #[serde(rename = "Id", alias = "id", alias = "ID")]
    pub id: JobId,
    ///The name of the job. It may be any text, and may not be unique.
    #[serde(
        rename = "Name",
        alias = "name",
        alias = "NAME",
        default,
        deserialize_with = "crate::decode::deserialize_null_as_default"
    )]
    pub name: ::std::string::String,
    #[serde(
        rename = "Schedule",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "schedule",
        alias = "SCHEDULE",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub schedule: ::std::option::Option<JobSchedule>,
}
///One run of a job.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct JobExecution {
    ///The time when the application created the execution.
    #[serde(
        rename = "CreateTime",
        alias = "createTime",
        alias = "create_time",
        alias = "createtime",
        alias = "CREATETIME",
        alias = "Createtime",
        default,
        deserialize_with = "crate::timestamp::deserialize_optional"
    )]
    pub create_time: ::std::option::Option<crate::timestamp::Timestamp>,
    ///The time when the execution ended; null while it runs.
    #[serde(
        rename = "EndTime",
        alias = "endTime",
        alias = "end_time",
        alias = "endtime",
        alias = "ENDTIME",
        alias = "Endtime",
        default,
        deserialize_with = "crate::timestamp::deserialize_optional"
    )]
    pub end_time: ::std::option::Option<crate::timestamp::Timestamp>,
    ///**Extension.** The address of a page about the execution in the system where the work runs. Treat it as data: open only http and https addresses.
    #[serde(
        rename = "ExternalLink",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "externalLink",
        alias = "external_link",
        alias = "externallink",
        alias = "EXTERNALLINK",
        alias = "Externallink",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub external_link: ::std::option::Option<::std::string::String>,
    #[serde(
        rename = "Id",
        alias = "id",
        alias = "ID",
        default = "crate::id::nil",
        deserialize_with = "crate::id::deserialize_or_nil"
    )]
    pub id: ExecutionId,
    ///The log lines, in unspecified order. Sort them by `TimeStamp`, then by position.
    #[serde(
        rename = "JobExecutionLogs",
        alias = "jobExecutionLogs",
        alias = "job_execution_logs",
        alias = "jobexecutionlogs",
        alias = "JOBEXECUTIONLOGS",
        alias = "Jobexecutionlogs",
        default,
        deserialize_with = "crate::decode::deserialize_null_as_default"
    )]
    pub job_execution_logs: ::std::vec::Vec<JobExecutionLog>,
    #[serde(
        rename = "JobId",
        alias = "jobId",
        alias = "job_id",
        alias = "jobid",
        alias = "JOBID",
        alias = "Jobid",
        default = "crate::id::nil",
        deserialize_with = "crate::id::deserialize_or_nil"
    )]
    pub job_id: JobId,
    ///**Extension.** What started the execution. Missing if it is unknown.
    #[serde(
        rename = "StartedBy",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "startedBy",
        alias = "started_by",
        alias = "startedby",
        alias = "STARTEDBY",
        alias = "Startedby",
        default,
        deserialize_with = "crate::enumeration::deserialize_optional"
    )]
    pub started_by: ::std::option::Option<crate::states::Starter>,
    #[serde(rename = "State", alias = "state", alias = "STATE")]
    pub state: crate::states::ExecutionState,
    ///The trigger id that started the execution; the nil guid if it was started from the application.
    #[serde(
        rename = "TriggerId",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "triggerId",
        alias = "trigger_id",
        alias = "triggerid",
        alias = "TRIGGERID",
        alias = "Triggerid",
        default,
        deserialize_with = "crate::id::deserialize_optional"
    )]
    pub trigger_id: ::std::option::Option<TriggerId>,
}
///One log line of an execution.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct JobExecutionLog {
    #[serde(
        rename = "Id",
        alias = "id",
        alias = "ID",
        default = "crate::id::nil",
        deserialize_with = "crate::id::deserialize_or_nil"
    )]
    pub id: LogId,
    #[serde(
        rename = "JobExecutionId",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "jobExecutionId",
        alias = "job_execution_id",
        alias = "jobexecutionid",
        alias = "JOBEXECUTIONID",
        alias = "Jobexecutionid",
        default,
        deserialize_with = "crate::id::deserialize_optional"
    )]
    pub job_execution_id: ::std::option::Option<ExecutionId>,
    ///The text of the line. It may be any text with several lines. Treat it as data, never as markup.
    #[serde(
        rename = "Message",
        alias = "message",
        alias = "MESSAGE",
        default,
        deserialize_with = "crate::decode::deserialize_null_as_default"
    )]
    pub message: ::std::string::String,
    #[serde(rename = "Severity", alias = "severity", alias = "SEVERITY")]
    pub severity: crate::states::Severity,
    ///The time when the line was written.
    #[serde(
        rename = "TimeStamp",
        alias = "timeStamp",
        alias = "time_stamp",
        alias = "timestamp",
        alias = "TIMESTAMP",
        alias = "Timestamp",
        default,
        deserialize_with = "crate::timestamp::deserialize_optional"
    )]
    pub time_stamp: ::std::option::Option<crate::timestamp::Timestamp>,
}
///Executions of one job, in unspecified order. Sort them by `CreateTime`.
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
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(#[serde(deserialize_with = "crate::id::deserialize")] pub ::uuid::Uuid);
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
///**Extension.** When a job starts by itself. Missing if it does not.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
pub struct JobSchedule {
    ///The names of the jobs after which this job runs, when each of them has completed.
    #[serde(
        rename = "After",
        alias = "after",
        alias = "AFTER",
        default,
        deserialize_with = "crate::decode::deserialize_texts"
    )]
    pub after: ::std::vec::Vec<::std::string::String>,
    ///The due times as a cron expression of five fields. Missing if the job only runs after other jobs.
    #[serde(
        rename = "Cron",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "cron",
        alias = "CRON",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub cron: ::std::option::Option<::std::string::String>,
    ///The next due time; missing if there is none.
    #[serde(
        rename = "NextDueTime",
        alias = "nextDueTime",
        alias = "next_due_time",
        alias = "nextduetime",
        alias = "NEXTDUETIME",
        alias = "Nextduetime",
        default,
        deserialize_with = "crate::timestamp::deserialize_optional"
    )]
    pub next_due_time: ::std::option::Option<crate::timestamp::Timestamp>,
    ///The IANA name of the time zone of the expression.
    #[serde(
        rename = "TimeZone",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "timeZone",
        alias = "time_zone",
        alias = "timezone",
        alias = "TIMEZONE",
        alias = "Timezone",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub time_zone: ::std::option::Option<::std::string::String>,
}
///The status of a job.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
pub struct JobStatus {
    #[serde(
        rename = "JobId",
        alias = "jobId",
        alias = "job_id",
        alias = "jobid",
        alias = "JOBID",
        alias = "Jobid"
    )]
    pub job_id: JobId,
    ///A message for users about the status.
    #[serde(
        rename = "Message",
        skip_serializing_if = "::std::option::Option::is_none",
        alias = "message",
        alias = "MESSAGE",
        default,
        deserialize_with = "crate::decode::deserialize_or_none"
    )]
    pub message: ::std::option::Option<::std::string::String>,
    #[serde(rename = "Status", alias = "status", alias = "STATUS")]
    pub status: crate::states::JobStatusCode,
}
///Identifies a log line.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(#[serde(deserialize_with = "crate::id::deserialize")] pub ::uuid::Uuid);
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
///The log lines that `get_job_logs` returns.
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
///Identifies one call of `execute_job` and the execution that it starts. It is the nil guid (`00000000-0000-0000-0000-000000000000`) if the execution was started from the application.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[derive(Copy, Eq, Hash, PartialOrd, Ord)]
pub struct TriggerId(
    #[serde(deserialize_with = "crate::id::deserialize")]
    pub ::uuid::Uuid,
);
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
impl JobExecution {
    ///The name of the field `job_execution_logs` in JSON, for clients that decode the array while it arrives.
    pub const JOB_EXECUTION_LOGS: &'static str = "JobExecutionLogs";
}
impl JobSchedule {
    ///The name of the field `after` in JSON, for clients that decode the array while it arrives.
    pub const AFTER: &'static str = "After";
}
