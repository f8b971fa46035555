//! Rules that make requests go wrong.

mod apply;
mod body;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use fastrand::Rng;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use txjobs_sdk::paths;
use uuid::Uuid;

use super::error_body::{ErrorBody, has_no_body};
use super::operation::{Asked, Operation};
use super::retry_after::RetryAfterForm;
use super::span::Span;
use super::{some, within};
use crate::contract::guid;

pub use apply::Drawn;

/// So many rules are in force at most.
pub const MOST: usize = 1000;
const LARGEST: u32 = 1_000_000;

/// The rules, in their order. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Rules>>);

#[derive(Debug, Default)]
struct Rules {
    last: u64,
    rules: Vec<Fault>,
}

/// A rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Only requests of this operation.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    operation: Option<Operation>,
    /// Only requests that name this job.
    #[serde(default, deserialize_with = "one_guid", skip_serializing_if = "Option::is_none")]
    job: Option<Uuid>,
    /// So many that fit pass first.
    #[serde(default)]
    skip: u32,
    /// It takes part so many times.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// How often it takes part in what fits.
    #[serde(default = "always")]
    probability: f64,
    effect: Effect,
}

/// A rule in force.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// Its number.
    pub id: u64,
    #[serde(flatten)]
    rule: Rule,
    /// How many requests it was about.
    fitted: u64,
    /// In how many of them it took part.
    applied: u64,
    /// Its own, so that it goes the same way whatever other rules do.
    #[serde(skip)]
    chance: Rng,
}

/// What becomes of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Effect {
    /// A status in place of the gateway's answer.
    Status {
        /// The status.
        status: u16,
        /// Its body; by default what the profile says.
        #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
        body: Option<ErrorBody>,
        /// When to come again.
        #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
    },
    /// The first byte comes later.
    Delay {
        /// So much later.
        delay: Span,
    },
    /// The body comes slowly.
    Drip {
        /// At this speed.
        bytes_per_second: u32,
    },
    /// The connection ends in the middle of the body.
    CutOff {
        /// After so many bytes.
        after: u32,
    },
    /// The body ends early, with a `Content-Length` that matches.
    Truncate {
        /// After so many bytes.
        after: u32,
    },
    /// The connection is reset.
    Reset {},
    /// Elsewhere.
    Redirect {
        /// With this status.
        #[serde(default = "temporary")]
        status: u16,
        /// Where to.
        location: String,
    },
    /// Done, and answered by a proxy that did not get the answer.
    LoseAnswer {
        /// The proxy's body; by default what the profile says.
        #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
        body: Option<ErrorBody>,
    },
    /// An execute is accepted, and its run never exists.
    LoseRun {
        /// How long the job is pending before it is idle again.
        #[serde(default)]
        pending: Span,
    },
}

/// When to come again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryAfter {
    seconds: u32,
    #[serde(default)]
    form: RetryAfterForm,
}

/// Deserializes a guid in the contract's form.
fn one_guid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let id = guid(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no id of a job")))?;
    Ok(Some(id))
}

fn always() -> f64 {
    1.0
}

fn temporary() -> u16 {
    307
}

impl Rule {
    /// Whether its numbers are such that it can be in force.
    ///
    /// # Errors
    ///
    /// A sentence that names the field.
    pub fn check(&self) -> Result<(), String> {
        within("skip", self.skip <= LARGEST, "from 0 to 1000000")?;
        within("count", self.count.is_none_or(|n| (1..=LARGEST).contains(&n)), "from 1 to 1000000")?;
        within("probability", (0.0..=1.0).contains(&self.probability), "from 0 to 1")?;
        match &self.effect {
            Effect::Status { status, retry_after, body } => {
                within("status", (200..=599).contains(status), "from 200 to 599")?;
                let has_body = body.is_some_and(|body| body != ErrorBody::Empty);
                let takes_none = StatusCode::from_u16(*status).is_ok_and(has_no_body);
                within(
                    "body",
                    !(has_body && takes_none),
                    "left out: a status of 204, 205 or 304 has no body",
                )?;
                let wait = retry_after.is_none_or(|wait| wait.seconds <= 86_400);
                within("seconds", wait, "from 0 to 86400")
            }
            Effect::Drip { bytes_per_second } => {
                within("bytesPerSecond", (1..=100_000_000).contains(bytes_per_second), "from 1 to 100000000")
            }
            Effect::CutOff { after } | Effect::Truncate { after } => {
                within("after", *after <= 1_000_000_000, "from 0 to 1000000000")
            }
            Effect::Redirect { status, location } => {
                within("status", [301, 302, 303, 307, 308].contains(status), "301, 302, 303, 307 or 308")?;
                let is_visible = location.bytes().all(|byte| byte.is_ascii_graphic());
                within("location", is_visible && (1..=2000).contains(&location.len()), "a path or an address")
            }
            Effect::LoseRun { .. } => {
                let is_execute = self.operation.is_none_or(|operation| operation.is(&paths::EXECUTE_JOB));
                within("operation", is_execute, "execute_job, or left out: nothing else starts a run")
            }
            Effect::Delay { .. } | Effect::Reset {} | Effect::LoseAnswer { .. } => Ok(()),
        }
    }

    fn fits(&self, asked: &Asked) -> bool {
        self.operation.is_none_or(|operation| operation == asked.operation)
            && self.job.is_none_or(|job| asked.job == Some(job))
            && (asked.operation.is(&paths::EXECUTE_JOB) || !matches!(self.effect, Effect::LoseRun { .. }))
    }
}

impl Faults {
    /// Adds a rule behind the others; `None` if there are too many.
    pub fn add(&self, rule: Rule) -> Option<Fault> {
        let mut all = self.all();
        if all.rules.len() == MOST {
            return None;
        }
        all.last += 1;
        let id = all.last;
        let fault = Fault { id, rule, fitted: 0, applied: 0, chance: Rng::with_seed(id) };
        all.rules.push(fault.clone());
        Some(fault)
    }

    /// Every rule, in their order.
    pub fn list(&self) -> Vec<Fault> {
        self.all().rules.clone()
    }

    /// One rule.
    pub fn get(&self, id: u64) -> Option<Fault> {
        self.all().rules.iter().find(|fault| fault.id == id).cloned()
    }

    /// Takes a rule away; false if there is none of this number.
    pub fn remove(&self, id: u64) -> bool {
        let mut all = self.all();
        let before = all.rules.len();
        all.rules.retain(|fault| fault.id != id);
        all.rules.len() < before
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.all().rules.clear();
    }

    /// The rules that take part in this request.
    pub fn draw(&self, asked: &Asked) -> Drawn {
        let mut all = self.all();
        let fitting = all.rules.iter_mut().filter(|fault| fault.rule.fits(asked));
        Drawn::of(
            fitting.filter_map(|fault| fault.turn().then(|| (fault.id, fault.rule.effect.clone()))).collect(),
        )
    }

    fn all(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    /// Whether it takes part in a request that fits.
    fn turn(&mut self) -> bool {
        self.fitted += 1;
        let is_used_up = self.rule.count.is_some_and(|count| self.applied >= u64::from(count));
        if self.fitted <= u64::from(self.rule.skip) || is_used_up {
            return false;
        }
        // A draw below 1 is always below 1, and never below 0.
        let turn = self.chance.f64() < self.rule.probability;
        self.applied += u64::from(turn);
        turn
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use super::*;

    fn rule(value: serde_json::Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    fn asked(path: &str) -> Asked {
        Asked::of(&Method::GET, path).unwrap()
    }

    #[test]
    fn a_rule_has_its_turns() {
        let faults = Faults::default();
        let reset = json!({ "kind": "reset" });
        faults
            .add(rule(json!({ "operation": "list_jobs", "skip": 1, "count": 2, "effect": reset })))
            .unwrap();
        let turns: Vec<_> = (0..5).map(|_| faults.draw(&asked("/public/jobs")).ids().count()).collect();
        assert_eq!(turns, [0, 1, 1, 0, 0]);
        assert_eq!(faults.draw(&asked("/public/jobs/status")).ids().count(), 0);
        let fault = serde_json::to_value(faults.get(1).unwrap()).unwrap();
        assert_eq!((&fault["fitted"], &fault["applied"]), (&json!(5), &json!(2)));
        assert!(faults.remove(1) && !faults.remove(1));
    }

    #[test]
    fn chance_is_the_same_each_time_and_about_as_often_as_asked() {
        let turns = |probability: f64| -> Vec<usize> {
            let faults = Faults::default();
            faults.add(rule(json!({ "probability": probability, "effect": { "kind": "reset" } }))).unwrap();
            (0..1000).map(|_| faults.draw(&asked("/public/jobs")).ids().count()).collect()
        };
        assert_eq!(turns(0.25), turns(0.25));
        let often: usize = turns(0.25).iter().sum();
        assert!((200..300).contains(&often), "{often}");
        assert_eq!((turns(0.0).iter().sum::<usize>(), turns(1.0).iter().sum::<usize>()), (0, 1000));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (effect, name) in [
            (json!({ "kind": "status", "status": 199 }), "status"),
            (json!({ "kind": "status", "status": 429, "retryAfter": { "seconds": 86_401 } }), "seconds"),
            (json!({ "kind": "drip", "bytesPerSecond": 0 }), "bytesPerSecond"),
            (json!({ "kind": "redirect", "location": "/\n" }), "location"),
            (json!({ "kind": "redirect", "location": "/", "status": 304 }), "status"),
            (json!({ "kind": "redirect", "location": "/\r\nset-cookie: a=b" }), "location"),
            (json!({ "kind": "status", "status": 1000 }), "status"),
            (json!({ "kind": "status", "status": 0 }), "status"),
            (json!({ "kind": "status", "status": 100 }), "status"),
            (json!({ "kind": "status", "status": 204, "body": "message" }), "body"),
            (json!({ "kind": "status", "status": 205, "body": "plain" }), "body"),
            (json!({ "kind": "status", "status": 304, "body": "html" }), "body"),
            (json!({ "kind": "cutOff", "after": 1_000_000_001 }), "after"),
        ] {
            let problem = rule(json!({ "effect": effect })).check().unwrap_err();
            assert!(problem.starts_with(name), "{problem}");
        }
        assert!(
            rule(json!({ "effect": { "kind": "status", "status": 204, "body": "empty" } })).check().is_ok()
        );
        assert!(rule(json!({ "count": 0, "effect": { "kind": "reset" } })).check().is_err());
        let lost = rule(json!({ "operation": "list_jobs", "effect": { "kind": "loseRun" } }));
        assert!(lost.check().unwrap_err().starts_with("operation"));
        for wrong in [
            json!({}),
            json!({ "effect": { "kind": "reset", "after": 1 } }),
            json!({ "effect": { "kind": "explode" } }),
            json!({ "operation": "delete_job", "effect": { "kind": "reset" } }),
            json!({ "operation": null, "effect": { "kind": "reset" } }),
            json!({ "job": "{11111111-1111-4111-8111-111111111111}", "effect": { "kind": "reset" } }),
            json!({ "job": "11111111111141118111111111111111", "effect": { "kind": "reset" } }),
            json!({ "effect": { "kind": "delay", "delay": "1000d" } }),
            json!({ "effect": { "kind": "delay", "delay": "-1s" } }),
        ] {
            assert!(serde_json::from_value::<Rule>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
