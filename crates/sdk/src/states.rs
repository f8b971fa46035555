//! The integer enumerations of the contract, generated, with their hand-written predicates.

include!(concat!(env!("OUT_DIR"), "/enums.rs"));

impl JobStatusCode {
    /// Returns whether the job is pending or running. Executing it again is then likely to fail with 409.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }
}

impl ExecutionState {
    /// Returns whether the execution has ended: 2 and above, also for unknown numbers.
    pub const fn is_final(self) -> bool {
        self.number() >= Self::Completed.number()
    }
}
