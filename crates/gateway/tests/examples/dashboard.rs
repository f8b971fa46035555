//! The dashboard for Grafana.

use serde_json::Value;
use txjobs_test_support::{CommandOutput, promtool};

use crate::monitoring::{self, Monitoring};

/// Values for Grafana's variables. A test reads the metrics every second.
const VARIABLES: [(&str, &str); 4] =
    [("$__rate_interval", "30s"), ("$__range", "1h"), ("$organization", "Contoso"), ("$job", "Works|Fails")];

fn dashboard() -> Value {
    serde_json::from_str(&monitoring::read("dashboard.json")).unwrap()
}

/// Returns the expressions of all panels, with values for the variables.
pub fn expressions() -> Vec<String> {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    targets
        .map(|target| {
            let expression = target["expr"].as_str().unwrap().to_owned();
            VARIABLES.iter().fold(expression, |text, (name, value)| text.replace(name, value))
        })
        .collect()
}

#[test]
fn expressions_are_valid() {
    let expressions = expressions();
    assert!(expressions.len() > 10, "{expressions:?}");
    let rules = expressions.iter().enumerate().map(|(number, expression)| {
        assert!(!expression.contains('$'), "a variable without a value: {expression}");
        serde_json::json!({ "record": format!("panel:{number}"), "expr": expression })
    });
    let rules = serde_json::json!({ "groups": [{ "name": "panels", "rules": rules.collect::<Vec<_>>() }] });
    let file = tempfile::NamedTempFile::new().unwrap();
    // YAML contains JSON.
    std::fs::write(file.path(), rules.to_string()).unwrap();
    CommandOutput::of(promtool(&["check", "rules"]).arg(file.path())).expect_success();
}

#[tokio::test]
async fn expressions_have_results() {
    let monitoring = Monitoring::start().await;
    monitoring.gateway.run("Works").await;
    monitoring.gateway.run("Fails").await;
    // Rates need two values of each series, also of those that appear with the first run.
    for name in [
        "txjobs_run_duration_seconds_count",
        "txjobs_http_requests_total",
        "txjobs_relay_upstream_requests_total",
    ] {
        monitoring.wait_for(&format!("min(count_over_time({name}[30s])) > 1")).await;
    }
    for expression in expressions() {
        let series = monitoring.prometheus.query(&expression).await;
        assert!(!series.is_empty(), "{expression}");
    }
}

#[test]
fn panels_have_an_own_id_and_do_not_overlap() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    let area = |panel: &Value| ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
    for (index, one) in panels.iter().enumerate() {
        let [x, y, w, h] = area(one);
        assert!(x + w <= 24, "{one}");
        for other in &panels[index + 1..] {
            let [other_x, other_y, other_w, other_h] = area(other);
            let is_apart =
                x + w <= other_x || other_x + other_w <= x || y + h <= other_y || other_y + other_h <= y;
            assert!(one["id"] != other["id"] && is_apart, "{} and {}", one["title"], other["title"]);
        }
    }
}
