//! `Show` and `For` of Leptos, compiled once for the whole console instead of once for each use.

use std::{
    fmt,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    sync::Arc,
};

use leptos::{control_flow, prelude::*};

/// A condition of any closure type.
#[derive(Clone)]
pub struct Condition(Arc<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condition")
    }
}

impl<F: Fn() -> bool + Send + Sync + 'static> From<F> for Condition {
    fn from(condition: F) -> Self {
        Self(Arc::new(condition))
    }
}

/// Renders `children` while `when` returns true, and otherwise `fallback`.
#[component]
pub fn Show(
    #[prop(into)] when: Condition,
    children: ChildrenFn,
    #[prop(optional, into)] fallback: ViewFn,
) -> impl IntoView {
    view! {
        <control_flow::Show when=move || (when.0)() fallback>
            {children()}
        </control_flow::Show>
    }
}

/// An item whose view is not built yet.
struct Item {
    key: u64,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Renders the items that `each` returns. An item with the same `key` as before keeps its view.
#[component]
pub fn For<Items, T, K, V>(
    each: impl Fn() -> Items + Send + 'static,
    key: impl Fn(&T) -> K + Send + 'static,
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    Items: IntoIterator<Item = T>,
    T: Send + 'static,
    K: Hash,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    let item = move |item: T| {
        let (key, children) = (hash(&key(&item)), Arc::clone(&children));
        Item { key, view: Box::new(move || children(item).into_any()) }
    };
    list(Box::new(move || each().into_iter().map(&item).collect()))
}

fn list(each: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    view! { <control_flow::For each key=|item| item.key children=|item| (item.view)() /> }.into_any()
}

/// Returns a hash of 64 bits. Two keys of the same list never have the same one in practice.
fn hash(key: &impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key)
}
