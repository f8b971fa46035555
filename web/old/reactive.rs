//! Wrappers around Leptos' signals and memos that are compiled once for all types.
//!
//! The compiler generates several kilobytes of Leptos code for every type that a signal holds. Here all signals hold
//! the same boxed type, and typed handles cast the value back. The handles have the names and semantics of Leptos.

use std::{
    any::Any,
    fmt,
    marker::PhantomData,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use leptos::prelude::{
    LocalStorage, Memo as AnyMemo, Read, ReadUntracked, RwSignal as AnySignal, StoredValue, Track, Write,
    on_cleanup,
};
use send_wrapper::SendWrapper;

use crate::closure::{Callback, Compute};

type BoxedValue = Box<dyn Any>;

/// A signal that can be read and written. Effects that read it run again when it changes.
pub struct RwSignal<T>(AnySignal<BoxedValue, LocalStorage>, PhantomData<fn() -> T>);

impl<T: 'static> RwSignal<T> {
    pub fn new(value: T) -> Self {
        Self(AnySignal::new_local(Box::new(value)), PhantomData)
    }

    pub fn track(self) {
        self.0.track();
    }

    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(downcast(&**self.0.read()))
    }

    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(downcast(&**self.0.read_untracked()))
    }

    /// Returns `None` if the owning screen was removed.
    pub fn try_with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.try_read_untracked().map(|value| read(downcast(&**value)))
    }

    pub fn set(self, value: T) {
        self.update(|current| *current = value);
    }

    /// Like [`set`](Self::set), but does nothing if the owning screen was removed.
    pub fn try_set(self, value: T) {
        if let Some(mut current) = self.0.try_write() {
            *downcast_mut(&mut **current) = value;
        }
    }

    pub fn update(self, change: impl FnOnce(&mut T)) {
        change(downcast_mut(&mut **self.0.write()));
    }

    pub fn update_untracked(self, change: impl FnOnce(&mut T)) {
        change(downcast_mut(&mut **self.0.write_untracked()));
    }
}

impl<T: Clone + 'static> RwSignal<T> {
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// Returns `None` if the owning screen was removed.
    pub fn try_get_untracked(self) -> Option<T> {
        self.try_with_untracked(T::clone)
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> fmt::Debug for RwSignal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RwSignal")
    }
}

/// A value computed from signals. It notifies its readers only when the value changes.
pub struct Memo<T>(AnyMemo<ComparableValue>, PhantomData<fn() -> T>);

impl<T: PartialEq + 'static> Memo<T> {
    pub fn new(compute: impl Fn() -> T + 'static) -> Self {
        Self(new_memo(Box::new(move || ComparableValue::new(compute()))), PhantomData)
    }
}

impl<T: 'static> Memo<T> {
    pub fn track(self) {
        // A memo that was never read has no dependencies yet and would never notify.
        drop(self.0.read());
    }

    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(downcast(&**self.0.read().value))
    }

    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(downcast(&**self.0.read_untracked().value))
    }
}

impl<T: Clone + 'static> Memo<T> {
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

impl<T> Copy for Memo<T> {}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}

/// Runs a closure soon, and again whenever a signal that it reads changes, until the owning screen is removed.
pub fn effect(action: impl FnMut() + 'static) {
    new_effect(Box::new(action));
}

/// Returns a flag that turns false when the current screen is removed. Check it before writing to the screen's
/// signals.
pub fn screen_alive() -> Arc<AtomicBool> {
    let alive = Arc::new(AtomicBool::new(true));
    let flag = alive.clone();
    on_cleanup(move || flag.store(false, Ordering::Relaxed));
    alive
}

/// Keeps a value alive until the owning screen is removed.
pub fn keep_alive(value: impl Any) {
    let value: BoxedValue = Box::new(value);
    StoredValue::new_local(value);
}

fn new_effect(mut action: Box<dyn Callback>) {
    leptos::prelude::Effect::new(move |_: Option<()>| action.call());
}

fn new_memo(compute: Box<dyn Compute<ComparableValue>>) -> AnyMemo<ComparableValue> {
    let compute = SendWrapper::new(compute);
    AnyMemo::new(move |_| compute.compute())
}

/// The value of a memo, with its comparison function.
struct ComparableValue {
    value: SendWrapper<Rc<dyn Any>>,
    is_same: fn(&dyn Any, &dyn Any) -> bool,
}

impl ComparableValue {
    fn new<T: PartialEq + 'static>(value: T) -> Self {
        Self {
            value: SendWrapper::new(Rc::new(value)),
            is_same: |one, other| downcast::<T>(one) == downcast::<T>(other),
        }
    }
}

impl PartialEq for ComparableValue {
    fn eq(&self, other: &Self) -> bool {
        (self.is_same)(&**self.value, &**other.value)
    }
}

fn downcast<T: 'static>(value: &dyn Any) -> &T {
    value.downcast_ref().expect(TYPE_MATCHES)
}

fn downcast_mut<T: 'static>(value: &mut dyn Any) -> &mut T {
    value.downcast_mut().expect(TYPE_MATCHES)
}

/// A handle is created together with its value, so the types match.
const TYPE_MATCHES: &str = "the type of a handle is the type of its value";
