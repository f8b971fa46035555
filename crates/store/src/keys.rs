//! API keys, of which the store has the hashes only.

use async_trait::async_trait;

use crate::error::Result;
use crate::identifiers::{KeyHash, KeyId, OrganizationId};
use crate::time::Micros;

/// The maximum number of keys of an organization, as in the vendor's service.
pub const MAX_KEYS: usize = 5;

/// An operation that a key can allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Reads jobs, statuses and logs.
    Read,
    /// Executes jobs.
    Run,
    /// Cancels jobs.
    Cancel,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 3] = [Self::Read, Self::Run, Self::Cancel];

    /// Returns the name that people use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Cancel => "cancel",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Run => 2,
            Self::Cancel => 4,
        }
    }
}

/// The scopes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Everything.
    pub const ALL: Self = Self(7);

    /// Returns whether these scopes include this one.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Returns the names, in the order of [`Scope::ALL`].
    pub fn names(self) -> Vec<&'static str> {
        Scope::ALL.into_iter().filter(|scope| self.contains(*scope)).map(Scope::name).collect()
    }

    /// Reads scopes from the database. Unknown bits are ignored.
    pub(crate) fn from_bits(bits: i64) -> Self {
        Self(u8::try_from(bits & 7).unwrap_or(0))
    }

    pub(crate) fn bits(self) -> i64 {
        self.0.into()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// A key to store.
#[derive(Clone, Copy, Debug)]
pub struct NewKey<'a> {
    /// Its name, unique in its organization.
    pub name: &'a str,
    /// Its hash.
    pub hash: &'a KeyHash,
    /// What it allows.
    pub scopes: Scopes,
    /// When it is created.
    pub created_at: Micros,
    /// When it expires. `None`: never.
    pub expires_at: Option<Micros>,
}

/// A key of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// The name of the organization.
    pub organization: String,
    /// The name of the key.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// When it was created.
    pub created_at: Micros,
    /// When it expires. `None`: never.
    pub expires_at: Option<Micros>,
    /// When it was used last, at the accuracy with which a gateway writes it.
    pub last_used_at: Option<Micros>,
    /// Whether the organization is active. Otherwise the key is refused.
    pub is_active: bool,
}

/// Organization, name, scopes, times of creation, expiry and last use, and whether the organization is active.
pub(crate) type KeyRow = (String, String, i64, Micros, Option<Micros>, Option<Micros>, bool);

impl From<KeyRow> for KeyEntry {
    fn from(row: KeyRow) -> Self {
        let (organization, name, scopes, created_at, expires_at, last_used_at, is_active) = row;
        let scopes = Scopes::from_bits(scopes);
        Self { organization, name, scopes, created_at, expires_at, last_used_at, is_active }
    }
}

/// The outcome of adding a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddKeyOutcome {
    /// The key is stored.
    Added,
    /// The organization has a key of this name.
    NameTaken,
    /// The organization has [`MAX_KEYS`] keys.
    LimitReached,
}

/// Stores API keys.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores a new key.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if another key has this hash.
    async fn add_key(&self, organization: OrganizationId, key: NewKey<'_>) -> Result<AddKeyOutcome>;

    /// Returns the keys of all organizations, in the order of the organizations' names and of the keys' creation.
    async fn keys(&self) -> Result<Vec<KeyEntry>>;

    /// Deletes a key. Returns false if no key has this name. The organization need not be active.
    async fn revoke_key(&self, organization: &str, name: &str) -> Result<bool>;

    /// Sets when a key expires. `None`: never. Returns false if no key has this name.
    async fn expire_key(&self, organization: &str, name: &str, at: Option<Micros>) -> Result<bool>;

    /// Stores when keys were used last. Keys that were revoked meanwhile are skipped.
    async fn record_key_uses(&self, uses: &[(KeyId, Micros)]) -> Result<()>;
}
