//! The integer enumerations of the contract, generated, and what they mean to a client.

include!(concat!(env!("OUT_DIR"), "/enums.rs"));

impl JobStatusCode {
    /// Whether the job is pending or running, so that executing it again is likely to be refused.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }
}

impl ExecutionState {
    /// Whether the execution has ended: 2 and above, also numbers that the contract does not name.
    pub const fn is_final(self) -> bool {
        self.number() >= Self::Completed.number()
    }
}
