//! Identifiers that several subjects of the store share.

use uuid::Uuid;

/// The number of an organization in the store.
pub type OrganizationId = i64;

/// The number of an API key in the store.
pub type KeyId = i64;

/// The SHA-256 hash of an API key. It needs no salt and no stretching, because a key has 32 random bytes.
pub type KeyHash = [u8; 32];

/// The id of a node: one process of a gateway, from its start to its end.
pub type NodeId = Uuid;
