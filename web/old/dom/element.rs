//! The element type and its builder methods.

use leptos::prelude::{Owner, document};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement, Node};

use super::{
    listener::{listen, run_effect},
    value::{IntoValue, Value},
    view::{IntoView, View},
};
use crate::closure::Callback;

/// An element.
#[derive(Clone, Debug)]
pub struct El(Element);

/// Creates an HTML element.
pub fn el(tag: &'static str) -> El {
    El(document().create_element(tag).expect("element names are string literals"))
}

/// Creates an SVG element.
pub fn svg(tag: &'static str) -> El {
    let element = document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag);
    El(element.expect("element names are string literals"))
}

/// Creates a button with a click handler.
pub fn button(class: &'static str, on_click: impl FnMut() + 'static) -> El {
    el("button").attr("type", "button").class(class).on_click(on_click)
}

impl El {
    /// Sets an attribute to a text, or to the empty text for `true`. `None` and `false` remove it.
    pub fn attr(self, name: &'static str, value: impl IntoValue) -> Self {
        self.set(value.into_value(), move |element, value| {
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
        self.set(holds.into_value(), move |element, holds| {
            let _ = element.class_list().toggle_with_force(class, holds.is_some());
        })
    }

    /// Sets a style property through the DOM, which a content security policy without inline styles allows.
    pub fn style(self, property: &'static str, value: impl IntoValue) -> Self {
        self.set(value.into_value(), move |element, value| {
            let style = element.unchecked_ref::<HtmlElement>().style();
            let _ = style.set_property(property, value.unwrap_or_default());
        })
    }

    /// Sets the value of a field. Add the options of a `select` before.
    pub fn value(self, value: impl IntoValue) -> Self {
        self.set(value.into_value(), |element, value| {
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
        self.set(is_checked.into_value(), |element, is_checked| {
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
    pub fn on<E: JsCast + 'static>(self, event: &'static str, mut handle: impl FnMut(E) + 'static) -> Self {
        listen(&self.0, event, Box::new(move |event: Event| handle(event.unchecked_into())));
        self
    }

    /// Adds a click listener.
    pub fn on_click(self, handle: impl FnMut() + 'static) -> Self {
        self.on_click_boxed(Box::new(handle))
    }

    fn on_click_boxed(self, mut handle: Box<dyn Callback>) -> Self {
        listen(&self.0, "click", Box::new(move |_| handle.call()));
        self
    }

    /// Clones the element with its current content, without listeners and updates.
    #[must_use]
    pub fn clone_node(&self) -> Self {
        let node = self.0.clone_node_with_deep(true);
        node.map_or_else(|_| self.clone(), |node| Self(node.unchecked_into()))
    }

    /// Returns the web-sys element. The caller guarantees its type.
    pub fn get<E: JsCast + Clone>(&self) -> E {
        self.0.unchecked_ref::<E>().clone()
    }

    pub(super) fn node(&self) -> &Node {
        &self.0
    }

    fn set(self, value: Value, set: impl Fn(&Element, Option<&str>) + 'static) -> Self {
        match value {
            Value::Fixed(value) => {
                if value.is_some() {
                    set(&self.0, value.as_deref());
                }
            }
            Value::Reactive(value) => {
                let element = self.0.clone();
                run_effect(Box::new(move || set(&element, value.compute().as_deref())));
            }
        }
        self
    }
}

/// Mounts the page into an element forever.
pub fn mount(parent: &Node, page: impl FnOnce() -> View) {
    // This fails only if an executor is already set.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    if let Some(page) = owner.with(page).node() {
        let _ = parent.append_child(page);
    }
    std::mem::forget(owner);
}

/// Listens to an event of the window until the owning screen is removed.
pub fn on_window<E: JsCast + 'static>(event: &'static str, mut handle: impl FnMut(E) + 'static) {
    listen(&leptos::prelude::window(), event, Box::new(move |event: Event| handle(event.unchecked_into())));
}

impl IntoView for El {
    fn into_view(self) -> View {
        View::from(Node::from(self.0))
    }
}

impl IntoView for Option<El> {
    fn into_view(self) -> View {
        self.map(El::into_view).unwrap_or_default()
    }
}

impl IntoView for Vec<El> {
    fn into_view(self) -> View {
        self.into_iter().map(El::into_view).collect::<Vec<_>>().into_view()
    }
}

impl<const N: usize> IntoView for [El; N] {
    fn into_view(self) -> View {
        self.to_vec().into_view()
    }
}
