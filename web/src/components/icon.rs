use std::cell::RefCell;

use crate::dom::{El, svg};

thread_local! {
    /// One of each. A copy of it is made in one call of the browser instead of six, and a list has hundreds.
    static MADE: RefCell<Vec<(&'static str, El)>> = RefCell::default();
}

/// An icon of the sprite in `index.html`. It is never the only name of a thing.
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
