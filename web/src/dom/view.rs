//! Children of elements: elements, texts, lists of them, and closures that return one of these.

use leptos::prelude::{document, untrack};
use web_sys::Node;

use super::{El, render};
use crate::closure::Give;
use crate::reactive::{Memo, RwSignal};

/// A DOM node, a fragment of several nodes, or nothing. Appending it to an element moves the nodes.
#[derive(Clone, Debug, Default)]
pub struct View(Option<Node>);

impl View {
    pub(super) fn node(&self) -> Option<&Node> {
        self.0.as_ref()
    }

    fn text(text: &str) -> Self {
        Self(Some(document().create_text_node(text).into()))
    }
}

/// Converts to a child of an element.
pub trait IntoView: 'static {
    fn into_view(self) -> View;

    /// Creates a child that is updated with the result of a closure.
    fn live(give: Box<dyn Give<Self>>) -> View
    where
        Self: Sized,
    {
        region(Box::new(move || give.give().into_view()))
    }
}

impl IntoView for View {
    fn into_view(self) -> View {
        self
    }

    fn live(give: Box<dyn Give<Self>>) -> View {
        region(give)
    }
}

impl IntoView for El {
    fn into_view(self) -> View {
        View(Some(self.0.into()))
    }
}

impl IntoView for () {
    fn into_view(self) -> View {
        View(None)
    }
}

impl IntoView for &'static str {
    fn into_view(self) -> View {
        View::text(self)
    }

    fn live(give: Box<dyn Give<Self>>) -> View {
        live_text(Box::new(move || give.give().to_owned()))
    }
}

impl IntoView for String {
    fn into_view(self) -> View {
        View::text(&self)
    }

    fn live(give: Box<dyn Give<Self>>) -> View {
        live_text(give)
    }
}

impl IntoView for Option<String> {
    fn into_view(self) -> View {
        self.unwrap_or_default().into_view()
    }

    fn live(give: Box<dyn Give<Self>>) -> View {
        live_text(Box::new(move || give.give().unwrap_or_default()))
    }
}

impl IntoView for Option<View> {
    fn into_view(self) -> View {
        self.unwrap_or_default()
    }
}

impl IntoView for Option<El> {
    fn into_view(self) -> View {
        self.map(El::into_view).unwrap_or_default()
    }
}

impl IntoView for Vec<View> {
    fn into_view(self) -> View {
        several(&self)
    }
}

impl IntoView for Vec<El> {
    fn into_view(self) -> View {
        several(&Vec::from_iter(self.into_iter().map(El::into_view)))
    }
}

impl<const N: usize> IntoView for [View; N] {
    fn into_view(self) -> View {
        several(&self)
    }
}

impl<const N: usize> IntoView for [El; N] {
    fn into_view(self) -> View {
        self.to_vec().into_view()
    }
}

impl<V: IntoView, F: Fn() -> V + 'static> IntoView for F {
    fn into_view(self) -> View {
        V::live(Box::new(self))
    }
}

impl<V: IntoView + Clone> IntoView for RwSignal<V> {
    fn into_view(self) -> View {
        V::live(Box::new(move || self.get()))
    }
}

impl<V: IntoView + Clone> IntoView for Memo<V> {
    fn into_view(self) -> View {
        V::live(Box::new(move || self.get()))
    }
}

macro_rules! several_of {
    ($($name:ident)*) => {
        impl<$($name: IntoView),*> IntoView for ($($name,)*) {
            #[allow(non_snake_case, reason = "the macro uses the type names as variable names")]
            fn into_view(self) -> View {
                let ($($name,)*) = self;
                several(&[$($name.into_view()),*])
            }
        }
    };
}

several_of!(A B);
several_of!(A B C);
several_of!(A B C D);
several_of!(A B C D E);

fn several(views: &[View]) -> View {
    let fragment = document().create_document_fragment();
    for node in views.iter().filter_map(View::node) {
        let _ = fragment.append_child(node);
    }
    View(Some(fragment.into()))
}

fn live_text(give: Box<dyn Give<String>>) -> View {
    let text = document().create_text_node("");
    let node = text.clone();
    render(Box::new(move || {
        let now = give.give();
        if node.data() != now {
            node.set_data(&now);
        }
    }));
    View(Some(text.into()))
}

/// Replaces the nodes between two markers at each change. This loses the focus of replaced elements; use [`show`] for
/// elements that only appear and disappear.
fn region(give: Box<dyn Give<View>>) -> View {
    let [start, end] = [(); 2].map(|()| Node::from(document().create_comment("")));
    let region = View(Some(document().create_document_fragment().into()));
    if let Some(parent) = region.node() {
        let _ = parent.append_child(&start);
        let _ = parent.append_child(&end);
    }
    render(Box::new(move || {
        // Create the new view before the old one is removed.
        let new = give.give();
        while let Some(old) = start.next_sibling().filter(|next| *next != end) {
            if let Some(parent) = old.parent_node() {
                let _ = parent.remove_child(&old);
            }
        }
        if let (Some(parent), Some(new)) = (end.parent_node(), new.node()) {
            let _ = parent.insert_before(new, Some(&end));
        }
    }));
    region
}

/// Shows a view while the condition is true. The view is created when the result of the condition changes, not at each
/// change of a signal that the condition reads.
pub fn show<V: IntoView>(condition: impl Fn() -> bool + 'static, view: impl Fn() -> V + 'static) -> View {
    show_boxed(Box::new(condition), Box::new(move || view().into_view()))
}

fn show_boxed(condition: Box<dyn Give<bool>>, view: Box<dyn Give<View>>) -> View {
    let holds = Memo::new(move || condition.give());
    region(Box::new(move || if holds.get() { untrack(|| view.give()) } else { View::default() }))
}

impl From<web_sys::DocumentFragment> for View {
    fn from(fragment: web_sys::DocumentFragment) -> Self {
        Self(Some(fragment.into()))
    }
}
