//! The reference pages, and the contract as a file.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tempfile::TempDir;
use txjobs_gateway::server::Front;

use crate::house::{Answer, CONFIG, House};

const SPEC: &str = include_str!("../../../../openapi.yaml");

/// A specification and its page.
struct Reference {
    spec: Value,
    page: String,
    /// How its commands say who asks.
    variable: &'static str,
}

/// The contract's as it is served, the admin part's as it was made.
async fn references() -> [Reference; 2] {
    let admin = include_str!(concat!(env!("OUT_DIR"), "/admin_docs.html"));
    let spec = |text| yaml_serde::from_str(text).unwrap();
    [
        Reference { spec: spec(SPEC), page: page().await.text, variable: "$TXJOBS_API_KEY" },
        Reference {
            spec: spec(include_str!("../../admin.yaml")),
            page: admin.to_owned(),
            variable: "$TXJOBS_ADMIN_TOKEN",
        },
    ]
}

async fn get(house: &House, path: &str) -> Answer {
    house.send(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn page() -> Answer {
    get(&House::idle().await, "/docs").await
}

fn members(of: &Value) -> impl Iterator<Item = (&str, &Value)> {
    of.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn list(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What is on the page from the element of this id to the next one of its kind.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("nothing is {id}"));
    rest.split("<article").next().unwrap()
}

/// What a part says of a property or a parameter.
fn row<'a>(part: &'a str, name: &str) -> &'a str {
    let (_, rest) = part
        .split_once(&format!("<code class=\"name\">{name}</code>"))
        .unwrap_or_else(|| panic!("no {name} in {part}"));
    rest.split("<dt").next().unwrap().split("</dl>").next().unwrap()
}

/// What people read, without what may stand differently on a page: spaces, and the marks of Markdown.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"*`".contains(*c)).collect()
}

fn read(html: &str) -> String {
    let text: String =
        html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    bare(&text)
}

#[track_caller]
fn says(html: &str, text: &str) {
    let (text, page) = (bare(text), read(html));
    assert!(page.contains(&text), "{text} is not in {page}");
}

/// A description; the list of an enumeration that describes its values elsewhere is not looked for.
fn describes(html: &str, said: &Value) {
    let has_table = said.get("x-enum-descriptions").is_some();
    for block in said["description"].as_str().unwrap_or_default().split("\n\n") {
        match block.strip_prefix("* ") {
            Some(_) if has_table => {}
            Some(items) => items.split("\n* ").for_each(|item| says(html, &item.replacen(" - ", "", 1))),
            None => says(html, block),
        }
    }
}

/// An example; its members may come in any order.
fn exemplifies(html: &str, example: &Value) {
    match example {
        Value::Object(members) if !members.is_empty() => members.iter().for_each(|(name, value)| {
            says(html, &format!("\"{name}\":"));
            exemplifies(html, value);
        }),
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|item| exemplifies(html, item)),
        other => says(html, &plain(other)),
    }
}

/// Everything that a schema says of one value. `whole` is where its example may be as well.
fn specifies(html: &str, whole: &str, schema: &Value) {
    for (key, value) in members(schema) {
        match key {
            "description" => describes(html, schema),
            "type" => says(html, if value == "array" { "array of" } else { value.as_str().unwrap() }),
            "format" => says(html, &format!("({})", plain(value))),
            "nullable" => says(html, "or null"),
            "pattern" => says(html, &format!("Pattern: {}", plain(value))),
            "default" if value == "" => says(html, "Default: \"\""),
            "default" => says(html, &format!("Default: {}", plain(value))),
            "example" => exemplifies(whole, value),
            "minimum" => match schema.get("maximum") {
                Some(most) => says(html, &format!("from {value} to {most}")),
                None => says(html, &format!("at least {value}")),
            },
            "minLength" => says(html, &format!("of {value} to {} characters", schema["maxLength"])),
            "maximum" => assert!(schema.get("minimum").is_some(), "{schema}"),
            "maxLength" => assert!(schema.get("minLength").is_some(), "{schema}"),
            "items" => specifies(html, whole, value),
            "allOf" => list(value).iter().for_each(|of| specifies(html, whole, of)),
            "$ref" => {
                let name = plain(value).replace("#/components/schemas/", "");
                assert!(html.contains(&format!("<a href=\"#schema-{name}\">{name}</a>")), "{name}: {html}");
            }
            "enum" => {
                list(value)
                    .iter()
                    .for_each(|v| assert!(html.contains(&format!("<code>{}</code>", plain(v)))));
            }
            "x-enum-descriptions" => list(value).iter().for_each(|meaning| says(html, &plain(meaning))),
            "oneOf" => list(value).iter().for_each(|of| specifies(html, whole, of)),
            "discriminator" => {
                says(html, &format!("By {}", plain(&value["propertyName"])));
                members(&value["mapping"]).for_each(|(kind, of)| {
                    specifies(row(html, kind), whole, &serde_json::json!({ "$ref": of }));
                });
            }
            "not" => says(html, &format!("Refused: {}", plain(&value["description"]))),
            "additionalProperties" => says(html, "No other properties"),
            // Aliases are for clients of other servers; this server never writes one.
            "x-enum-aliases" => {}
            // The schema's own test looks for these.
            "properties" | "required" | "x-enum-varnames" | "x-extension" => {}
            other => panic!("nobody looks for {other} on the page"),
        }
    }
}

fn is_marked(html: &str, end: &str) -> bool {
    html.split(end).next().unwrap().contains(">extension<")
}

#[tokio::test]
async fn every_operation_with_all_that_it_takes_and_answers() {
    for Reference { spec, page, variable } in references().await {
        let resolved = |value: &Value| match value["$ref"].as_str() {
            Some(reference) => spec.pointer(reference.trim_start_matches('#')).unwrap().clone(),
            None => value.clone(),
        };
        let mut extensions = 0;
        for (path, item) in members(&spec["paths"]) {
            for (method, operation) in members(item).filter(|(name, _)| *name != "parameters") {
                let part = part(&page, operation["operationId"].as_str().unwrap());
                says(part, &plain(&operation["summary"]));
                describes(part, operation);
                assert!(part.contains(&format!(">{}</span>", method.to_uppercase())));
                says(part, path);
                assert!(part.contains(variable));
                for parameter in [item, operation].iter().flat_map(|of| list(&of["parameters"])).map(resolved)
                {
                    let row = row(part, parameter["name"].as_str().unwrap());
                    says(row, &format!("in the {}", plain(&parameter["in"])));
                    assert_eq!(row.contains(">required<"), parameter["required"] == true);
                    assert_eq!(is_marked(row, "</dt>"), parameter["x-extension"] == true);
                    describes(row, &parameter);
                    specifies(row, row, &parameter["schema"]);
                    parameter.get("example").iter().for_each(|example| says(row, &plain(example)));
                }
                if let Some(body) = operation.get("requestBody") {
                    let (_, said) = part.split_once(">Body</h4>").unwrap();
                    let schema = &body["content"]["application/json"]["schema"];
                    specifies(said, part, schema);
                    says(said, "application/json required");
                    exemplifies(part, &resolved(schema)["example"]);
                    assert_eq!(body["required"], true);
                    assert!(part.contains("--json '{"));
                }
                for (status, response) in members(&operation["responses"]) {
                    let (_, said) = part.split_once(&format!(">{status}</span></dt>")).unwrap();
                    let said = said.split("<dt").next().unwrap();
                    match response["$ref"].as_str() {
                        Some(shared) => {
                            assert!(
                                said.contains(&format!("#answer-{}", shared.rsplit('/').next().unwrap()))
                            );
                        }
                        None => describes(said, response),
                    }
                    match resolved(response).get("content") {
                        Some(content) => specifies(said, part, &content["application/json"]["schema"]),
                        None => says(said, "No body"),
                    }
                }
                let marked = is_marked(part, "</h3>");
                assert_eq!(marked, operation["x-extension"] == true, "{path}");
                extensions += usize::from(marked);
            }
        }
        assert_eq!(extensions, usize::from(variable == "$TXJOBS_API_KEY"));
    }
}

#[tokio::test]
async fn every_schema_with_its_properties_and_values() {
    for Reference { spec, page, .. } in references().await {
        for (name, schema) in members(&spec["components"]["schemas"]) {
            let part = part(&page, &format!("schema-{name}"));
            specifies(part, part, schema);
            for (property, of) in members(&schema["properties"]) {
                let row = row(part, property);
                specifies(row, part, of);
                let is_required = list(&schema["required"]).iter().any(|r| r == property);
                assert_eq!(row.contains(">required<"), is_required, "{name}.{property}");
            }
            for (value, word) in list(&schema["enum"]).iter().zip(list(&schema["x-enum-varnames"])) {
                let row = format!("<td><code>{}</code></td><td>{}</td>", plain(value), plain(word));
                assert!(part.contains(&row), "{name}: {row}");
            }
            assert_eq!(is_marked(part, "</h3>"), schema["x-extension"] == true, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_said_once_for_all_operations() {
    for Reference { spec, page, .. } in references().await {
        describes(part(&page, "introduction"), &spec["info"]);
        list(&spec["tags"]).iter().for_each(|tag| describes(&page, tag));
        list(&spec["servers"]).iter().for_each(|server| {
            describes(row(&page, &plain(&server["url"])), server);
            members(&server["variables"]).for_each(|(_, variable)| specifies(&page, &page, variable));
        });
        let components = &spec["components"];
        members(&components["securitySchemes"]).for_each(|(_, scheme)| describes(&page, scheme));
        for (name, response) in members(&components["responses"]) {
            let part = part(&page, &format!("answer-{name}"));
            describes(part, response);
            specifies(part, part, &response["content"]["application/json"]["schema"]);
        }
        for (_, header) in members(&components["headers"]) {
            let (_, headers) = page.split_once("id=\"headers\"").unwrap();
            let headers = headers.split("<section").next().unwrap();
            describes(headers, header);
            specifies(headers, headers, &header["schema"]);
        }
    }
}

#[tokio::test]
async fn no_link_inside_of_a_page_is_dead() {
    for Reference { page, .. } in references().await {
        let links = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
        let dead: Vec<_> = links.filter(|id| !page.contains(&format!("id=\"{id}\""))).collect();
        assert!(dead.is_empty(), "{dead:?}");
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
            // The license: a link that people follow, not something that is loaded.
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
    for Reference { page, .. } in references().await {
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
        let mut ids: Vec<_> =
            page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
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
