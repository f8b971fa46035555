//! What the collection does by itself: tests, and filling its variables. The code that Postman runs is in `scripts/`;
//! the names it works with come from the contract, as constants before it.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    collection::DOMAIN,
    shape::{promised, property_that_is},
    spec::{Operation, Spec, json_of},
};

const DOMAIN_JS: &str = include_str!("scripts/domain.js");
const ANNOUNCED_JS: &str = include_str!("scripts/announced.js");
const HOLES_JS: &str = include_str!("scripts/holes.js");
const ONLY_IF_ANNOUNCED_JS: &str = include_str!("scripts/only_if_announced.js");
const EXPECTED_JS: &str = include_str!("scripts/expected.js");
const FILL_FIRST_JS: &str = include_str!("scripts/fill_first.js");
const FILL_LAST_JS: &str = include_str!("scripts/fill_last.js");

/// The variables that answers fill.
const JOB: &str = "JobId";
const TRIGGER: &str = "TriggerId";

/// Around every request.
pub(super) fn of_all(spec: &Spec) -> Result<Value> {
    let before = script(&[("variable", DOMAIN.into())], &[DOMAIN_JS]);
    let after = script(&[("header", extensions_header(spec)?.into())], &[ANNOUNCED_JS]);
    Ok(json!([event("prerequest", before), event("test", after)]))
}

/// Around the request of one operation.
pub(super) fn of_one(spec: &Spec, operation: &Operation<'_>) -> Result<Value> {
    let mut events = Vec::new();
    let in_path = operation.parameters.iter().filter(|(_, parameter)| parameter["in"] == "path");
    let needed: Vec<_> = in_path.map(|(name, _)| *name).collect();
    if !needed.is_empty() {
        let mut constants = vec![("needed", json!(needed))];
        let mut pieces = Vec::new();
        if operation.is_extension {
            // An extension is announced by the last word of its path.
            let word = operation.path.rsplit('/').next().unwrap_or_default();
            constants.extend([("extension", word.into()), ("job", JOB.into())]);
            pieces.push(ONLY_IF_ANNOUNCED_JS);
        }
        pieces.push(HOLES_JS);
        events.push(event("prerequest", script(&constants, &pieces)));
    }

    let body = &success(spec, operation)?["schema"];
    let mut expected = vec![200];
    if operation.is_extension && operation.responses().any(|(status, _)| status == "409") {
        // The run may have ended by itself since; to execute, 409 is a failure: nothing was started.
        expected.push(409);
    }
    let mut constants = vec![("expected", json!(expected)), ("promised", promised(spec, body)?)];
    let mut pieces = vec![EXPECTED_JS];
    match operation.id {
        "list_jobs" => {
            constants.push(("variable", JOB.into()));
            constants.push(("property", property_that_is(spec, body, JOB)?.into()));
            pieces.push(FILL_FIRST_JS);
        }
        "execute_job" => {
            constants.push(("variable", TRIGGER.into()));
            constants.push(("property", property_that_is(spec, body, TRIGGER)?.into()));
            constants.push(("job", JOB.into()));
            pieces.push(FILL_LAST_JS);
        }
        _ => {}
    }
    events.push(event("test", script(&constants, &pieces)));
    Ok(events.into())
}

/// What a success of this operation carries.
pub(super) fn success<'a>(spec: &'a Spec, operation: &Operation<'a>) -> Result<&'a Value> {
    let (_, answer) = operation.responses().find(|(status, _)| *status == "200").context("no success")?;
    Ok(json_of(spec.resolve(answer)?))
}

/// The one response header of ours, as every success declares it.
fn extensions_header(spec: &Spec) -> Result<&str> {
    let operations = spec.operations()?;
    let answers = operations.iter().flat_map(Operation::responses);
    let mut names = answers.flat_map(|(_, answer)| answer["headers"].as_object().into_iter().flatten());
    let (name, _) = names.find(|(name, _)| name.starts_with("x-")).context("no header of ours")?;
    Ok(name)
}

fn event(listen: &str, lines: Vec<String>) -> Value {
    json!({ "listen": listen, "script": { "type": "text/javascript", "exec": lines } })
}

fn script(constants: &[(&str, Value)], pieces: &[&str]) -> Vec<String> {
    let constants = constants.iter().map(|(name, value)| format!("const {name} = {value};"));
    constants.chain(pieces.iter().flat_map(|piece| piece.lines().map(str::to_owned))).collect()
}
