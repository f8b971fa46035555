//! The log view: virtual rows, text escaping, navigation and scrolling.

use std::{any::Any, cell::Cell, rc::Rc, time::Duration};

use leptos::{mount::mount_to, prelude::*};
use txjobs_console::{
    components::log_view::{LogDetail, LogView, LogViewState},
    log::{Lines, Log},
    state::{Clock, Preferences, Ui},
    utils::time,
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

/// A log mounted into the page. It is removed when it is dropped.
struct MountedLog {
    host: HtmlElement,
    state: LogViewState,
    // Dropping the handle unmounts the view.
    _handle: Box<dyn Any>,
}

impl Drop for MountedLog {
    fn drop(&mut self) {
        self.host.remove();
    }
}

/// Mounts a log with the view that `view` creates.
fn mount<V: IntoView + 'static>(log: Log, is_pinned: bool, view: impl FnOnce() -> V + 'static) -> MountedLog {
    let host = add_host();
    let output = Rc::new(Cell::new(None));
    let slot = output.clone();
    let handle = mount_to(host.clone(), move || {
        Preferences::provide();
        Clock::provide();
        Ui::provide();
        slot.set(Some(LogViewState::provide(RwSignal::new(log), is_pinned)));
        view()
    });
    MountedLog { host, state: output.get().unwrap(), _handle: Box::new(handle) }
}

/// Mounts the lines of a log with a height of 400 px.
fn mount_lines(log: Log, is_pinned: bool) -> MountedLog {
    let mounted = mount(log, is_pinned, || view! { <LogView label="Log" empty="empty" /> });
    // The page of the test has no style sheet, so set the necessary styles here.
    for (selector, style) in [
        (".log-frame", "position:relative;height:400px"),
        (".log", "height:400px;overflow:auto"),
        (".log-space", "position:relative"),
        (".log-rows", "position:absolute"),
    ] {
        let element: HtmlElement = mounted.host.query_selector(selector).unwrap().unwrap().unchecked_into();
        let existing = element.get_attribute("style").unwrap_or_default();
        element.set_attribute("style", &format!("{existing};{style}")).unwrap();
    }
    mounted
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
    let mounted = mount_lines(log, false);
    let host = &mounted.host;
    wait_until(|| (20..80).contains(&line_numbers(host).len())).await;
    assert_eq!(line_numbers(host)[0], 0);
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(200_000);
    wait_until(|| line_numbers(host).contains(&10_000)).await;
    assert!(line_numbers(host).len() < 80, "{:?}", line_numbers(host));
}

#[wasm_bindgen_test]
async fn message_is_not_parsed_as_html() {
    let mut log = Log::default();
    log.append(lines(1, None));
    let mounted = mount_lines(log, false);
    let host = &mounted.host;
    wait_until(|| !rows(host).is_empty()).await;
    let row = &rows(host)[0];
    assert!(row.text_content().unwrap().contains("line 0 <b>bold</b> &amp; ␛[31m"));
    assert!(row.query_selector("b").unwrap().is_none());
}

#[wasm_bindgen_test]
async fn go_to_line_scrolls_and_highlights_it() {
    let mut log = Log::default();
    log.append(lines(5_000, Some(4_321)));
    let mounted = mount_lines(log, false);
    let (host, state) = (&mounted.host, mounted.state);
    wait_until(|| line_numbers(host).len() > 1).await;
    let error = state.log.with_untracked(Log::first_error).unwrap();
    state.go_to_line(error);
    wait_until(|| host.query_selector(".current").unwrap().is_some()).await;
    let current = host.query_selector(".current").unwrap().unwrap();
    assert_eq!(current.get_attribute("data-line").as_deref(), Some("4321"));
    assert_eq!(current.get_attribute("data-severity").as_deref(), Some("error"));
}

#[wasm_bindgen_test]
async fn log_stays_at_the_end_until_scrolled_up() {
    let mounted = mount_lines(Log::default(), true);
    let (host, state) = (&mounted.host, mounted.state);
    assert!(host.text_content().unwrap().contains("empty"));
    state.log.update(|log| log.append(lines(500, None)));
    wait_until(|| line_numbers(host).last() == Some(&499)).await;
    // The new scroll bar changes the size, after which the pinned log scrolls to its end again. Wait for this, so that it
    // does not undo the scrolling below.
    next_frame().await;
    next_frame().await;
    let node = host.query_selector(".log").unwrap().unwrap();
    node.set_scroll_top(0);
    wait_until(|| !state.is_pinned.get_untracked()).await;
    state.log.update(|log| log.append(lines(10, None)));
    wait_until(|| host.query_selector(".new-lines").unwrap().is_some()).await;
    assert_eq!(line_numbers(host)[0], 0, "the scroll position is kept");
    let new_lines = host.query_selector(".new-lines").unwrap().expect("a button for the new lines");
    assert!(new_lines.text_content().unwrap().contains("10 new lines"));
    new_lines.unchecked_into::<HtmlElement>().click();
    wait_until(|| line_numbers(host).last() == Some(&509)).await;
}

#[wasm_bindgen_test]
async fn long_line_is_shown_in_parts() {
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
    let mounted = mount(log, false, || view! { <LogDetail /> });
    let host = &mounted.host;
    mounted.state.open_line.set(Some(0));
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
            return;
        };
        button.click();
        wait_until(|| more_button().is_none_or(|b| b.text_content().is_some())).await;
        time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the end of the line is not shown");
}
