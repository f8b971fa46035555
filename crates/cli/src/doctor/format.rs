//! Checks the format of the JSON: names, ids, numbers, times, and what the SDK had to repair.

use serde_json::json;

use super::{
    facts::{Counts, Facts, NO_TIME, NO_ZONE, UNREADABLE_TIME, USUAL_CASING, USUAL_ID, USUAL_NUMBER},
    finding::{Finding, Findings, Subject},
};

const SUBJECT: Subject = Subject::Format;
const OTHER_CLIENTS: &str =
    "txjobs and the console read it. A client that was generated from the contract may not.";

/// Adds the findings on the format. Adds nothing if no JSON was received. `has_job_names` is whether a report can omit the names of
/// all jobs, which may be names of unknown fields.
pub(crate) fn check(facts: &Facts, repaired: &[&'static str], has_job_names: bool, findings: &mut Findings) {
    if !facts.has_json {
        return;
    }
    findings.add(check_names(facts));
    if let Some(finding) = check_forms("ids", "Ids", &facts.id_forms, USUAL_ID) {
        findings.add(finding);
    }
    if let Some(finding) = check_forms("numbers", "Numbers", &facts.number_forms, USUAL_NUMBER) {
        findings.add(finding);
    }
    findings.add(check_unknown_numbers(facts));
    findings.add(check_times(facts));
    findings.add(check_fields(facts, has_job_names));
    findings.add(check_repairs(facts, repaired));
}

fn join(counts: &Counts) -> String {
    counts.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns whether no other form than `usual` occurs.
fn has_only(counts: &Counts, usual: &str) -> bool {
    counts.keys().all(|form| form == usual)
}

fn check_names(facts: &Facts) -> Finding {
    let casings = &facts.name_casings;
    let finding = if casings.is_empty() {
        Finding::skip(SUBJECT, "names", "Names of fields: no object was received.")
    } else if has_only(casings, USUAL_CASING) {
        Finding::pass(SUBJECT, "names", "Names of fields: PascalCase, as in the vendor's article.")
    } else {
        Finding::warn(
            SUBJECT,
            "names",
            format!("Names of fields: {}, unlike in the vendor's article.", join(casings)),
        )
        .advice(OTHER_CLIENTS)
    };
    finding.detail("Casings", json!(casings))
}

fn check_forms(name: &str, label: &str, forms: &Counts, usual: &str) -> Option<Finding> {
    let finding = if forms.is_empty() {
        return None;
    } else if has_only(forms, usual) {
        Finding::pass(SUBJECT, name, format!("{label}: {usual}."))
    } else {
        Finding::warn(SUBJECT, name, format!("{label}: {}.", join(forms).replace(", ", "; ")))
            .advice(OTHER_CLIENTS)
    };
    Some(finding.detail("Forms", json!(forms)))
}

fn check_unknown_numbers(facts: &Facts) -> Finding {
    let numbers = &facts.unknown_numbers;
    let finding = if numbers.is_empty() {
        Finding::pass(
            SUBJECT,
            "unknown_numbers",
            "All numbers of statuses, states, and severities are known.",
        )
    } else {
        Finding::warn(SUBJECT, "unknown_numbers", format!("Unknown numbers: {}.", join(numbers)))
            .advice("txjobs shows them as \"Unknown\". Report them with --report.")
    };
    finding.detail("Numbers", json!(numbers))
}

fn check_times(facts: &Facts) -> Finding {
    let zones = &facts.time_zones;
    let has = |zone: &str| zones.contains_key(zone);
    let finding = if zones.is_empty() {
        Finding::skip(SUBJECT, "times", "Times: none were received.")
    } else if has(UNREADABLE_TIME) {
        Finding::warn(SUBJECT, "times", "Times: some cannot be read.")
            .advice("txjobs shows such a time as missing. Report it with --report.")
    } else if has(NO_ZONE) {
        Finding::warn(SUBJECT, "times", "Times: no zone. txjobs reads them as UTC.")
            .advice("Compare the time of a run with your clock. If it differs by hours, the server sends local times.")
    } else if has(NO_TIME) {
        Finding::warn(SUBJECT, "times", "Times: some that the vendor's article has are null or empty.")
            .advice("txjobs shows such a time as missing.")
    } else {
        Finding::pass(SUBJECT, "times", format!("Times: {}.", join(zones)))
    };
    finding.detail("Zones", json!(zones)).detail("FractionDigits", json!(facts.fraction_digits))
}

fn check_fields(facts: &Facts, has_job_names: bool) -> Finding {
    let (unknown, missing) = (&facts.unknown_fields, &facts.missing_fields);
    let finding = if !missing.is_empty() {
        Finding::warn(SUBJECT, "fields", format!("Fields that the server omits: {}.", join(missing)))
            .advice("txjobs treats them as unknown.")
    } else if unknown.is_empty() {
        Finding::pass(SUBJECT, "fields", "Fields: as in the vendor's article.")
    } else {
        Finding::pass(
            SUBJECT,
            "fields",
            "Fields: all of the vendor's article, and more, which txjobs ignores.",
        )
    };
    let finding = finding.detail("Missing", json!(missing));
    match (unknown.is_empty(), has_job_names) {
        (true, _) => finding.detail("Unknown", json!(unknown)),
        (false, true) => finding.shown_detail("Unknown", json!(unknown)),
        (false, false) => finding.private_detail("Unknown", json!(unknown)),
    }
}

fn check_repairs(facts: &Facts, repaired: &[&'static str]) -> Finding {
    let mut repairs = Vec::new();
    let mut add = |is_needed: bool, text: &str| {
        if is_needed {
            repairs.push(text.to_owned());
        }
    };
    add(!repaired.is_empty(), "invalid characters, or fields that occur twice");
    add(!has_only(&facts.name_casings, USUAL_CASING), "names of fields in another casing");
    add(!has_only(&facts.id_forms, USUAL_ID), "ids in another form");
    add(!has_only(&facts.number_forms, USUAL_NUMBER), "numbers in another form");
    add(facts.time_zones.contains_key(NO_ZONE), "times without a zone, read as UTC");
    add(facts.time_zones.contains_key(UNREADABLE_TIME), "times that cannot be read");
    add(!facts.null_lists.is_empty(), "null instead of an empty list");
    add(!facts.other_types.is_empty(), "values of another type");
    let finding = if repairs.is_empty() {
        Finding::pass(SUBJECT, "repairs", "txjobs had to repair nothing.")
    } else {
        Finding::warn(SUBJECT, "repairs", format!("txjobs had to repair: {}.", repairs.join("; ")))
            .advice(OTHER_CLIENTS)
    };
    finding
        .detail("Repairs", json!(repairs))
        .detail("Operations", json!(repaired))
        .detail("OtherTypes", json!(facts.other_types))
        .detail("NullLists", json!(facts.null_lists))
}
