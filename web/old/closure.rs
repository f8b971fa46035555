//! Traits for boxed closures.
//!
//! The virtual table of a `Box<dyn Fn()>` has a function for each call trait (`Fn`, `FnMut`, `FnOnce`), and the compiler
//! generates all of them for every closure. These traits have a single method, which makes the program smaller.

/// Computes a value.
pub trait Compute<T> {
    fn compute(&self) -> T;
}

impl<T, F: Fn() -> T> Compute<T> for F {
    fn compute(&self) -> T {
        self()
    }
}

/// Runs an action.
pub trait Callback {
    fn call(&mut self);
}

impl<F: FnMut()> Callback for F {
    fn call(&mut self) {
        self();
    }
}

/// Handles a value, such as an event.
pub trait Handler<T> {
    fn handle(&mut self, value: T);
}

impl<T, F: FnMut(T)> Handler<T> for F {
    fn handle(&mut self, value: T) {
        self(value);
    }
}
