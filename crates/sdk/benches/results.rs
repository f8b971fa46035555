//! Reads the results of finished benchmarks, to compute ratios.

/// Returns the median time of the last run of a benchmark, in nanoseconds.
pub(crate) fn read_median_nanos(name: &str) -> f64 {
    let root = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "../../target".to_owned());
    let file = format!("{root}/criterion/{name}/new/estimates.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let estimates: serde_json::Value = serde_json::from_str(&text).expect("the file is not JSON");
    estimates["median"]["point_estimate"].as_f64().expect("the file has no median")
}
