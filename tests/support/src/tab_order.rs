//! Keyboard access of a screen.

use thirtyfour::Key;

use crate::browser::Browser;

/// WebDriver's code of the Tab key.
const TAB: &str = "\u{e004}";

/// Numbers the elements that Tab reaches, in document order, within the open dialog or else the page. Records focus
/// events and returns the number of elements.
const NUMBER_TAB_STOPS: &str = "
    const root = document.querySelector('dialog[open]') ?? document.body;
    const all = [...root.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')].filter((e) =>
        !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) && !e.closest('[popover]:not(:popover-open)')
        // Tab reaches only the checked radio button of a group.
        && !(e.type === 'radio' && !e.checked));
    window.focused = [];
    all.forEach((e, n) => e.dataset.tabStop = n);
    window.recording?.abort();
    window.recording = new AbortController();
    addEventListener('focusin', ({ target: e }) => {
        const style = getComputedStyle(e);
        const marked = [style, getComputedStyle(e.parentElement)].some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0);
        focused.push([e.dataset.tabStop ?? '', marked, e.outerHTML.slice(0, 120)]);
    }, recording);
    // If the first element had the focus already, there would be no event.
    document.activeElement?.blur();
    all[0].focus();
    return all.length;";

/// Presses Tab through a screen and checks that every element is reached in document order and shows its focus.
///
/// # Panics
///
/// Panics if Tab does not reach an element, or if a focused element looks like the others.
pub async fn check_tab_order(browser: &Browser, screen: &str) {
    let count: usize = browser.execute(NUMBER_TAB_STOPS).await;
    assert!(count > 1, "{screen}: {count}");
    // Reach the first element again by key, because browsers may not show a focus that a script sets. Go back to it,
    // because another Tab would leave the page in Firefox.
    let tabs = TAB.repeat(count - 1);
    browser.press_keys(tabs.as_str()).await;
    let keys = browser.page.action_chain().key_down(Key::Shift).send_keys(tabs);
    keys.key_up(Key::Shift).perform().await.unwrap();
    let focused: Vec<(String, bool, String)> = browser.execute("return window.focused").await;
    let order: Vec<usize> = focused.iter().filter_map(|(number, ..)| number.parse().ok()).collect();
    let missing: Vec<_> = (0..count).filter(|number| !order.contains(number)).collect();
    assert!(missing.is_empty(), "{screen}: not reached by Tab: {missing:?} of {count}\n{focused:#?}");
    assert!(order[..count].is_sorted(), "{screen}: not in document order: {order:?}\n{focused:#?}");
    let invisible: Vec<_> =
        focused.iter().skip(1).filter(|(number, is_seen, _)| !number.is_empty() && !is_seen).collect();
    assert!(invisible.is_empty(), "{screen}: the focus is not visible: {invisible:#?}");
}
