use std::cell::RefCell;

use crate::dom::{El, svg};

thread_local! {
    /// A template of each icon. Cloning takes one call into the browser instead of six, and a list has hundreds of icons.
    static MADE: RefCell<Vec<(&'static str, El)>> = RefCell::default();
}

/// Renders an icon of the sprite in `index.html`. It is hidden from screen readers, so add a text or a label.
pub fn icon(name: &'static str) -> El {
    MADE.with_borrow_mut(|made| {
        if let Some((_, icon)) = made.iter().find(|(other, _)| *other == name) {
            return icon.copy();
        }
        let shape = svg("use").attr("href", format!("#{name}"));
        let icon = svg("svg").class("icon").attr("aria-hidden", "true").child(shape);
        made.push((name, icon.copy()));
        icon
    })
}
