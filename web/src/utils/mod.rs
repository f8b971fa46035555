//! Short functions around web APIs that no library wraps well.

pub mod address;
pub mod clipboard;
pub mod css;
pub mod download;
pub mod effects;
pub mod focus;
pub mod notification;
pub mod settings;
pub mod time;
pub mod virtual_rows;
