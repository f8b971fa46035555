//! The bar above all screens.

mod top_bar;

pub use top_bar::TopBar;
