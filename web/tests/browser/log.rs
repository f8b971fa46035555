//! The log view: virtual rows, text escaping, navigation and scrolling.

use txjobs_console::{
    components::log_view::{Place, log_view},
    dom::IntoView,
    log::{Lines, Log},
    reactive::RwSignal,
    state::App,
};
use txjobs_sdk::{
    Severity,
    types::{JobExecutionLog, LogId},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

use crate::house::{host, until};

fn lines(count: usize, error: Option<usize>) -> Lines {
    let line = |at| JobExecutionLog {
        id: LogId(Default::default()),
        severity: if Some(at) == error { Severity::Error } else { Severity::Information },
        message: format!("line {at} <b>bold</b> &amp; \u{1b}[31m"),
        job_execution_id: None,
        time_stamp: None,
    };
    (0..count).map(line).collect()
}

/// Mounts a log of 400 px height.
fn show(log: Log, pinned: bool) -> (HtmlElement, RwSignal<Log>, Place) {
    let host = host();
    let out = std::rc::Rc::new(std::cell::Cell::new(None));
    let given = out.clone();
    txjobs_console::dom::mount(&host, move || {
        App::provide();
        let log = RwSignal::new(log);
        let place = Place::new(pinned);
        given.set(Some((log, place)));
        log_view(log, place, "Log", || "empty").into_view()
    });
    // The page of the test has no style sheet, so set the necessary styles here.
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
async fn long_log_renders_only_the_visible_rows() {
    let mut log = Log::default();
    log.append(lines(20_000, None));
    let (host, _, _) = show(log, false);
    until(|| (20..80).contains(&numbers(&host).len())).await;
    assert_eq!(numbers(&host)[0], 0);
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(200_000);
    until(|| numbers(&host).contains(&10_000)).await;
    assert!(numbers(&host).len() < 80, "{:?}", numbers(&host));
    host.remove();
}

#[wasm_bindgen_test]
async fn message_is_not_parsed_as_html() {
    let mut log = Log::default();
    log.append(lines(1, None));
    let (host, _, _) = show(log, false);
    until(|| !rows(&host).is_empty()).await;
    let row = &rows(&host)[0];
    assert!(row.text_content().unwrap().contains("line 0 <b>bold</b> &amp; ␛[31m"));
    assert!(row.query_selector("b").unwrap().is_none());
    host.remove();
}

#[wasm_bindgen_test]
async fn go_to_line_scrolls_and_highlights_it() {
    let mut log = Log::default();
    log.append(lines(5_000, Some(4_321)));
    let (host, log, place) = show(log, false);
    until(|| numbers(&host).len() > 1).await;
    let error = log.with_untracked(Log::first_error).unwrap();
    place.go(log, error);
    until(|| host.query_selector(".here").unwrap().is_some()).await;
    let here = host.query_selector(".here").unwrap().unwrap();
    assert_eq!(here.get_attribute("data-line").as_deref(), Some("4321"));
    assert_eq!(here.get_attribute("data-severity").as_deref(), Some("error"));
    host.remove();
}

#[wasm_bindgen_test]
async fn log_stays_at_the_end_until_scrolled_up() {
    let (host, log, place) = show(Log::default(), true);
    assert!(host.text_content().unwrap().contains("empty"));
    log.update(|log| log.append(lines(500, None)));
    until(|| numbers(&host).last() == Some(&499)).await;
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(0);
    until(|| !place.pinned.get_untracked()).await;
    log.update(|log| log.append(lines(10, None)));
    until(|| host.query_selector(".newer").unwrap().is_some()).await;
    assert_eq!(numbers(&host)[0], 0, "the scroll position is kept");
    let newer = host.query_selector(".newer").unwrap().expect("a button for the new lines");
    assert!(newer.text_content().unwrap().contains("10 new lines"));
    newer.unchecked_into::<HtmlElement>().click();
    until(|| numbers(&host).last() == Some(&509)).await;
    host.remove();
}

#[wasm_bindgen_test]
async fn long_line_is_shown_in_parts() {
    let host = host();
    txjobs_console::dom::mount(&host, move || {
        App::provide();
        let mut line = JobExecutionLog {
            id: LogId(Default::default()),
            severity: Severity::Information,
            message: "é\u{1b}".repeat(60_000),
            job_execution_id: None,
            time_stamp: None,
        };
        line.message.push_str("the end");
        let mut log = Log::default();
        log.append([line].into_iter().collect());
        let place = Place::new(false);
        place.open.set(Some(0));
        txjobs_console::components::log_detail(RwSignal::new(log), place).into_view()
    });
    until(|| host.query_selector("pre").unwrap().is_some()).await;
    let text = || host.query_selector("pre").unwrap().unwrap().text_content().unwrap();
    assert!(text().len() < 40_000 && text().starts_with("é␛é␛"), "{}", text().len());
    let more = || {
        let buttons = host.query_selector_all("button").unwrap();
        let buttons = (0..buttons.length()).filter_map(|at| buttons.item(at));
        buttons
            .map(JsCast::unchecked_into::<HtmlElement>)
            .find(|b| b.text_content().unwrap().starts_with("Show more"))
    };
    for presses in 1..20 {
        let Some(button) = more() else {
            assert!(text().ends_with("the end") && presses > 3, "{presses}");
            host.remove();
            return;
        };
        button.click();
        until(|| more().is_none_or(|b| b.text_content().is_some())).await;
        browser_turn().await;
    }
    panic!("the end of the line is not shown");
}

async fn browser_turn() {
    txjobs_console::browser::sleep(10).await;
}
