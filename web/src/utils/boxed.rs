//! Effects and memos with a boxed closure. They are compiled once for each type of value, not once for each use, which
//! makes the console smaller.

use leptos::prelude::*;

/// Calls `run` now, and again when a signal that it reads changes, like [`Effect::new`].
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// Returns the value of `compute`. It is computed again when a signal that it reads changes, like that of [`Memo::new`].
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let compute: Box<dyn Fn() -> T + Send + Sync> = Box::new(compute);
    Memo::new(move |_| compute())
}
