//! Elements with a builder syntax like that of Leptos, updated by its signals.
//!
//! Leptos gives every element, attribute and handler a type of its own. That is fast, but makes the program three times
//! as large. Here all elements have one type, attributes are names and values, and closures are boxed. A closure as a
//! child or a value runs again when a signal that it reads changes. Listeners and closures of an element live as long as
//! the reactive owner that was current when they were created.
//!
//! Text and attributes are set as text and never parsed as HTML.

mod each;
mod value;
mod view;

use leptos::prelude::{Owner, RenderEffect, document};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement, HtmlSelectElement, Node};

pub use each::each;
pub use value::IntoValue;
pub use view::{IntoView, View, show};

use crate::{
    closure::{Deed, Take},
    reactive::keep,
};
use value::Value;

/// An element.
#[derive(Clone, Debug)]
pub struct El(Element);

/// Creates an HTML element.
pub fn el(tag: &'static str) -> El {
    El(document().create_element(tag).expect("the names of elements are written here"))
}

/// Creates an SVG element.
pub fn svg(tag: &'static str) -> El {
    let element = document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag);
    El(element.expect("the names of elements are written here"))
}

/// Creates a button with a click handler.
pub fn button(class: &'static str, deed: impl FnMut() + 'static) -> El {
    el("button").attr("type", "button").class(class).press(deed)
}

impl El {
    /// Sets an attribute to a text, or to the empty text for `true`. `None` and `false` remove it.
    pub fn attr(self, name: &'static str, value: impl IntoValue) -> Self {
        self.put(value.into_value(), move |element, value| {
            let _ = match value {
                Some(value) => element.set_attribute(name, value),
                None => element.remove_attribute(name),
            };
        })
    }

    pub fn class(self, class: impl IntoValue) -> Self {
        self.attr("class", class)
    }

    /// Adds a class while the condition is true.
    pub fn class_if(self, class: &'static str, holds: impl IntoValue) -> Self {
        self.put(holds.into_value(), move |element, holds| {
            let _ = element.class_list().toggle_with_force(class, holds.is_some());
        })
    }

    /// Sets a style property through the DOM, which a content security policy without inline styles allows.
    pub fn style(self, property: &'static str, value: impl IntoValue) -> Self {
        self.put(value.into_value(), move |element, value| {
            let style = element.unchecked_ref::<HtmlElement>().style();
            let _ = style.set_property(property, value.unwrap_or_default());
        })
    }

    /// Sets the value of a field. Add the options of a `select` before.
    pub fn value(self, value: impl IntoValue) -> Self {
        self.put(value.into_value(), |element, value| {
            let value = value.unwrap_or_default();
            if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
                select.set_value(value);
            } else {
                let field = element.unchecked_ref::<HtmlInputElement>();
                // Setting the value moves the text cursor to the end.
                if field.value() != value {
                    field.set_value(value);
                }
            }
        })
    }

    /// Sets whether a check box or radio button is checked.
    pub fn checked(self, is_checked: impl IntoValue) -> Self {
        self.put(is_checked.into_value(), |element, is_checked| {
            element.unchecked_ref::<HtmlInputElement>().set_checked(is_checked.is_some());
        })
    }

    pub fn child(self, child: impl IntoView) -> Self {
        self.append(child.into_view())
    }

    fn append(self, child: View) -> Self {
        if let Some(node) = child.node() {
            let _ = self.0.append_child(node);
        }
        self
    }

    /// Adds an event listener. The caller guarantees the event type.
    pub fn on<E: JsCast + 'static>(self, event: &'static str, mut deed: impl FnMut(E) + 'static) -> Self {
        listen_boxed(&self.0, event, Box::new(move |event: Event| deed(event.unchecked_into())));
        self
    }

    /// Adds a click listener.
    pub fn press(self, deed: impl FnMut() + 'static) -> Self {
        self.press_boxed(Box::new(deed))
    }

    fn press_boxed(self, mut deed: Box<dyn Deed>) -> Self {
        listen_boxed(&self.0, "click", Box::new(move |_| deed.again()));
        self
    }

    /// Clones the element with its current content, without listeners and updates.
    #[must_use]
    pub fn copy(&self) -> Self {
        let node = self.0.clone_node_with_deep(true);
        node.map_or_else(|_| self.clone(), |node| Self(node.unchecked_into()))
    }

    /// Returns the web-sys element. The caller guarantees its type.
    pub fn get<E: JsCast + Clone>(&self) -> E {
        self.0.unchecked_ref::<E>().clone()
    }

    fn node(&self) -> &Node {
        &self.0
    }

    fn put(self, value: Value, set: impl Fn(&Element, Option<&str>) + 'static) -> Self {
        match value {
            Value::Fixed(value) => {
                if value.is_some() {
                    set(&self.0, value.as_deref());
                }
            }
            Value::Live(value) => {
                let element = self.0.clone();
                render(Box::new(move || set(&element, value.give().as_deref())));
            }
        }
        self
    }
}

/// Mounts the page into an element forever.
pub fn mount(place: &Node, page: impl FnOnce() -> View) {
    // This fails only if an executor is already set.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    if let Some(page) = owner.with(page).node() {
        let _ = place.append_child(page);
    }
    std::mem::forget(owner);
}

/// Listens to an event of the window until the owning screen is removed.
pub fn on_window<E: JsCast + 'static>(event: &'static str, mut deed: impl FnMut(E) + 'static) {
    listen_boxed(
        &leptos::prelude::window(),
        event,
        Box::new(move |event: Event| deed(event.unchecked_into())),
    );
}

/// An event listener that is removed on drop.
struct Listener {
    target: EventTarget,
    event: &'static str,
    deed: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ =
            self.target.remove_event_listener_with_callback(self.event, self.deed.as_ref().unchecked_ref());
    }
}

fn listen_boxed(target: &EventTarget, event: &'static str, mut deed: Box<dyn Take<Event>>) {
    let deed = Closure::new(move |event| deed.take(event));
    let _ = target.add_event_listener_with_callback(event, deed.as_ref().unchecked_ref());
    keep(Listener { target: target.clone(), event, deed });
}

/// Runs an action now, and again whenever a signal that it reads changes.
fn render(mut deed: Box<dyn Deed>) {
    keep(RenderEffect::new(move |_: Option<()>| deed.again()));
}
