//! The alerts for Prometheus.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::Value;
use txjobs_test_support::{CommandOutput, promtool};

use crate::monitoring::{self, Monitoring};

#[tokio::test]
async fn failed_run_raises_the_alert() {
    let monitoring = Monitoring::start().await;
    assert_eq!(monitoring.gateway.run("Works").await["State"], 2);
    for organization in ["Contoso", "Relay"] {
        let labels = format!(r#"organization="{organization}", job_name="Works", outcome="completed""#);
        monitoring.wait_for(&format!("txjobs_runs_total{{{labels}}} == 1")).await;
    }
    assert_eq!(monitoring.firing("TxjobsRunFailed").await, [] as [Value; 0]);

    assert_eq!(monitoring.gateway.run("Fails").await["State"], 3);
    // The relay sees the same run as one of the service's jobs.
    let alerts = monitoring.wait_for_alerts("TxjobsRunFailed", 2).await;
    let summaries: BTreeSet<_> =
        alerts.iter().map(|alert| alert["annotations"]["summary"].as_str().unwrap()).collect();
    assert_eq!(
        summaries,
        BTreeSet::from(["A run of Fails of Contoso failed", "A run of Fails of Relay failed"]),
        "{alerts:?}"
    );
}

#[tokio::test]
async fn metrics_have_no_lint_problem() {
    let monitoring = Monitoring::start().await;
    monitoring.gateway.run("Works").await;
    for address in &monitoring.metrics {
        let text = monitoring.gateway.http().get(address).send().await.unwrap().text().await.unwrap();
        let mut check = promtool(&["check", "metrics"]);
        let mut check =
            check.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut check.stdin.take().unwrap(), text.as_bytes()).unwrap();
        let output = CommandOutput::from(check.wait_with_output().unwrap());
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{}", output.stdout);
    }
}

#[test]
fn rules_and_settings_are_valid() {
    let config = monitoring::path("prometheus.yml");
    CommandOutput::of(promtool(&["check", "config", "--lint-fatal"]).arg(config)).expect_success();
}

#[test]
fn unit_tests_of_the_rules_pass() {
    let tests = monitoring::path("alerts.test.yml");
    CommandOutput::of(promtool(&["test", "rules"]).arg(tests)).expect_success();
}

#[test]
fn each_alert_has_a_unit_test() {
    let rules: Value = yaml_serde::from_str(&monitoring::read("alerts.yml")).unwrap();
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let alerts: BTreeSet<_> = rules.map(|rule| rule["alert"].as_str().unwrap().to_owned()).collect();
    let tests: Value = yaml_serde::from_str(&monitoring::read("alerts.test.yml")).unwrap();
    let tests = tests["tests"].as_array().unwrap().iter();
    let expectations = tests.filter_map(|test| test["alert_rule_test"].as_array()).flatten();
    let firing = expectations.filter(|test| !test["exp_alerts"].as_array().unwrap().is_empty());
    let tested: BTreeSet<_> = firing.map(|test| test["alertname"].as_str().unwrap().to_owned()).collect();
    assert_eq!(alerts, tested);
}
