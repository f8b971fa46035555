//! Elements with a builder syntax like that of Leptos, updated by its signals.
//!
//! Leptos gives every element, attribute and handler a type of its own. That is fast, but makes the program three times
//! as large. Here all elements have one type, attributes are names and values, and closures are boxed. A closure as a
//! child or a value runs again when a signal that it reads changes. Listeners and closures of an element live as long as
//! the reactive owner that was current when they were created.
//!
//! Text and attributes are set as text and never parsed as HTML.

mod each;
mod element;
mod listener;
mod value;
mod view;

pub use each::each;
pub use element::{El, button, el, mount, on_window, svg};
pub use value::IntoValue;
pub use view::{IntoView, View, show};
