//! Elements and their updates by signals.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use txjobs_console::{
    dom::{IntoView, View, button, each, el, mount, show},
    reactive::{Memo, RwSignal, effect},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::helpers::{add_host, next_frame};

/// Mounts the view that `create` creates, and returns the other value of `create` to the test.
fn page<T: 'static>(create: impl FnOnce() -> (View, T) + 'static) -> (HtmlElement, T) {
    let host = add_host();
    let output = Rc::new(RefCell::new(None));
    let slot = output.clone();
    mount(&host, move || {
        let (view, value) = create();
        slot.replace(Some(value));
        view
    });
    let value = output.take().unwrap();
    (host, value)
}

fn find(host: &HtmlElement, selector: &str) -> Option<HtmlElement> {
    host.query_selector(selector).unwrap().map(JsCast::unchecked_into)
}

#[wasm_bindgen_test]
async fn signal_change_updates_texts_and_attributes() {
    let (host, (name, on)) = page(|| {
        let (name, on) = (RwSignal::new("<i>one</i>".to_owned()), RwSignal::new(true));
        let paragraph = el("p").attr("title", name).attr("hidden", on).class_if("on", on).child(name);
        (paragraph.into_view(), (name, on))
    });
    let paragraph = find(&host, "p").unwrap();
    assert_eq!(paragraph.inner_html(), "&lt;i&gt;one&lt;/i&gt;", "text is not parsed as HTML");
    assert_eq!(paragraph.get_attribute("title").as_deref(), Some("<i>one</i>"));
    assert!(paragraph.has_attribute("hidden") && paragraph.class_name() == "on");
    name.set("two".to_owned());
    on.set(false);
    next_frame().await;
    assert_eq!(paragraph.text_content().as_deref(), Some("two"));
    assert!(!paragraph.has_attribute("hidden") && paragraph.class_name().is_empty());
    host.remove();
}

#[wasm_bindgen_test]
async fn setting_the_same_value_keeps_the_text_cursor() {
    let (host, text) = page(|| {
        let text = RwSignal::new("abc".to_owned());
        (el("input").value(text).into_view(), text)
    });
    let field: HtmlInputElement = find(&host, "input").unwrap().unchecked_into();
    field.set_selection_range(1, 1).unwrap();
    text.set("abc".to_owned());
    next_frame().await;
    assert_eq!(field.selection_start().unwrap(), Some(1), "the cursor stays");
    host.remove();
}

#[wasm_bindgen_test]
async fn keyed_rows_keep_their_element_and_removed_rows_are_cleaned_up() {
    let (host, (keys, ended)) = page(|| {
        let keys = RwSignal::new(vec![1u128, 2, 3]);
        let ended = Rc::new(RefCell::new(Vec::new()));
        let end = ended.clone();
        let row = move |key: u128| {
            let end = end.clone();
            leptos::prelude::on_cleanup({
                let end = send_wrapper::SendWrapper::new(end);
                move || end.borrow_mut().push(key)
            });
            el("li").child(key.to_string())
        };
        (el("ul").child(each(move || keys.get(), row)).into_view(), (keys, ended))
    });
    let texts = || find(&host, "ul").unwrap().text_content().unwrap();
    assert_eq!(texts(), "123");
    let first: Element = find(&host, "li").unwrap().into();
    keys.set(vec![3, 4, 1]);
    next_frame().await;
    assert_eq!(texts(), "341");
    assert!(host.query_selector_all("li").unwrap().item(2).unwrap().is_same_node(Some(&first)));
    assert_eq!(*ended.borrow(), [2]);
    keys.set(vec![7, 7]);
    next_frame().await;
    assert_eq!(texts(), "7", "a duplicate key has one row");
    keys.set(Vec::new());
    next_frame().await;
    assert_eq!(texts(), "");
    host.remove();
}

#[wasm_bindgen_test]
async fn shown_view_is_created_once_while_its_condition_is_true() {
    let created = Rc::new(Cell::new(0));
    let count = created.clone();
    let (host, number) = page(move || {
        let number = RwSignal::new(0u32);
        let view = move || {
            count.set(count.get() + 1);
            button("", || ()).child(move || number.get().to_string())
        };
        (show(move || number.get() > 0, view), number)
    });
    assert!(find(&host, "button").is_none());
    number.set(1);
    next_frame().await;
    let button = find(&host, "button").unwrap();
    number.set(2);
    next_frame().await;
    assert_eq!(button.text_content().as_deref(), Some("2"));
    assert!(button.is_connected() && created.get() == 1);
    number.set(0);
    next_frame().await;
    assert!(!button.is_connected());
    host.remove();
}

#[wasm_bindgen_test]
async fn click_listener_is_removed_with_its_view() {
    let (host, (presses, is_there)) = page(|| {
        let (presses, is_there) = (RwSignal::new(0u32), RwSignal::new(true));
        let press = move || button("", move || presses.update(|n| *n += 1));
        (show(move || is_there.get(), press), (presses, is_there))
    });
    let button = find(&host, "button").unwrap();
    button.click();
    assert_eq!(presses.get_untracked(), 1);
    is_there.set(false);
    next_frame().await;
    button.click();
    assert_eq!(presses.get_untracked(), 1, "the listener was removed");
    host.remove();
}

#[wasm_bindgen_test]
async fn memo_notifies_only_about_a_changed_value() {
    let (host, (number, runs)) = page(|| {
        let number = RwSignal::new(1u32);
        let runs = RwSignal::new(0u32);
        let is_odd = Memo::new(move || number.get() % 2 == 1);
        effect(move || {
            is_odd.track();
            runs.update_untracked(|n| *n += 1);
        });
        (View::default(), (number, runs))
    });
    next_frame().await;
    let before = runs.get_untracked();
    number.set(3);
    next_frame().await;
    assert_eq!(runs.get_untracked(), before);
    number.set(4);
    next_frame().await;
    assert_eq!(runs.get_untracked(), before + 1);
    host.remove();
}
