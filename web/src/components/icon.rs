use crate::dom::{El, svg};

/// An icon of the sprite in `index.html`. It is never the only name of a thing.
pub fn icon(name: &'static str) -> El {
    let shape = svg("use").attr("href", format!("#{name}"));
    svg("svg").class("icon").attr("aria-hidden", "true").child(shape)
}
