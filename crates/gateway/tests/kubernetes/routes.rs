//! The API server of the stand-in.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use k8s_openapi::api::batch::v1::Job;
use serde_json::{Value, json};

use crate::cluster::{Cluster, Fault, Kind, NAMESPACE, TOKEN};

type Parameters = Query<HashMap<String, String>>;

pub fn router(cluster: Cluster) -> Router {
    Router::new()
        .route("/apis/batch/v1/namespaces/{namespace}/jobs", post(create))
        .route("/apis/batch/v1/namespaces/{namespace}/jobs/{name}", get(get_job).delete(delete_job))
        .route("/api/v1/namespaces/{namespace}/pods", get(list_pods))
        .route("/api/v1/namespaces/{namespace}/pods/{name}/log", get(log))
        .route("/api/v1/namespaces/{namespace}/events", get(events))
        .layer(from_fn(authenticate))
        .with_state(cluster)
}

async fn authenticate(request: Request, next: Next) -> Response {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if header != Some(&format!("Bearer {TOKEN}")) {
        return status(401, "Unauthorized", "Unauthorized");
    }
    next.run(request).await
}

fn status(code: u16, reason: &str, message: &str) -> Response {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message,
    });
    (StatusCode::from_u16(code).unwrap(), Json(body)).into_response()
}

/// Sends the response, unless there is a fault.
async fn send(fault: Option<Fault>, respond: impl FnOnce() -> Response) -> Response {
    match fault {
        None | Some(Fault::CutAfter(_)) => respond(),
        Some(Fault::Respond(code, reason, message)) => status(code, reason, message),
        Some(Fault::Garbage(code, text)) => (StatusCode::from_u16(code).unwrap(), text).into_response(),
        Some(Fault::LoseResponse) => {
            respond();
            // Ends the task of the connection. Nothing is printed, as no panic hook runs.
            std::panic::resume_unwind(Box::new("the connection is closed"))
        }
        Some(Fault::Hold) => {
            respond();
            std::future::pending().await
        }
        Some(Fault::Delay) => panic!("only a request that creates can be delayed"),
    }
}

async fn create(
    State(cluster): State<Cluster>,
    Path(namespace): Path<String>,
    Query(parameters): Parameters,
    Json(object): Json<Value>,
) -> Response {
    assert_eq!(parameters["fieldValidation"], "Strict");
    let fault = cluster.receive(Kind::Create, namespace.clone());
    if let Some(Fault::Delay) = fault {
        // A task of its own goes on after the end of the connection, as an API server does.
        let late = async move {
            cluster.wait_for_release().await;
            created(&cluster, &namespace, object)
        };
        return tokio::spawn(late).await.unwrap();
    }
    send(fault, || created(&cluster, &namespace, object)).await
}

fn created(cluster: &Cluster, namespace: &str, object: Value) -> Response {
    if namespace != NAMESPACE {
        return status(404, "NotFound", &format!("namespaces \"{namespace}\" not found"));
    }
    let _: Job = serde_json::from_value(object.clone()).unwrap();
    let mut state = cluster.lock();
    let name = object["metadata"]["name"].as_str().unwrap().to_owned();
    if state.job.as_ref().is_some_and(|job| job["metadata"]["name"] == name.as_str()) {
        return status(409, "AlreadyExists", &format!("jobs.batch \"{name}\" already exists"));
    }
    state.created += 1;
    let mut job = object;
    job["metadata"]["uid"] = json!(format!("uid-{}", state.created));
    let mut pod = job["spec"]["template"].clone();
    pod["metadata"]["name"] = json!(format!("{name}-abcde"));
    pod["metadata"]["uid"] = json!("uid-of-the-pod");
    pod["status"] = state.first_status.clone();
    state.job = Some(job.clone());
    // Without a status, the pod is not created.
    state.pod = Some(pod).filter(|pod| !pod["status"].is_null());
    (StatusCode::CREATED, Json(job)).into_response()
}

async fn get_job(State(cluster): State<Cluster>, Path((_, name)): Path<(String, String)>) -> Response {
    let fault = cluster.receive(Kind::GetJob, name.clone());
    send(fault, || match named(&cluster, &name) {
        Some(job) => Json(job).into_response(),
        None => not_found(&name),
    })
    .await
}

async fn delete_job(
    State(cluster): State<Cluster>,
    Path((_, name)): Path<(String, String)>,
    Json(options): Json<Value>,
) -> Response {
    let fault = cluster.receive(Kind::DeleteJob, options["propagationPolicy"].as_str().unwrap().to_owned());
    send(fault, || {
        let Some(job) = named(&cluster, &name) else { return not_found(&name) };
        let uid = &options["preconditions"]["uid"];
        if !uid.is_null() && *uid != job["metadata"]["uid"] {
            return status(409, "Conflict", "the UID in the precondition does not match");
        }
        cluster.delete_job();
        Json(job).into_response()
    })
    .await
}

async fn list_pods(State(cluster): State<Cluster>, Query(parameters): Parameters) -> Response {
    let selector = parameters["labelSelector"].clone();
    let fault = cluster.receive(Kind::ListPods, selector.clone());
    send(fault, || {
        let (label, value) = selector.split_once('=').unwrap();
        let pods: Vec<_> = cluster
            .lock()
            .pod
            .iter()
            .filter(|pod| pod["metadata"]["labels"][label] == value)
            .cloned()
            .collect();
        Json(json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods })).into_response()
    })
    .await
}

async fn events(State(cluster): State<Cluster>, Query(parameters): Parameters) -> Response {
    let fault = cluster.receive(Kind::Events, parameters["fieldSelector"].clone());
    send(fault, || {
        let items = cluster.lock().events.clone();
        Json(json!({ "kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": items }))
            .into_response()
    })
    .await
}

async fn log(
    State(cluster): State<Cluster>,
    Path((_, pod)): Path<(String, String)>,
    Query(parameters): Parameters,
) -> Response {
    let since = parameters.get("sinceTime").cloned().unwrap_or_default();
    let fault = cluster.receive(Kind::Log, since.clone());
    let cut = match &fault {
        Some(Fault::CutAfter(bytes)) => Some(*bytes),
        _ => None,
    };
    send(fault, || {
        assert_eq!((parameters["timestamps"].as_str(), parameters["container"].as_str()), ("true", "job"));
        if cluster.lock().pod.as_ref().is_none_or(|one| one["metadata"]["name"] != pod.as_str()) {
            return status(404, "NotFound", &format!("pods \"{pod}\" not found"));
        }
        log_body(cluster, &since, parameters["follow"] == "true", cut).into_response()
    })
    .await
}

/// Returns the lines since a time, and with `is_followed` those that follow until the log ends. Cuts the connection after this number
/// of bytes.
fn log_body(cluster: Cluster, since: &str, is_followed: bool, mut cut: Option<usize>) -> Body {
    // All times have the same form, so that they are ordered as texts. A time without a fraction is earlier than one with.
    let since = since.trim_end_matches('Z').to_owned();
    let mut changes = cluster.changes();
    let stream = async_stream(move |sender| async move {
        let mut index = 0;
        loop {
            changes.mark_unchanged();
            let (lines, has_ended) = {
                let state = cluster.lock();
                (state.lines[index..].to_vec(), state.has_log_ended || !is_followed)
            };
            index += lines.len();
            for line in lines.iter().filter(|line| line.as_str() >= since.as_str()) {
                let rest = cut.unwrap_or(usize::MAX);
                let part = &line.as_bytes()[..line.len().min(rest)];
                if sender.send(Ok(Bytes::copy_from_slice(part))).await.is_err() {
                    return;
                }
                if part.len() < line.len() {
                    let _ = sender.send(Err(std::io::Error::other("cut off"))).await;
                    return;
                }
                cut = cut.map(|rest| rest - part.len());
            }
            if has_ended || changes.changed().await.is_err() {
                return;
            }
        }
    });
    Body::from_stream(stream)
}

/// Returns the stream of what a task sends.
fn async_stream<F: Future<Output = ()> + Send + 'static>(
    produce: impl FnOnce(tokio::sync::mpsc::Sender<std::io::Result<Bytes>>) -> F,
) -> impl futures::Stream<Item = std::io::Result<Bytes>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(produce(sender));
    futures::stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) })
}

fn named(cluster: &Cluster, name: &str) -> Option<Value> {
    cluster.lock().job.clone().filter(|job| job["metadata"]["name"] == name)
}

fn not_found(name: &str) -> Response {
    status(404, "NotFound", &format!("jobs.batch \"{name}\" not found"))
}
