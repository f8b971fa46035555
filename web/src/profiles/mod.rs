pub mod key_store;
pub mod profile;
pub mod saved_profiles;
pub mod session;
pub mod vault;
