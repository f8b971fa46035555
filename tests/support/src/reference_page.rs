//! Checks that a reference page contains everything of its specification.

use serde_json::Value;

/// A specification and its page.
#[derive(Debug)]
pub struct Reference {
    /// The specification.
    pub spec: Value,
    /// The HTML of the page.
    pub page: String,
    /// The variable with the key or token in the commands of the page.
    pub variable: &'static str,
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

/// Returns the page from the element with this id to the next article.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) =
        page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no element has the id {id}"));
    rest.split("<article").next().unwrap()
}

/// Returns the part about a property or a parameter.
fn row<'a>(part: &'a str, name: &str) -> &'a str {
    let (_, rest) = part
        .split_once(&format!("<code class=\"name\">{name}</code>"))
        .unwrap_or_else(|| panic!("no {name} in {part}"));
    rest.split("<dt").next().unwrap().split("</dl>").next().unwrap()
}

/// Removes what may differ on the page: spaces and Markdown marks.
fn normalize(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"*`".contains(*c)).collect()
}

fn visible_text(html: &str) -> String {
    let text: String =
        html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    normalize(&text)
}

#[track_caller]
fn assert_contains(html: &str, text: &str) {
    let (text, page) = (normalize(text), visible_text(html));
    assert!(page.contains(&text), "{text} is not in {page}");
}

/// Asserts that the page has the description. The list of values of an enumeration is in a table instead.
fn assert_describes(html: &str, section: &Value) {
    let has_table = section.get("x-enum-descriptions").is_some();
    for block in section["description"].as_str().unwrap_or_default().split("\n\n") {
        match block.strip_prefix("* ") {
            Some(_) if has_table => {}
            Some(items) => {
                items.split("\n* ").for_each(|item| assert_contains(html, &item.replacen(" - ", "", 1)));
            }
            None => assert_contains(html, block),
        }
    }
}

/// Asserts that the page has the example, with its members in any order.
fn assert_example(html: &str, example: &Value) {
    match example {
        Value::Object(members) if !members.is_empty() => members.iter().for_each(|(name, value)| {
            assert_contains(html, &format!("\"{name}\":"));
            assert_example(html, value);
        }),
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|item| assert_example(html, item)),
        other => assert_contains(html, &plain(other)),
    }
}

/// Asserts that the page has everything of a schema. Its example may be anywhere in `whole`.
fn assert_specifies(html: &str, whole: &str, schema: &Value) {
    for (key, value) in members(schema) {
        match key {
            "description" => assert_describes(html, schema),
            "type" => {
                assert_contains(html, if value == "array" { "array of" } else { value.as_str().unwrap() });
            }
            "format" => assert_contains(html, &format!("({})", plain(value))),
            "nullable" => assert_contains(html, "or null"),
            "pattern" => assert_contains(html, &format!("Pattern: {}", plain(value))),
            "default" if value == "" => assert_contains(html, "Default: \"\""),
            "default" => assert_contains(html, &format!("Default: {}", plain(value))),
            "example" => assert_example(whole, value),
            "minimum" => match schema.get("maximum") {
                Some(most) => assert_contains(html, &format!("from {value} to {most}")),
                None => assert_contains(html, &format!("at least {value}")),
            },
            "minLength" => {
                assert_contains(html, &format!("of {value} to {} characters", schema["maxLength"]));
            }
            "maximum" => assert!(schema.get("minimum").is_some(), "{schema}"),
            "maxLength" => assert!(schema.get("minLength").is_some(), "{schema}"),
            "items" => assert_specifies(html, whole, value),
            "allOf" => list(value).iter().for_each(|of| assert_specifies(html, whole, of)),
            "$ref" => {
                let name = plain(value).replace("#/components/schemas/", "");
                assert!(html.contains(&format!("<a href=\"#schema-{name}\">{name}</a>")), "{name}: {html}");
            }
            "enum" => {
                list(value)
                    .iter()
                    .for_each(|v| assert!(html.contains(&format!("<code>{}</code>", plain(v)))));
            }
            "x-enum-descriptions" => {
                list(value).iter().for_each(|meaning| assert_contains(html, &plain(meaning)));
            }
            "oneOf" => list(value).iter().for_each(|of| assert_specifies(html, whole, of)),
            "discriminator" => {
                assert_contains(html, &format!("By {}", plain(&value["propertyName"])));
                members(&value["mapping"]).for_each(|(kind, of)| {
                    assert_specifies(row(html, kind), whole, &serde_json::json!({ "$ref": of }));
                });
            }
            "not" => assert_contains(html, &format!("Refused: {}", plain(&value["description"]))),
            "additionalProperties" => assert_contains(html, "No other properties"),
            // Aliases are for clients of other servers; this server never writes one.
            "x-enum-aliases" => {}
            // Another test checks these.
            "properties" | "required" | "x-enum-varnames" | "x-extension" => {}
            other => panic!("this test does not check {other}"),
        }
    }
}

fn is_marked(html: &str, end: &str) -> bool {
    html.split(end).next().unwrap().contains(">extension<")
}

impl Reference {
    /// Asserts that the page has every operation with its parameters and responses.
    pub fn assert_has_operations(&self) {
        let Self { spec, page, variable } = self;
        let resolved = |value: &Value| match value["$ref"].as_str() {
            Some(reference) => spec.pointer(reference.trim_start_matches('#')).unwrap().clone(),
            None => value.clone(),
        };
        let mut extensions = 0;
        for (path, item) in members(&spec["paths"]) {
            for (method, operation) in members(item).filter(|(name, _)| *name != "parameters") {
                let part = part(page, operation["operationId"].as_str().unwrap());
                assert_contains(part, &plain(&operation["summary"]));
                assert_describes(part, operation);
                assert!(part.contains(&format!(">{}</span>", method.to_uppercase())));
                assert_contains(part, path);
                assert!(part.contains(variable));
                for parameter in [item, operation].iter().flat_map(|of| list(&of["parameters"])).map(resolved)
                {
                    let row = row(part, parameter["name"].as_str().unwrap());
                    assert_contains(row, &format!("in the {}", plain(&parameter["in"])));
                    assert_eq!(row.contains(">required<"), parameter["required"] == true);
                    assert_eq!(is_marked(row, "</dt>"), parameter["x-extension"] == true);
                    assert_describes(row, &parameter);
                    assert_specifies(row, row, &parameter["schema"]);
                    parameter.get("example").iter().for_each(|example| assert_contains(row, &plain(example)));
                }
                if let Some(body) = operation.get("requestBody") {
                    let (_, section) = part.split_once(">Body</h4>").unwrap();
                    let schema = &body["content"]["application/json"]["schema"];
                    assert_specifies(section, part, schema);
                    assert_contains(section, "application/json required");
                    assert_example(part, &resolved(schema)["example"]);
                    assert_eq!(body["required"], true);
                    assert!(part.contains("--json '{"));
                }
                for (status, response) in members(&operation["responses"]) {
                    let (_, section) = part.split_once(&format!(">{status}</span></dt>")).unwrap();
                    let section = section.split("<dt").next().unwrap();
                    match response["$ref"].as_str() {
                        Some(shared) => {
                            assert!(
                                section
                                    .contains(&format!("#response-{}", shared.rsplit('/').next().unwrap()))
                            );
                        }
                        None => assert_describes(section, response),
                    }
                    match resolved(response).get("content") {
                        Some(content) => {
                            assert_specifies(section, part, &content["application/json"]["schema"]);
                        }
                        None => assert_contains(section, "No body"),
                    }
                }
                let marked = is_marked(part, "</h3>");
                assert_eq!(marked, operation["x-extension"] == true, "{path}");
                extensions += usize::from(marked);
            }
        }
        assert_eq!(extensions, usize::from(*variable == "$TXJOBS_API_KEY"));
    }

    /// Asserts that the page has every schema with its properties and values.
    pub fn assert_has_schemas(&self) {
        let Self { spec, page, .. } = self;
        for (name, schema) in members(&spec["components"]["schemas"]) {
            let part = part(page, &format!("schema-{name}"));
            assert_specifies(part, part, schema);
            for (property, of) in members(&schema["properties"]) {
                let row = row(part, property);
                assert_specifies(row, part, of);
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

    /// Asserts that the page has the parts that all operations share.
    pub fn assert_has_shared_parts(&self) {
        let Self { spec, page, .. } = self;
        assert_describes(part(page, "introduction"), &spec["info"]);
        list(&spec["tags"]).iter().for_each(|tag| assert_describes(page, tag));
        list(&spec["servers"]).iter().for_each(|server| {
            assert_describes(row(page, &plain(&server["url"])), server);
            members(&server["variables"]).for_each(|(_, variable)| assert_specifies(page, page, variable));
        });
        let components = &spec["components"];
        members(&components["securitySchemes"]).for_each(|(_, scheme)| assert_describes(page, scheme));
        for (name, response) in members(&components["responses"]) {
            let part = part(page, &format!("response-{name}"));
            assert_describes(part, response);
            assert_specifies(part, part, &response["content"]["application/json"]["schema"]);
        }
        for (_, header) in members(&components["headers"]) {
            let (_, headers) = page.split_once("id=\"headers\"").unwrap();
            let headers = headers.split("<section").next().unwrap();
            assert_describes(headers, header);
            assert_specifies(headers, headers, &header["schema"]);
        }
    }

    /// Asserts that every link within the page has a target.
    pub fn assert_links_have_targets(&self) {
        let Self { page, .. } = self;
        let links = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
        let dead: Vec<_> = links.filter(|id| !page.contains(&format!("id=\"{id}\""))).collect();
        assert!(dead.is_empty(), "{dead:?}");
    }

    /// Asserts that elements are closed in their order, and that ids are unique.
    pub fn assert_is_well_formed(&self) {
        let Self { page, .. } = self;
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
