//! The log view: virtual rows, text escaping, navigation and scrolling.

use txjobs_console::{
    components::{LogViewState, log_view},
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

use crate::helpers::{add_host, next_frame, wait_until};

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
fn mount_log(log: Log, is_pinned: bool) -> (HtmlElement, RwSignal<Log>, LogViewState) {
    let host = add_host();
    let output = std::rc::Rc::new(std::cell::Cell::new(None));
    let slot = output.clone();
    txjobs_console::dom::mount(&host, move || {
        App::provide();
        let log = RwSignal::new(log);
        let view_state = LogViewState::new(is_pinned);
        slot.set(Some((log, view_state)));
        log_view(log, view_state, "Log", || "empty").into_view()
    });
    // The page of the test has no style sheet, so set the necessary styles here.
    for (selector, style) in [
        (".log-frame", "position:relative;height:400px"),
        (".log", "height:400px;overflow:auto"),
        (".log-space", "position:relative"),
        (".log-rows", "position:absolute"),
    ] {
        let element: HtmlElement = host.query_selector(selector).unwrap().unwrap().unchecked_into();
        let existing = element.get_attribute("style").unwrap_or_default();
        element.set_attribute("style", &format!("{existing};{style}")).unwrap();
    }
    let (log, view_state) = output.get().unwrap();
    (host, log, view_state)
}

fn rows(host: &HtmlElement) -> Vec<Element> {
    let found = host.query_selector_all("[data-line]").unwrap();
    (0..found.length()).filter_map(|at| found.item(at)).map(JsCast::unchecked_into).collect()
}

fn line_numbers(host: &HtmlElement) -> Vec<usize> {
    rows(host).iter().filter_map(|row| row.get_attribute("data-line")?.parse().ok()).collect()
}

#[wasm_bindgen_test]
async fn long_log_renders_only_the_visible_rows() {
    let mut log = Log::default();
    log.append(lines(20_000, None));
    let (host, _, _) = mount_log(log, false);
    wait_until(|| (20..80).contains(&line_numbers(&host).len())).await;
    assert_eq!(line_numbers(&host)[0], 0);
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(200_000);
    wait_until(|| line_numbers(&host).contains(&10_000)).await;
    assert!(line_numbers(&host).len() < 80, "{:?}", line_numbers(&host));
    host.remove();
}

#[wasm_bindgen_test]
async fn message_is_not_parsed_as_html() {
    let mut log = Log::default();
    log.append(lines(1, None));
    let (host, _, _) = mount_log(log, false);
    wait_until(|| !rows(&host).is_empty()).await;
    let row = &rows(&host)[0];
    assert!(row.text_content().unwrap().contains("line 0 <b>bold</b> &amp; ␛[31m"));
    assert!(row.query_selector("b").unwrap().is_none());
    host.remove();
}

#[wasm_bindgen_test]
async fn go_to_line_scrolls_and_highlights_it() {
    let mut log = Log::default();
    log.append(lines(5_000, Some(4_321)));
    let (host, log, view_state) = mount_log(log, false);
    wait_until(|| line_numbers(&host).len() > 1).await;
    let error = log.with_untracked(Log::first_error).unwrap();
    view_state.go_to_line(log, error);
    wait_until(|| host.query_selector(".current").unwrap().is_some()).await;
    let current = host.query_selector(".current").unwrap().unwrap();
    assert_eq!(current.get_attribute("data-line").as_deref(), Some("4321"));
    assert_eq!(current.get_attribute("data-severity").as_deref(), Some("error"));
    host.remove();
}

#[wasm_bindgen_test]
async fn log_stays_at_the_end_until_scrolled_up() {
    let (host, log, view_state) = mount_log(Log::default(), true);
    assert!(host.text_content().unwrap().contains("empty"));
    log.update(|log| log.append(lines(500, None)));
    wait_until(|| line_numbers(&host).last() == Some(&499)).await;
    // The new scroll bar changes the size, after which the pinned log scrolls to its end again. Wait for this, so that it
    // does not undo the scrolling below.
    next_frame().await;
    next_frame().await;
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(0);
    wait_until(|| !view_state.is_pinned.get_untracked()).await;
    log.update(|log| log.append(lines(10, None)));
    wait_until(|| host.query_selector(".new-lines").unwrap().is_some()).await;
    assert_eq!(line_numbers(&host)[0], 0, "the scroll position is kept");
    let new_lines = host.query_selector(".new-lines").unwrap().expect("a button for the new lines");
    assert!(new_lines.text_content().unwrap().contains("10 new lines"));
    new_lines.unchecked_into::<HtmlElement>().click();
    wait_until(|| line_numbers(&host).last() == Some(&509)).await;
    host.remove();
}

#[wasm_bindgen_test]
async fn long_line_is_shown_in_parts() {
    let host = add_host();
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
        let view_state = LogViewState::new(false);
        view_state.open_line.set(Some(0));
        txjobs_console::components::log_detail(RwSignal::new(log), view_state).into_view()
    });
    wait_until(|| host.query_selector("pre").unwrap().is_some()).await;
    let text = || host.query_selector("pre").unwrap().unwrap().text_content().unwrap();
    assert!(text().len() < 40_000 && text().starts_with("é␛é␛"), "{}", text().len());
    let more_button = || {
        let buttons = host.query_selector_all("button").unwrap();
        let buttons = (0..buttons.length()).filter_map(|at| buttons.item(at));
        buttons
            .map(JsCast::unchecked_into::<HtmlElement>)
            .find(|b| b.text_content().unwrap().starts_with("Show more"))
    };
    for presses in 1..20 {
        let Some(button) = more_button() else {
            assert!(text().ends_with("the end") && presses > 3, "{presses}");
            host.remove();
            return;
        };
        button.click();
        wait_until(|| more_button().is_none_or(|b| b.text_content().is_some())).await;
        yield_to_browser().await;
    }
    panic!("the end of the line is not shown");
}

async fn yield_to_browser() {
    txjobs_console::utils::browser::sleep(10).await;
}
