//! The names of metrics in expressions.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::dashboard;
use crate::monitoring::{self, Monitoring};

/// A name that `job-ages.yml` records.
const RECORDED: &str = "txjobs:job_max_age_seconds";

/// Returns the names that an expression reads.
fn names(expression: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\btxjobs[_:][a-z0-9_:]+").unwrap();
    name.find_iter(expression).map(|found| found.as_str().to_owned()).collect()
}

/// Returns the expressions of the rules.
fn rule_expressions() -> Vec<String> {
    let mut expressions = Vec::new();
    for file in ["alerts.yml", "job-ages.yml"] {
        let rules: Value = yaml_serde::from_str(&monitoring::read(file)).unwrap();
        for group in rules["groups"].as_array().unwrap() {
            let rules = group["rules"].as_array().unwrap().iter();
            expressions.extend(rules.map(|rule| rule["expr"].as_str().unwrap().to_owned()));
        }
    }
    expressions
}

#[tokio::test]
async fn rules_and_dashboard_read_what_the_gateway_exports() {
    let monitoring = Monitoring::start().await;
    monitoring.gateway.run("Works").await;
    monitoring.wait_for(r#"txjobs_runs_total{job_name="Works", outcome="completed"} == 1"#).await;
    let series = monitoring.prometheus.query(r#"{__name__=~"txjobs_.*"}"#).await;
    let exported: BTreeSet<_> =
        series.iter().map(|series| series["metric"]["__name__"].as_str().unwrap().to_owned()).collect();
    let expressions = [rule_expressions(), dashboard::expressions()].concat();
    let used: BTreeSet<_> = expressions.iter().flat_map(|expression| names(expression)).collect();
    assert!(used.contains("txjobs_runs_total") && used.contains(RECORDED), "{used:?}");
    let is_exported = |name: &&String| exported.contains(*name) || *name == RECORDED;
    let unknown: Vec<_> = used.iter().filter(|name| !is_exported(name)).collect();
    assert_eq!(unknown, [] as [&String; 0], "{exported:?}");
}
