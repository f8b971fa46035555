///The status of a job. It does not show how the last run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobStatusCode {
    ///0: The job does not run. The vendor's article calls the number "None" and shows it as "idle".
    Idle,
    ///1: The job is queued and the application has not started it yet.
    Pending,
    ///2: The application is executing the job.
    Running,
    /// A number that is not in the contract.
    Unknown(i64),
}
impl JobStatusCode {
    ///All values of `JobStatusCode` in the contract, in its order.
    pub const ALL: &'static [Self] = &[Self::Idle, Self::Pending, Self::Running];
    /// Returns the number in JSON.
    pub const fn number(self) -> i64 {
        match self {
            Self::Idle => 0i64,
            Self::Pending => 1i64,
            Self::Running => 2i64,
            Self::Unknown(number) => number,
        }
    }
    /// Returns the label for user interfaces, or `None` for a number that is not in the contract.
    pub const fn label(self) -> Option<&'static str> {
        match self {
            Self::Idle => Some("idle"),
            Self::Pending => Some("pending"),
            Self::Running => Some("running"),
            Self::Unknown(_) => None,
        }
    }
}
impl From<i64> for JobStatusCode {
    fn from(number: i64) -> Self {
        match number {
            0i64 => Self::Idle,
            1i64 => Self::Pending,
            2i64 => Self::Running,
            _ => Self::Unknown(number),
        }
    }
}
impl std::fmt::Display for JobStatusCode {
    /// Writes the label, or "Unknown (7)" for an unknown number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.label() {
            Some(label) => f.pad(label),
            None => f.pad(&format!("Unknown ({})", self.number())),
        }
    }
}
impl serde::Serialize for JobStatusCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}
impl<'de> serde::Deserialize<'de> for JobStatusCode {
    /// Decodes a number, a float, a number as text, or a name in any casing.
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        const NAMES: &[(&str, i64)] = &[
            ("Idle", 0i64),
            ("Pending", 1i64),
            ("Running", 2i64),
            ("None", 0i64),
        ];
        crate::enumeration::deserialize(deserializer, NAMES).map(Self::from)
    }
}
///The progress or the outcome of an execution. 2 and above are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExecutionState {
    ///-1: The state is unknown.
    None,
    ///0: The execution exists and has not started.
    Created,
    ///1: The execution is running.
    Running,
    ///2: The execution succeeded.
    Completed,
    ///3: The execution ended before its work was complete.
    Failed,
    ///4: The execution ran to its end and reported errors.
    CompletedWithErrors,
    ///5: The execution ran to its end and reported warnings.
    CompletedWithWarnings,
    /// A number that is not in the contract.
    Unknown(i64),
}
impl ExecutionState {
    ///All values of `ExecutionState` in the contract, in its order.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::Created,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::CompletedWithErrors,
        Self::CompletedWithWarnings,
    ];
    /// Returns the number in JSON.
    pub const fn number(self) -> i64 {
        match self {
            Self::None => -1i64,
            Self::Created => 0i64,
            Self::Running => 1i64,
            Self::Completed => 2i64,
            Self::Failed => 3i64,
            Self::CompletedWithErrors => 4i64,
            Self::CompletedWithWarnings => 5i64,
            Self::Unknown(number) => number,
        }
    }
    /// Returns the label for user interfaces, or `None` for a number that is not in the contract.
    pub const fn label(self) -> Option<&'static str> {
        match self {
            Self::None => Some("none"),
            Self::Created => Some("created"),
            Self::Running => Some("running"),
            Self::Completed => Some("completed"),
            Self::Failed => Some("failed"),
            Self::CompletedWithErrors => Some("completed with errors"),
            Self::CompletedWithWarnings => Some("completed with warnings"),
            Self::Unknown(_) => None,
        }
    }
}
impl From<i64> for ExecutionState {
    fn from(number: i64) -> Self {
        match number {
            -1i64 => Self::None,
            0i64 => Self::Created,
            1i64 => Self::Running,
            2i64 => Self::Completed,
            3i64 => Self::Failed,
            4i64 => Self::CompletedWithErrors,
            5i64 => Self::CompletedWithWarnings,
            _ => Self::Unknown(number),
        }
    }
}
impl std::fmt::Display for ExecutionState {
    /// Writes the label, or "Unknown (7)" for an unknown number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.label() {
            Some(label) => f.pad(label),
            None => f.pad(&format!("Unknown ({})", self.number())),
        }
    }
}
impl serde::Serialize for ExecutionState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}
impl<'de> serde::Deserialize<'de> for ExecutionState {
    /// Decodes a number, a float, a number as text, or a name in any casing.
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        const NAMES: &[(&str, i64)] = &[
            ("None", -1i64),
            ("Created", 0i64),
            ("Running", 1i64),
            ("Completed", 2i64),
            ("Failed", 3i64),
            ("CompletedWithErrors", 4i64),
            ("CompletedWithWarnings", 5i64),
        ];
        crate::enumeration::deserialize(deserializer, NAMES).map(Self::from)
    }
}
///The severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    ///0: The line informs about the progress.
    Information,
    ///1: The line is about something that may need attention.
    Warning,
    ///2: The line is about something that failed.
    Error,
    /// A number that is not in the contract.
    Unknown(i64),
}
impl Severity {
    ///All values of `Severity` in the contract, in its order.
    pub const ALL: &'static [Self] = &[Self::Information, Self::Warning, Self::Error];
    /// Returns the number in JSON.
    pub const fn number(self) -> i64 {
        match self {
            Self::Information => 0i64,
            Self::Warning => 1i64,
            Self::Error => 2i64,
            Self::Unknown(number) => number,
        }
    }
    /// Returns the label for user interfaces, or `None` for a number that is not in the contract.
    pub const fn label(self) -> Option<&'static str> {
        match self {
            Self::Information => Some("information"),
            Self::Warning => Some("warning"),
            Self::Error => Some("error"),
            Self::Unknown(_) => None,
        }
    }
}
impl From<i64> for Severity {
    fn from(number: i64) -> Self {
        match number {
            0i64 => Self::Information,
            1i64 => Self::Warning,
            2i64 => Self::Error,
            _ => Self::Unknown(number),
        }
    }
}
impl std::fmt::Display for Severity {
    /// Writes the label, or "Unknown (7)" for an unknown number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.label() {
            Some(label) => f.pad(label),
            None => f.pad(&format!("Unknown ({})", self.number())),
        }
    }
}
impl serde::Serialize for Severity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}
impl<'de> serde::Deserialize<'de> for Severity {
    /// Decodes a number, a float, a number as text, or a name in any casing.
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        const NAMES: &[(&str, i64)] = &[
            ("Information", 0i64),
            ("Warning", 1i64),
            ("Error", 2i64),
        ];
        crate::enumeration::deserialize(deserializer, NAMES).map(Self::from)
    }
}
///What started an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Starter {
    ///0: A call of `execute_job`.
    Api,
    ///1: A due time of the job's schedule.
    Schedule,
    ///2: The ends of other jobs, after which the job runs.
    Job,
    /// A number that is not in the contract.
    Unknown(i64),
}
impl Starter {
    ///All values of `Starter` in the contract, in its order.
    pub const ALL: &'static [Self] = &[Self::Api, Self::Schedule, Self::Job];
    /// Returns the number in JSON.
    pub const fn number(self) -> i64 {
        match self {
            Self::Api => 0i64,
            Self::Schedule => 1i64,
            Self::Job => 2i64,
            Self::Unknown(number) => number,
        }
    }
    /// Returns the label for user interfaces, or `None` for a number that is not in the contract.
    pub const fn label(self) -> Option<&'static str> {
        match self {
            Self::Api => Some("api"),
            Self::Schedule => Some("schedule"),
            Self::Job => Some("job"),
            Self::Unknown(_) => None,
        }
    }
}
impl From<i64> for Starter {
    fn from(number: i64) -> Self {
        match number {
            0i64 => Self::Api,
            1i64 => Self::Schedule,
            2i64 => Self::Job,
            _ => Self::Unknown(number),
        }
    }
}
impl std::fmt::Display for Starter {
    /// Writes the label, or "Unknown (7)" for an unknown number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.label() {
            Some(label) => f.pad(label),
            None => f.pad(&format!("Unknown ({})", self.number())),
        }
    }
}
impl serde::Serialize for Starter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}
impl<'de> serde::Deserialize<'de> for Starter {
    /// Decodes a number, a float, a number as text, or a name in any casing.
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        const NAMES: &[(&str, i64)] = &[
            ("Api", 0i64),
            ("Schedule", 1i64),
            ("Job", 2i64),
        ];
        crate::enumeration::deserialize(deserializer, NAMES).map(Self::from)
    }
}
