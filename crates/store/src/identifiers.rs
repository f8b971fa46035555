//! Identifiers that several subjects of the store share.

/// The number of an organization in the store.
pub type OrganizationId = i64;

/// The SHA-256 hash of an API key. It needs no salt and no stretching, because a key has 32 random bytes.
pub type KeyHash = [u8; 32];
