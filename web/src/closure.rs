//! Traits for boxed closures.
//!
//! The virtual table of a `Box<dyn Fn()>` has a function for each call trait (`Fn`, `FnMut`, `FnOnce`), and the compiler
//! generates all of them for every closure. These traits have a single method, which makes the program smaller.

/// Computes a value.
pub trait Give<T> {
    fn give(&self) -> T;
}

impl<T, F: Fn() -> T> Give<T> for F {
    fn give(&self) -> T {
        self()
    }
}

/// Runs an action.
pub trait Deed {
    fn again(&mut self);
}

impl<F: FnMut()> Deed for F {
    fn again(&mut self) {
        self();
    }
}

/// Handles a value, such as an event.
pub trait Take<T> {
    fn take(&mut self, what: T);
}

impl<T, F: FnMut(T)> Take<T> for F {
    fn take(&mut self, what: T) {
        self(what);
    }
}
