//! What needs a DOM: the log as it is drawn, foreign text as text, and where a log opens.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use leptos::prelude::*;
use txjobs_console::{
    browser,
    components::log_view::{LogView, Place},
    config::Preset,
    log::Log,
    state::App,
};
use txjobs_sdk::{
    Severity,
    types::{JobExecutionLog, LogId},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

fn lines(count: usize, error: Option<usize>) -> Vec<JobExecutionLog> {
    let line = |at| JobExecutionLog {
        id: LogId(Default::default()),
        severity: if Some(at) == error { Severity::Error } else { Severity::Information },
        message: format!("line {at} <b>bold</b> &amp; \u{1b}[31m"),
        job_execution_id: None,
        time_stamp: None,
    };
    (0..count).map(line).collect()
}

/// Mounts a log of 400 px into the page of the test.
fn mount(log: Log, pinned: bool) -> (HtmlElement, RwSignal<Log>, Place) {
    let host: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&host).unwrap();
    let out = std::rc::Rc::new(std::cell::Cell::new(None));
    let given = out.clone();
    leptos::mount::mount_to(host.clone(), move || {
        App::provide();
        let log = RwSignal::new(log);
        let place = Place::new(pinned);
        given.set(Some((log, place)));
        view! { <LogView log place label="Log".to_owned() empty=Signal::derive(|| "empty".to_owned()) /> }
    })
    .forget();
    // The page of a test has no style sheet: what matters of it.
    for (selector, style) in [
        (".log-frame", "position:relative;height:400px"),
        (".log", "height:400px;overflow:auto"),
        (".log-space", "position:relative"),
        (".log-rows", "position:absolute"),
    ] {
        let element: HtmlElement = host.query_selector(selector).unwrap().unwrap().unchecked_into();
        let old = element.get_attribute("style").unwrap_or_default();
        element.set_attribute("style", &format!("{old};{style}")).unwrap();
    }
    let (log, place) = out.get().unwrap();
    (host, log, place)
}

fn rows(host: &HtmlElement) -> Vec<Element> {
    let found = host.query_selector_all("[data-line]").unwrap();
    (0..found.length()).filter_map(|at| found.item(at)).map(JsCast::unchecked_into).collect()
}

fn numbers(host: &HtmlElement) -> Vec<usize> {
    rows(host).iter().filter_map(|row| row.get_attribute("data-line")?.parse().ok()).collect()
}

#[wasm_bindgen_test]
async fn of_many_lines_few_are_in_the_document() {
    let mut log = Log::default();
    log.append(lines(20_000, None));
    let (host, _, _) = mount(log, false);
    browser::sleep(100).await;
    let drawn = numbers(&host);
    assert!((20..80).contains(&drawn.len()), "{}", drawn.len());
    assert_eq!(drawn[0], 0);
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(200_000);
    browser::sleep(100).await;
    let drawn = numbers(&host);
    assert!(drawn.contains(&10_000) && drawn.len() < 80, "{drawn:?}");
    host.remove();
}

#[wasm_bindgen_test]
async fn foreign_text_is_text() {
    let mut log = Log::default();
    log.append(lines(1, None));
    let (host, _, _) = mount(log, false);
    browser::sleep(100).await;
    let row = &rows(&host)[0];
    assert!(row.text_content().unwrap().contains("line 0 <b>bold</b> &amp; ␛[31m"));
    assert!(row.query_selector("b").unwrap().is_none());
    host.remove();
}

#[wasm_bindgen_test]
async fn it_goes_to_a_line_and_marks_it() {
    let mut log = Log::default();
    log.append(lines(5_000, Some(4_321)));
    let (host, log, place) = mount(log, false);
    browser::sleep(100).await;
    let error = log.with_untracked(Log::first_error).unwrap();
    place.go(log, error);
    browser::sleep(100).await;
    let here = host.query_selector(".here").unwrap().unwrap();
    assert_eq!(here.get_attribute("data-line").as_deref(), Some("4321"));
    assert_eq!(here.get_attribute("data-severity").as_deref(), Some("error"));
    host.remove();
}

#[wasm_bindgen_test]
async fn it_keeps_to_the_end_until_scrolled_up() {
    let (host, log, _) = mount(Log::default(), true);
    browser::sleep(50).await;
    assert!(host.text_content().unwrap().contains("empty"));
    log.update(|log| log.append(lines(500, None)));
    browser::sleep(150).await;
    assert_eq!(numbers(&host).last(), Some(&499));
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(0);
    browser::sleep(100).await;
    log.update(|log| log.append(lines(10, None)));
    browser::sleep(150).await;
    assert_eq!(numbers(&host)[0], 0, "it stays where it was scrolled to");
    let newer = host.query_selector(".newer").unwrap().expect("a way to the new lines");
    assert!(newer.text_content().unwrap().contains("10 new lines"));
    newer.unchecked_into::<HtmlElement>().click();
    browser::sleep(150).await;
    assert_eq!(numbers(&host).last(), Some(&509));
    host.remove();
}

#[wasm_bindgen_test]
async fn a_missing_config_presets_nothing() {
    // The test's own server answers with a page or a 404, as static hosts do.
    assert_eq!(txjobs_console::api::preset().await, Preset::default());
}

#[wasm_bindgen_test]
fn a_relative_domain_is_this_page_s() {
    let base = browser::absolute("./").unwrap();
    assert!(base.starts_with("http://") && !base.ends_with('/'), "{base}");
    assert_eq!(browser::absolute("http://[::1"), None);
    assert_eq!(browser::absolute("https://api.example.com/x/").as_deref(), Some("https://api.example.com/x"));
}
