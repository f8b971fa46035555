//! The reference page, and the contract as a file.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tempfile::TempDir;
use txjobs_gateway::server::Front;

use crate::house::{Answer, CONFIG, House};

const SPEC: &str = include_str!("../../../../openapi.yaml");

async fn get(house: &House, path: &str) -> Answer {
    house.send(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn page() -> Answer {
    get(&House::idle().await, "/docs").await
}

fn spec() -> Value {
    yaml_serde::from_str(SPEC).unwrap()
}

fn members(of: &Value) -> impl Iterator<Item = (&String, &Value)> {
    of.as_object().unwrap().iter()
}

/// The text of an example, as it stands on the page.
fn shown(text: &Value) -> String {
    text.as_str().unwrap().replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// What is on the page from the element of this id to the next one of its kind.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("nothing is {id}"));
    rest.split("<article").next().unwrap()
}

#[tokio::test]
async fn every_operation_with_its_parameters_and_answers() {
    let (page, spec) = (page().await.text, spec());
    let mut extensions = 0;
    for (path, item) in members(&spec["paths"]) {
        for (method, operation) in members(item).filter(|(name, _)| *name == "get" || *name == "post") {
            let part = part(&page, operation["operationId"].as_str().unwrap());
            assert!(part.contains(operation["summary"].as_str().unwrap()));
            assert!(part.contains(&format!(">{}</span>", method.to_uppercase())));
            let words = part.replace("<wbr>", "").replace("<var>", "").replace("</var>", "");
            assert!(words.contains(path), "{path}");
            for (status, _) in members(&operation["responses"]) {
                assert!(part.contains(&format!(">{status}</span>")), "{path}: {status}");
            }
            assert!(part.contains("$TXJOBS_API_KEY"));
            let marked = part.split("</h3>").next().unwrap().contains(">extension<");
            assert_eq!(marked, operation["x-extension"] == true, "{path}");
            extensions += usize::from(marked);
        }
    }
    assert_eq!(extensions, 1);
    for parameter in ["limit", "logs", "after"] {
        let (_, rest) = page.split_once(&format!("<code class=\"name\">{parameter}</code>")).unwrap();
        assert!(rest.split("</dt>").next().unwrap().contains(">extension<"), "{parameter}");
    }
}

#[tokio::test]
async fn every_schema_with_its_properties_and_values() {
    let (page, spec) = (page().await.text, spec());
    for (name, schema) in members(&spec["components"]["schemas"]) {
        let part = part(&page, &format!("schema-{name}"));
        for (property, _) in schema["properties"].as_object().into_iter().flatten() {
            assert!(part.contains(&format!("<code class=\"name\">{property}</code>")), "{name}.{property}");
        }
        let required = schema["required"].as_array().map_or(0, Vec::len);
        assert_eq!(part.matches(">required<").count(), required, "{name}");
        let list = |of: &str| schema[of].as_array().cloned().unwrap_or_default();
        for (value, word) in list("enum").iter().zip(list("x-enum-varnames")) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let row = format!("<td><code>{value}</code></td><td>{}</td>", word.as_str().unwrap());
            assert!(part.contains(&row), "{name}: {row}");
        }
        for meaning in list("x-enum-descriptions") {
            assert!(part.contains(&shown(&meaning)), "{name}: {meaning}");
        }
        let marked = part.split("</h3>").next().unwrap().contains(">extension<");
        assert_eq!(marked, schema["x-extension"] == true, "{name}");
    }
}

#[tokio::test]
async fn every_link_leads_somewhere() {
    let house = House::idle().await;
    let page = get(&house, "/docs").await.text;
    let mut links: Vec<_> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    links.sort_unstable();
    links.dedup();
    assert!(links.len() > 40);
    for link in links {
        match link.strip_prefix('#') {
            Some(id) => assert!(page.contains(&format!("id=\"{id}\"")), "{link}"),
            // The licence: a link that people follow, not something that is loaded.
            None if link.starts_with("https://spdx.org/") => {}
            None => {
                let path = format!("/{}", link.trim_start_matches("./"));
                assert_eq!(get(&house, &path).await.status, 200, "{link}");
            }
        }
    }
}

#[tokio::test]
async fn the_page_needs_no_script_and_nobody_else() {
    let answer = page().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    for unwanted in ["<script", " style=", "<style", " src=", " onclick=", "@import", "<form", "<iframe"] {
        assert!(!answer.text.contains(unwanted), "{unwanted}");
    }
    for link in answer.text.split("<link").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        assert!(link.contains("href=\"docs/"), "{link}");
    }
    let style = get(&House::idle().await, "/docs/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.text.contains("--ground") && style.text.contains("prefers-color-scheme: dark"));
    assert!(!style.text.contains("url(") && !style.text.contains("@import"));
}

#[tokio::test]
async fn elements_are_closed_in_their_order_and_ids_are_unique() {
    let page = page().await.text;
    let mut open = Vec::new();
    for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
            None if ["!DOCTYPE", "meta", "link", "wbr"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let mut ids: Vec<_> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[tokio::test]
async fn the_contract_as_a_file() {
    let file = get(&House::idle().await, "/docs/openapi.yaml").await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/yaml"));
    assert_eq!(file.text, SPEC);
}

#[tokio::test]
async fn beside_a_console() {
    let files = TempDir::new().unwrap();
    std::fs::write(files.path().join("index.html"), "<!doctype html>").unwrap();
    let front =
        Front { name: "Gateway".into(), console: Some(files.path().into()), demo_key: None, admin: None };
    let house = House::with(CONFIG, front, false).await;
    assert_eq!(get(&house, "/").await.text, "<!doctype html>");
    assert!(get(&house, "/docs").await.text.contains("execute_job"));
    let slash = get(&house, "/docs/").await;
    assert_eq!((slash.status, slash.header("location")), (308, "../docs"));
    assert_eq!(get(&house, "/docs/nothing").await.status, 404);
}
