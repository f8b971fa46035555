use std::cell::RefCell;

use crate::dom::{El, svg};

thread_local! {
    /// A template of each icon. Cloning takes one call into the browser instead of six, and a list has hundreds of icons.
    static TEMPLATES: RefCell<Vec<(&'static str, El)>> = RefCell::default();
}

/// Renders an icon of the sprite in `index.html`. It is hidden from screen readers, so add a text or a label.
pub fn icon(name: &'static str) -> El {
    TEMPLATES.with_borrow_mut(|templates| {
        if let Some((_, icon)) = templates.iter().find(|(other, _)| *other == name) {
            return icon.clone_node();
        }
        let shape = svg("use").attr("href", format!("#{name}"));
        let icon = svg("svg").class("icon").attr("aria-hidden", "true").child(shape);
        templates.push((name, icon.clone_node()));
        icon
    })
}
