//! What Kubernetes reports about a pod.

use k8s_openapi::api::core::v1::{
    ContainerState, ContainerStateTerminated, ContainerStatus, Pod, PodCondition,
};

use super::cluster::excerpt;

/// Reasons of containers that are waiting without a problem.
const ORDINARY_REASONS: [&str; 2] = ["ContainerCreating", "PodInitializing"];
/// Reasons that a pod does not get over.
const FINAL_REASONS: [&str; 2] = ["ErrImageNeverPull", "InvalidImageName"];

/// Why a pod does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartProblem {
    /// The reason as a word, which stays the same while the text may change.
    pub reason: String,
    /// A sentence.
    pub text: String,
    /// Whether the pod can never start.
    pub is_final: bool,
    /// Whether the pod has a node, so that only the node or its image registry can solve it.
    pub is_scheduled: bool,
}

/// A pod, as it was last seen.
#[derive(Clone, Debug)]
pub(super) struct PodReport {
    pod: Pod,
    container: String,
}

impl PodReport {
    pub fn new(pod: Pod, container: &str) -> Self {
        Self { pod, container: container.to_owned() }
    }

    pub fn name(&self) -> &str {
        self.pod.metadata.name.as_deref().unwrap_or_default()
    }

    pub fn uid(&self) -> &str {
        self.pod.metadata.uid.as_deref().unwrap_or_default()
    }

    /// Returns whether the container has a log.
    pub fn has_log(&self) -> bool {
        self.state().is_some_and(|state| state.running.is_some() || state.terminated.is_some())
    }

    /// Returns whether the pod has ended, so that its log is complete.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase(), "Succeeded" | "Failed") || self.terminated().is_some()
    }

    /// Returns whether a container has started, also one that prepares the pod.
    pub fn has_started(&self) -> bool {
        self.phase() != "Pending"
            || self.statuses().any(|one| one.state.as_ref().is_some_and(|s| s.running.is_some()))
    }

    /// Returns why the pod does not start, if Kubernetes reports a problem.
    pub fn start_problem(&self) -> Option<StartProblem> {
        for one in self.statuses() {
            let Some(waiting) = one.state.as_ref().and_then(|state| state.waiting.as_ref()) else { continue };
            let reason = waiting.reason.as_deref().unwrap_or_default();
            if reason.is_empty() || ORDINARY_REASONS.contains(&reason) {
                continue;
            }
            let detail = with_colon(waiting.message.as_deref());
            let text = format!(
                "The container {:?} of the pod {} cannot start: {reason}{detail}.",
                one.name,
                self.name()
            );
            let is_final = FINAL_REASONS.contains(&reason);
            return Some(StartProblem { reason: reason.to_owned(), text, is_final, is_scheduled: true });
        }
        let condition = self.condition("PodScheduled").filter(|condition| condition.status == "False")?;
        let reason = condition.reason.clone().unwrap_or_else(|| "Unschedulable".to_owned());
        let detail = with_colon(condition.message.as_deref());
        let text = format!("The pod {} has no node: {reason}{detail}.", self.name());
        Some(StartProblem { reason, text, is_final: false, is_scheduled: false })
    }

    /// Returns why Kubernetes ended the pod, if it did and not the program.
    pub fn ended_by_kubernetes(&self) -> Option<String> {
        let status = self.pod.status.as_ref()?;
        if let Some(reason) = status.reason.as_deref().filter(|reason| !reason.is_empty()) {
            let detail = with_colon(status.message.as_deref());
            return Some(format!("Kubernetes ended the pod {}: {reason}{detail}.", self.name()));
        }
        let condition = self.condition("DisruptionTarget").filter(|condition| condition.status == "True")?;
        let reason = condition.reason.as_deref().unwrap_or("a disruption");
        let detail = with_colon(condition.message.as_deref());
        Some(format!("Kubernetes ended the pod {}: {reason}{detail}.", self.name()))
    }

    /// Returns the exit code of the container, if the program itself decided it.
    pub fn exit_code(&self) -> Option<i32> {
        let terminated = self.terminated()?;
        let is_own = !matches!(
            terminated.reason.as_deref(),
            Some("OOMKilled" | "ContainerCannotRun" | "StartError" | "ContainerStatusUnknown")
        );
        is_own.then_some(terminated.exit_code)
    }

    /// Describes a container that failed, as a sentence.
    pub fn failed_container(&self) -> Option<String> {
        let main = self.terminated().map(|terminated| (self.container.as_str(), terminated));
        let main = main.filter(|(_, terminated)| terminated.exit_code != 0);
        let any = self.statuses().find_map(|one| {
            let terminated = one.state.as_ref()?.terminated.as_ref()?;
            (terminated.exit_code != 0).then_some((one.name.as_str(), terminated))
        });
        let (name, terminated) = main.or(any)?;
        let (code, detail) = (terminated.exit_code, with_colon(terminated.message.as_deref()));
        Some(match terminated.reason.as_deref().unwrap_or_default() {
            "OOMKilled" => format!(
                "The container {name:?} used more memory than its limit and was killed (OOMKilled, exit code {code}). Raise its limit."
            ),
            "Error" | "Completed" | "" => format!("The container {name:?} exited with code {code}{detail}."),
            reason => format!("The container {name:?} failed with exit code {code}: {reason}{detail}."),
        })
    }

    fn terminated(&self) -> Option<&ContainerStateTerminated> {
        self.state()?.terminated.as_ref()
    }

    fn state(&self) -> Option<&ContainerState> {
        let list = self.pod.status.as_ref()?.container_statuses.as_deref().unwrap_or_default();
        list.iter().find(|one| one.name == self.container)?.state.as_ref()
    }

    fn phase(&self) -> &str {
        self.pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or("Pending")
    }

    /// Returns the containers that prepare the pod, and then the others.
    fn statuses(&self) -> impl Iterator<Item = &ContainerStatus> {
        let status = self.pod.status.as_ref();
        let first = status.and_then(|status| status.init_container_statuses.as_deref()).unwrap_or_default();
        let others = status.and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
        first.iter().chain(others)
    }

    fn condition(&self, name: &str) -> Option<&PodCondition> {
        self.pod.status.as_ref()?.conditions.as_deref()?.iter().find(|condition| condition.type_ == name)
    }
}

/// Returns the message with a colon before it, or nothing.
fn with_colon(message: Option<&str>) -> String {
    let text = excerpt(message.unwrap_or_default());
    if text.is_empty() { text } else { format!(": {text}") }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report(status: Value) -> PodReport {
        let pod = json!({ "metadata": { "name": "p" }, "status": status });
        PodReport::new(serde_json::from_value(pod).unwrap(), "job")
    }

    fn container(state: Value) -> Value {
        json!([{ "name": "job", "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": state }])
    }

    #[test]
    fn problems_of_the_start_have_the_reason_of_kubernetes() {
        let state =
            json!({ "waiting": { "reason": "ImagePullBackOff", "message": "Back-off pulling \"x\".\n" } });
        let pod = report(json!({ "phase": "Pending", "containerStatuses": container(state) }));
        let problem = pod.start_problem().unwrap();
        assert_eq!(
            problem.text,
            "The container \"job\" of the pod p cannot start: ImagePullBackOff: Back-off pulling \"x\"."
        );
        assert!(!problem.is_final && problem.is_scheduled && !pod.has_started());
        let state = json!({ "waiting": { "reason": "ContainerCreating" } });
        assert_eq!(report(json!({ "containerStatuses": container(state) })).start_problem(), None);
        let condition = json!([{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes" }]);
        let problem = report(json!({ "conditions": condition })).start_problem().unwrap();
        assert_eq!(problem.text, "The pod p has no node: Unschedulable: 0/3 nodes.");
    }

    #[test]
    fn ends_have_the_reason_of_kubernetes() {
        let evicted = report(json!({ "phase": "Failed", "reason": "Evicted", "message": "low on memory" }));
        assert_eq!(
            evicted.ended_by_kubernetes().unwrap(),
            "Kubernetes ended the pod p: Evicted: low on memory."
        );
        let condition = json!([{ "type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC", "message": "node is gone" }]);
        let lost = report(json!({ "phase": "Failed", "conditions": condition }));
        assert_eq!(
            lost.ended_by_kubernetes().unwrap(),
            "Kubernetes ended the pod p: DeletionByPodGC: node is gone."
        );
        let state = json!({ "terminated": { "exitCode": 137, "reason": "OOMKilled" } });
        let killed = report(json!({ "phase": "Failed", "containerStatuses": container(state) }));
        assert_eq!(killed.exit_code(), None);
        assert!(killed.failed_container().unwrap().contains("OOMKilled"));
        let state = json!({ "terminated": { "exitCode": 3, "reason": "Error" } });
        let failed = report(json!({ "phase": "Failed", "containerStatuses": container(state) }));
        assert_eq!(failed.failed_container().unwrap(), "The container \"job\" exited with code 3.");
        assert_eq!(failed.exit_code(), Some(3));
    }
}
