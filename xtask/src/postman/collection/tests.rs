use super::*;

fn made() -> Result<Value> {
    // A test runs in its crate's folder, the commands in the repository's.
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml"))?;
    collection(&Spec::of(yaml_serde::from_str(&text)?))
}

/// The requests, with those in folders.
fn requests(collection: &Value) -> Vec<&Value> {
    let items = collection["item"].as_array().into_iter().flatten();
    items
        .flat_map(|item| item["item"].as_array().map_or(vec![item], |inner| inner.iter().collect()))
        .collect()
}

#[test]
fn the_vendor_s_four_variables_and_no_key() -> Result<()> {
    let collection = made()?;
    let variables = collection["variable"].as_array().context("variables")?;
    let pairs: Vec<_> = variables.iter().map(|v| [&v["key"], &v["value"]]).collect();
    let expected = [["apiKey", ""], ["JobId", ""], ["TriggerId", ""], ["Domain", "http://127.0.0.1:8400"]];
    assert_eq!(json!(pairs), json!(expected));
    assert!(collection["info"]["schema"].as_str().is_some_and(|schema| schema.contains("/v2.1.0/")));
    assert_eq!(collection["auth"]["apikey"][1]["value"], "{{apiKey}}");
    Ok(())
}

#[test]
fn requests_in_the_order_in_which_they_are_needed() -> Result<()> {
    let collection = made()?;
    let urls: Vec<_> = requests(&collection)
        .iter()
        .map(|r| format!("{} {}", r["request"]["method"], r["request"]["url"]["raw"]).replace('"', ""))
        .collect();
    let root = "{{Domain}}/public/jobs";
    let expected = [
        format!("GET {root}"),
        format!("POST {root}/{{{{JobId}}}}/execute"),
        format!("GET {root}/{{{{JobId}}}}/status"),
        format!("GET {root}/status"),
        format!("GET {root}/{{{{JobId}}}}/logs"),
        format!("GET {root}/{{{{JobId}}}}/logs/{{{{TriggerId}}}}"),
        format!("POST {root}/{{{{JobId}}}}/cancel"),
    ];
    assert_eq!(urls, expected);
    Ok(())
}

#[test]
fn extensions_are_offered_and_not_sent() -> Result<()> {
    let collection = made()?;
    let requests = requests(&collection);
    let query = requests.iter().filter_map(|r| r["request"]["url"]["query"].as_array()).flatten();
    let states: Vec<_> = query.map(|q| (q["key"].as_str(), &q["disabled"])).collect();
    let off = &json!(true);
    assert_eq!(states, [(Some("limit"), off), (Some("logs"), off), (Some("after"), off)]);
    let cancel = requests.last().context("a last request")?;
    assert!(cancel["event"][0]["script"].to_string().contains("skipRequest"));
    Ok(())
}

#[test]
fn examples_are_the_contract_s() -> Result<()> {
    let collection = made()?;
    let examples = requests(&collection)[1]["response"].as_array().context("examples")?;
    let names: Vec<_> = examples.iter().filter_map(|e| e["name"].as_str()).collect();
    assert_eq!(names[0], "200: The job is queued");
    assert_eq!((&examples[1]["code"], names.len()), (&json!(409), 4));
    assert!(examples[2].get("code").is_none(), "4XX is no number");
    let body: Value = serde_json::from_str(examples[0]["body"].as_str().context("a body")?)?;
    assert!(body["TriggerId"].is_string());
    Ok(())
}
