//! Elements, made by plain calls in the manner of Leptos' builder syntax and kept up to date by its signals.
//!
//! Leptos compiles every element, attribute and handler as a type of its own; that is fast and weighs three times as
//! much. Here an element is one type, attributes are names and values, and whatever is a closure is boxed. A closure in
//! the place of a child or a value is run again when a signal that it reads has changed. What belongs to an element
//! (its listeners, its closures) lives as long as the screen or the part of it that made it.
//!
//! Text and attributes are set as such: nothing is ever read as HTML.

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

/// A new element of HTML.
pub fn el(tag: &'static str) -> El {
    El(document().create_element(tag).expect("the names of elements are written here"))
}

/// A new element of SVG.
pub fn svg(tag: &'static str) -> El {
    let element = document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag);
    El(element.expect("the names of elements are written here"))
}

/// A button that does something on this page.
pub fn button(class: &'static str, deed: impl FnMut() + 'static) -> El {
    el("button").attr("type", "button").class(class).press(deed)
}

impl El {
    /// Sets an attribute: a text, or `true` for one without a value. `None` and `false` take it away.
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

    /// Adds a class while the condition holds.
    pub fn class_if(self, class: &'static str, holds: impl IntoValue) -> Self {
        self.put(holds.into_value(), move |element, holds| {
            let _ = element.class_list().toggle_with_force(class, holds.is_some());
        })
    }

    /// Sets a property of the element's own style, which a policy without inline styles allows.
    pub fn style(self, property: &'static str, value: impl IntoValue) -> Self {
        self.put(value.into_value(), move |element, value| {
            let style = element.unchecked_ref::<HtmlElement>().style();
            let _ = style.set_property(property, value.unwrap_or_default());
        })
    }

    /// Sets what a field holds. Of a `select`, only after its options are in it.
    pub fn value(self, value: impl IntoValue) -> Self {
        self.put(value.into_value(), |element, value| {
            let value = value.unwrap_or_default();
            if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
                select.set_value(value);
            } else {
                let field = element.unchecked_ref::<HtmlInputElement>();
                // Setting it moves the cursor to its end.
                if field.value() != value {
                    field.set_value(value);
                }
            }
        })
    }

    /// Sets whether a radio button is chosen.
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

    /// What happens on an event, which is taken to be of the type the closure names.
    pub fn on<E: JsCast + 'static>(self, event: &'static str, mut deed: impl FnMut(E) + 'static) -> Self {
        listen_boxed(&self.0, event, Box::new(move |event: Event| deed(event.unchecked_into())));
        self
    }

    /// What happens on a press.
    pub fn press(self, deed: impl FnMut() + 'static) -> Self {
        self.press_boxed(Box::new(deed))
    }

    fn press_boxed(self, mut deed: Box<dyn Deed>) -> Self {
        listen_boxed(&self.0, "click", Box::new(move |_| deed.again()));
        self
    }

    /// Another such element, as it is now: what listens to this one or keeps it up to date does not to its copy.
    #[must_use]
    pub fn copy(&self) -> Self {
        let node = self.0.clone_node_with_deep(true);
        node.map_or_else(|_| self.clone(), |node| Self(node.unchecked_into()))
    }

    /// The element as the browser knows it.
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

/// Puts the page into its place for good.
pub fn mount(place: &Node, page: impl FnOnce() -> View) {
    // Fails only where there is one already.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    if let Some(page) = owner.with(page).node() {
        let _ = place.append_child(page);
    }
    std::mem::forget(owner);
}

/// Listens to an event of the page as long as the screen is there.
pub fn on_window<E: JsCast + 'static>(event: &'static str, mut deed: impl FnMut(E) + 'static) {
    listen_boxed(
        &leptos::prelude::window(),
        event,
        Box::new(move |event: Event| deed(event.unchecked_into())),
    );
}

/// A listener that is taken away when it is dropped.
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

/// Runs now, and again whenever a signal that it reads has changed.
fn render(mut deed: Box<dyn Deed>) {
    keep(RenderEffect::new(move |_: Option<()>| deed.again()));
}
