//! Children of elements: elements, texts, lists of them, and closures that return one of these.

use leptos::prelude::{document, untrack};
use web_sys::Node;

use super::listener::run_effect;
use crate::closure::Compute;
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
    fn reactive(compute: Box<dyn Compute<Self>>) -> View
    where
        Self: Sized,
    {
        region(Box::new(move || compute.compute().into_view()))
    }
}

impl IntoView for View {
    fn into_view(self) -> View {
        self
    }

    fn reactive(compute: Box<dyn Compute<Self>>) -> View {
        region(compute)
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

    fn reactive(compute: Box<dyn Compute<Self>>) -> View {
        reactive_text(Box::new(move || compute.compute().to_owned()))
    }
}

impl IntoView for String {
    fn into_view(self) -> View {
        View::text(&self)
    }

    fn reactive(compute: Box<dyn Compute<Self>>) -> View {
        reactive_text(compute)
    }
}

impl IntoView for Option<String> {
    fn into_view(self) -> View {
        self.unwrap_or_default().into_view()
    }

    fn reactive(compute: Box<dyn Compute<Self>>) -> View {
        reactive_text(Box::new(move || compute.compute().unwrap_or_default()))
    }
}

impl IntoView for Option<View> {
    fn into_view(self) -> View {
        self.unwrap_or_default()
    }
}

impl IntoView for Vec<View> {
    fn into_view(self) -> View {
        fragment(&self)
    }
}

impl<const N: usize> IntoView for [View; N] {
    fn into_view(self) -> View {
        fragment(&self)
    }
}

impl<V: IntoView, F: Fn() -> V + 'static> IntoView for F {
    fn into_view(self) -> View {
        V::reactive(Box::new(self))
    }
}

impl<V: IntoView + Clone> IntoView for RwSignal<V> {
    fn into_view(self) -> View {
        V::reactive(Box::new(move || self.get()))
    }
}

impl<V: IntoView + Clone> IntoView for Memo<V> {
    fn into_view(self) -> View {
        V::reactive(Box::new(move || self.get()))
    }
}

macro_rules! into_view_for_tuple {
    ($($name:ident)*) => {
        impl<$($name: IntoView),*> IntoView for ($($name,)*) {
            #[allow(non_snake_case, reason = "the macro uses the type names as variable names")]
            fn into_view(self) -> View {
                let ($($name,)*) = self;
                fragment(&[$($name.into_view()),*])
            }
        }
    };
}

into_view_for_tuple!(A B);
into_view_for_tuple!(A B C);
into_view_for_tuple!(A B C D);
into_view_for_tuple!(A B C D E);

fn fragment(views: &[View]) -> View {
    let fragment = document().create_document_fragment();
    for node in views.iter().filter_map(View::node) {
        let _ = fragment.append_child(node);
    }
    View(Some(fragment.into()))
}

fn reactive_text(compute: Box<dyn Compute<String>>) -> View {
    let text = document().create_text_node("");
    let node = text.clone();
    run_effect(Box::new(move || {
        let now = compute.compute();
        if node.data() != now {
            node.set_data(&now);
        }
    }));
    View(Some(text.into()))
}

/// Replaces the nodes between two markers at each change. This loses the focus of replaced elements; use [`show`] for
/// elements that only appear and disappear.
fn region(compute: Box<dyn Compute<View>>) -> View {
    let [start, end] = [(); 2].map(|()| Node::from(document().create_comment("")));
    let region = View(Some(document().create_document_fragment().into()));
    if let Some(parent) = region.node() {
        let _ = parent.append_child(&start);
        let _ = parent.append_child(&end);
    }
    run_effect(Box::new(move || {
        // Create the new view before the old one is removed.
        let new = compute.compute();
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

fn show_boxed(condition: Box<dyn Compute<bool>>, view: Box<dyn Compute<View>>) -> View {
    let is_shown = Memo::new(move || condition.compute());
    region(Box::new(move || if is_shown.get() { untrack(|| view.compute()) } else { View::default() }))
}

impl From<Node> for View {
    fn from(node: Node) -> Self {
        Self(Some(node))
    }
}
