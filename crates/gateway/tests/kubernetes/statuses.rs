//! Statuses of pods, as Kubernetes writes them.

use serde_json::{Value, json};

fn container(state: Value) -> Value {
    json!([{ "name": "job", "image": "load:1", "imageID": "", "ready": false, "restartCount": 0, "state": state }])
}

pub fn running() -> Value {
    json!({ "phase": "Running", "containerStatuses": container(json!({ "running": {} })) })
}

pub fn waiting(reason: &str, message: &str) -> Value {
    let waiting = json!({ "waiting": { "reason": reason, "message": message } });
    json!({ "phase": "Pending", "containerStatuses": container(waiting) })
}

pub fn unschedulable(message: &str) -> Value {
    let condition =
        json!({ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message });
    json!({ "phase": "Pending", "conditions": [condition] })
}

pub fn terminated(code: i32, reason: &str) -> Value {
    let phase = if code == 0 { "Succeeded" } else { "Failed" };
    let terminated = json!({ "terminated": { "exitCode": code, "reason": reason } });
    json!({ "phase": phase, "containerStatuses": container(terminated) })
}

pub fn exited(code: i32) -> Value {
    terminated(code, if code == 0 { "Completed" } else { "Error" })
}

pub fn evicted() -> Value {
    let mut status = terminated(137, "Error");
    status["reason"] = json!("Evicted");
    status["message"] = json!("The node was low on resource: memory.");
    status
}

pub fn node_lost() -> Value {
    let mut status = terminated(137, "ContainerStatusUnknown");
    let message = "PodGC: node no longer exists";
    status["conditions"] = json!([{ "type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC", "message": message }]);
    status
}
