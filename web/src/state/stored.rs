//! Values in the browser's storage, shared with its other tabs.

use std::{fmt::Display, marker::PhantomData, str::FromStr};

use codee::string::FromToStringCodec;
use leptos::prelude::*;
use leptos_use_storage::use_local_storage;

/// A value in the browser's storage, written as text.
#[derive(Debug)]
pub struct Stored<T> {
    text: Signal<String>,
    set_text: WriteSignal<String>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Stored<T> {}

impl<T: Display + FromStr + Default + 'static> Stored<T> {
    /// Returns the value with this key.
    pub fn new(key: &str) -> Self {
        // All values are texts there, so that the large function is compiled once.
        let (text, set_text, _) = use_local_storage::<String, FromToStringCodec>(key.to_owned());
        Self { text, set_text, value: PhantomData }
    }

    /// Returns the stored value, or the default if nothing readable is stored.
    pub fn get(self) -> T {
        self.text.with(|text| text.parse().unwrap_or_default())
    }

    /// Like [`Self::get`], without tracking.
    pub fn get_untracked(self) -> T {
        untrack(|| self.get())
    }

    /// Like [`Self::get`], as a signal.
    pub fn signal(self) -> Signal<T>
    where
        T: Send + Sync,
    {
        Signal::derive(move || self.get())
    }

    /// Stores a value.
    pub fn set(self, value: T) {
        self.set_text.set(value.to_string());
    }
}
