//! Attribute values.

use std::{borrow::Cow, fmt};

use crate::closure::Compute;
use crate::reactive::{Memo, RwSignal};

type Text = Cow<'static, str>;

/// A fixed value, or a closure that computes it.
pub enum Value {
    Fixed(Option<Text>),
    Reactive(Box<dyn Compute<Option<Text>>>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(value) => f.debug_tuple("Fixed").field(value).finish(),
            Self::Reactive(_) => f.write_str("Reactive"),
        }
    }
}

/// Converts to an attribute value. Implemented for texts, `bool`, `Option`s of them, and for closures, signals and
/// memos that return one.
pub trait IntoValue {
    fn into_value(self) -> Value;
}

/// A value that is not reactive.
trait PlainValue {
    fn into_text(self) -> Option<Text>;
}

impl PlainValue for &'static str {
    fn into_text(self) -> Option<Text> {
        Some(Cow::Borrowed(self))
    }
}

impl PlainValue for String {
    fn into_text(self) -> Option<Text> {
        Some(Cow::Owned(self))
    }
}

impl PlainValue for bool {
    fn into_text(self) -> Option<Text> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<T: PlainValue> PlainValue for Option<T> {
    fn into_text(self) -> Option<Text> {
        self.and_then(T::into_text)
    }
}

macro_rules! into_fixed_value {
    ($($plain:ty)*) => { $(
        impl IntoValue for $plain {
            fn into_value(self) -> Value {
                Value::Fixed(self.into_text())
            }
        }
    )* };
}

into_fixed_value!(&'static str String bool Option<&'static str> Option<String>);

impl<T: PlainValue, F: Fn() -> T + 'static> IntoValue for F {
    fn into_value(self) -> Value {
        Value::Reactive(Box::new(move || self().into_text()))
    }
}

impl<T: PlainValue + Clone + 'static> IntoValue for RwSignal<T> {
    fn into_value(self) -> Value {
        Value::Reactive(Box::new(move || self.get().into_text()))
    }
}

impl<T: PlainValue + Clone + 'static> IntoValue for Memo<T> {
    fn into_value(self) -> Value {
        Value::Reactive(Box::new(move || self.get().into_text()))
    }
}
