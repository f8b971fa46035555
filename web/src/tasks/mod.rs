//! What runs in the background and keeps the screens current.

pub mod auto_lock;
pub mod load_histories;
pub mod notifications;
pub mod poll;
