//! One type in the place of many: every closure that is given to the framework as it is has all of its machinery
//! compiled for it alone, so closures are boxed here first. Every byte travels.

use leptos::prelude::*;
use web_sys::MouseEvent;

/// What a press on a button does.
pub fn press(deed: impl FnMut() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    let mut deed = deed;
    Box::new(move |_| deed())
}

/// Runs now and whenever a signal that it reads has changed.
pub fn effect(deed: impl FnMut() + 'static) {
    let mut deed: Box<dyn FnMut()> = Box::new(deed);
    Effect::new(move |_: Option<()>| deed());
}

/// The view, while the condition holds. It is made anew each time the condition comes to hold.
pub fn while_(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let condition: Box<dyn Fn() -> bool + Send + Sync> = Box::new(condition);
    let view: Box<dyn Fn() -> AnyView + Send + Sync> = Box::new(view);
    let holds = Memo::new(move |_| condition());
    (move || if holds.get() { Some(untrack(&*view)) } else { None }).into_any()
}
