//! Closures in boxes.
//!
//! A `Box<dyn Fn()>` brings a function along for each way in which it could be called (`Fn`, `FnMut`, `FnOnce`), for every
//! closure that is ever put into one. These bring the one that is called.

/// Gives a value, as often as it is asked.
pub trait Give<T> {
    fn give(&self) -> T;
}

impl<T, F: Fn() -> T> Give<T> for F {
    fn give(&self) -> T {
        self()
    }
}

/// Does something, as often as it is told.
pub trait Deed {
    fn again(&mut self);
}

impl<F: FnMut()> Deed for F {
    fn again(&mut self) {
        self();
    }
}

/// Does something with what it is given.
pub trait Take<T> {
    fn take(&mut self, what: T);
}

impl<T, F: FnMut(T)> Take<T> for F {
    fn take(&mut self, what: T) {
        self(what);
    }
}
