//! Attribute values.

use std::{borrow::Cow, fmt};

use crate::closure::Give;
use crate::reactive::{Memo, RwSignal};

type Text = Cow<'static, str>;

/// A fixed value, or a closure that computes it.
pub enum Value {
    Fixed(Option<Text>),
    Live(Box<dyn Give<Option<Text>>>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(value) => f.debug_tuple("Fixed").field(value).finish(),
            Self::Live(_) => f.write_str("Live"),
        }
    }
}

/// Converts to an attribute value. Implemented for texts, `bool`, `Option`s of them, and for closures, signals and
/// memos that return one.
pub trait IntoValue {
    fn into_value(self) -> Value;
}

/// A value that is not reactive.
trait Plain {
    fn text(self) -> Option<Text>;
}

impl Plain for &'static str {
    fn text(self) -> Option<Text> {
        Some(Cow::Borrowed(self))
    }
}

impl Plain for String {
    fn text(self) -> Option<Text> {
        Some(Cow::Owned(self))
    }
}

impl Plain for bool {
    fn text(self) -> Option<Text> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<T: Plain> Plain for Option<T> {
    fn text(self) -> Option<Text> {
        self.and_then(T::text)
    }
}

macro_rules! fixed {
    ($($plain:ty)*) => { $(
        impl IntoValue for $plain {
            fn into_value(self) -> Value {
                Value::Fixed(self.text())
            }
        }
    )* };
}

fixed!(&'static str String bool Option<&'static str> Option<String>);

impl<T: Plain, F: Fn() -> T + 'static> IntoValue for F {
    fn into_value(self) -> Value {
        Value::Live(Box::new(move || self().text()))
    }
}

impl<T: Plain + Clone + 'static> IntoValue for RwSignal<T> {
    fn into_value(self) -> Value {
        Value::Live(Box::new(move || self.get().text()))
    }
}

impl<T: Plain + Clone + 'static> IntoValue for Memo<T> {
    fn into_value(self) -> Value {
        Value::Live(Box::new(move || self.get().text()))
    }
}
