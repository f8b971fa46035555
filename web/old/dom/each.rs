//! Keyed lists of elements.

use std::cell::RefCell;

use leptos::prelude::{Owner, document, untrack};
use web_sys::Node;

use super::{element::El, listener::run_effect, view::View};

struct Row {
    key: u128,
    node: Node,
    /// Owns the effects and listeners of the row.
    _owner: Owner,
}

/// Removes and returns the row with a key. The list is short, and a map would make the program larger.
fn take(rows: &mut Vec<Row>, key: u128) -> Option<Row> {
    let at = rows.iter().position(|row| row.key == key)?;
    Some(rows.swap_remove(at))
}

/// Renders one element for each key, in the order of the keys. An element is kept as long as its key is in the list.
pub fn each(keys: impl Fn() -> Vec<u128> + 'static, render_row: impl Fn(u128) -> El + 'static) -> View {
    let keys: Box<dyn Fn() -> Vec<u128>> = Box::new(keys);
    let render_row: Box<dyn Fn(u128) -> El> = Box::new(render_row);
    let fragment = document().create_document_fragment();
    let end = Node::from(document().create_comment(""));
    let _ = fragment.append_child(&end);
    // Rows live longer than the run of the closure that creates them.
    let parent = Owner::current().unwrap_or_default();
    let rows = RefCell::new(Vec::<Row>::new());
    run_effect(Box::new(move || {
        let keys = keys();
        let Some(parent_node) = end.parent_node() else { return };
        let mut old_rows = rows.take();
        let mut new_rows = Vec::with_capacity(keys.len());
        // Iterate from the end, so that the next sibling of each row is already in its position.
        let mut next = end.clone();
        for key in keys.into_iter().rev() {
            let row = take(&mut old_rows, key).or_else(|| take(&mut new_rows, key)).unwrap_or_else(|| {
                let owner = parent.child();
                let node = owner.with(|| untrack(|| render_row(key))).node().clone();
                Row { key, node, _owner: owner }
            });
            if row.node.next_sibling().as_ref() != Some(&next) {
                let _ = parent_node.insert_before(&row.node, Some(&next));
            }
            next = row.node.clone();
            new_rows.push(row);
        }
        for removed in old_rows {
            let _ = parent_node.remove_child(&removed.node);
        }
        rows.replace(new_rows);
    }));
    Node::from(fragment).into()
}
