//! The fault rules in force.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use serde::Serialize;

use super::rule::Rule;
use super::selected::SelectedFaults;
use crate::operation::OperationCall;

/// The most rules that can be in force.
pub const MAX_RULES: usize = 1000;

/// The rules in force, in their order. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct FaultRules(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    rules: Vec<ActiveRule>,
}

/// A rule in force.
#[derive(Clone, Debug, Serialize)]
pub struct ActiveRule {
    /// The id.
    pub id: u64,
    #[serde(flatten)]
    rule: Rule,
    /// The number of requests that matched.
    matched: u64,
    /// The number of requests that it affected.
    applied: u64,
    /// A generator for this rule only, so that the rule affects the same requests whatever other rules exist.
    #[serde(skip)]
    rng: Rng,
}

impl FaultRules {
    /// Adds a rule after the others. Returns `None` if there are too many.
    pub fn add(&self, rule: Rule) -> Option<ActiveRule> {
        let mut state = self.state();
        if state.rules.len() == MAX_RULES {
            return None;
        }
        state.last_id += 1;
        let id = state.last_id;
        let rule = ActiveRule { id, rule, matched: 0, applied: 0, rng: Rng::with_seed(id) };
        state.rules.push(rule.clone());
        Some(rule)
    }

    /// Returns all rules in their order.
    pub fn list(&self) -> Vec<ActiveRule> {
        self.state().rules.clone()
    }

    /// Returns a rule.
    pub fn get(&self, id: u64) -> Option<ActiveRule> {
        self.state().rules.iter().find(|rule| rule.id == id).cloned()
    }

    /// Removes a rule. Returns false if there is no such rule.
    pub fn remove(&self, id: u64) -> bool {
        let mut state = self.state();
        let before = state.rules.len();
        state.rules.retain(|rule| rule.id != id);
        state.rules.len() < before
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.state().rules.clear();
    }

    /// Selects the faults of a request.
    pub fn select_faults(&self, call: &OperationCall) -> SelectedFaults {
        let mut state = self.state();
        let matching = state.rules.iter_mut().filter(|rule| rule.rule.matches(call));
        let selected = matching.filter_map(|rule| rule.select().then(|| (rule.id, rule.rule.effect.clone())));
        SelectedFaults::new(selected.collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ActiveRule {
    /// Counts a matching request, and returns whether the rule affects it.
    fn select(&mut self) -> bool {
        self.matched += 1;
        let is_used_up = self.rule.count.is_some_and(|count| self.applied >= u64::from(count));
        if self.matched <= u64::from(self.rule.skip) || is_used_up {
            return false;
        }
        // A number from 0 (inclusive) to 1 (exclusive).
        let is_selected = self.rng.f64() < self.rule.probability;
        self.applied += u64::from(is_selected);
        is_selected
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

    fn call(path: &str) -> OperationCall {
        OperationCall::parse(&Method::GET, path).unwrap()
    }

    #[test]
    fn rule_affects_count_requests_after_those_that_it_skips() {
        let rules = FaultRules::default();
        let reset = json!({ "kind": "reset" });
        rules.add(rule(json!({ "operation": "list_jobs", "skip": 1, "count": 2, "effect": reset }))).unwrap();
        let affected: Vec<_> =
            (0..5).map(|_| rules.select_faults(&call("/public/jobs")).ids().count()).collect();
        assert_eq!(affected, [0, 1, 1, 0, 0]);
        assert_eq!(rules.select_faults(&call("/public/jobs/status")).ids().count(), 0);
        let fault = serde_json::to_value(rules.get(1).unwrap()).unwrap();
        assert_eq!((&fault["matched"], &fault["applied"]), (&json!(5), &json!(2)));
        assert!(rules.remove(1) && !rules.remove(1));
    }

    #[test]
    fn probability_is_deterministic_and_about_right() {
        let affected = |probability: f64| -> Vec<usize> {
            let rules = FaultRules::default();
            rules.add(rule(json!({ "probability": probability, "effect": { "kind": "reset" } }))).unwrap();
            (0..1000).map(|_| rules.select_faults(&call("/public/jobs")).ids().count()).collect()
        };
        assert_eq!(affected(0.25), affected(0.25));
        let often: usize = affected(0.25).iter().sum();
        assert!((200..300).contains(&often), "{often}");
        assert_eq!((affected(0.0).iter().sum::<usize>(), affected(1.0).iter().sum::<usize>()), (0, 1000));
    }
}
