//! A made-up organization of any size, with jobs that can be run and a past: the same for the same [`Plan`].

mod faults;
mod history;
mod hostile;
mod job;
mod numbers;
mod pieces;
mod script;
mod story;
mod words;

use std::{fmt, io};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

pub use script::{script, script_of};

use crate::clock::Micros;
use crate::key::KeyHash;
use txjobs_store::{Seeding, Store};

/// The most jobs that a plan may have: all their names differ.
pub const MOST_JOBS: u32 = 50_000;
/// The most past runs that a plan may have.
pub const MOST_EXECUTIONS: u32 = 100_000;
/// The most lines that the longest run may have.
pub const LONGEST_RUN: u32 = 1_000_000;

/// The name of a made-up organization's key.
pub const KEY_NAME: &str = "seed";

/// What kind of texts an organization has. On the wire in small letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The loads of a data warehouse.
    Warehouse,
    /// Texts that break a client that trusts them.
    Hostile,
}

impl Profile {
    const ALL: [Self; 2] = [Self::Warehouse, Self::Hostile];

    /// As it is in the store and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warehouse => "warehouse",
            Self::Hostile => "hostile",
        }
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }
}

/// What to make up. What has the same number, profile and sizes is the same at the same time, but for the ids, which
/// are also the organization's: two of them can be side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The same number makes the same organization.
    pub number: u64,
    /// What kind of texts.
    pub profile: Profile,
    /// Its name.
    pub organization: String,
    /// How many jobs: up to [`MOST_JOBS`].
    pub jobs: u32,
    /// How many past runs all jobs have together: up to [`MOST_EXECUTIONS`].
    pub executions: u32,
    /// How many lines the newest run of the first job has: up to [`LONGEST_RUN`]; 0: as many as any other.
    pub longest_run: u32,
}

/// What was made up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Jobs.
    pub jobs: u64,
    /// Past runs.
    pub executions: u64,
    /// Lines of all of them.
    pub lines: u64,
}

/// Why nothing was made up.
#[derive(Debug)]
pub enum SeedError {
    /// There is an organization of this name.
    NameTaken,
    /// The store does not answer, or does not take it: the key may be another organization's.
    Store(txjobs_store::Error),
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken => f.write_str("There is an organization of this name."),
            Self::Store(error) => write!(f, "The store did not take it: {error}."),
        }
    }
}

impl std::error::Error for SeedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NameTaken => None,
            Self::Store(error) => Some(error),
        }
    }
}

impl From<txjobs_store::Error> for SeedError {
    fn from(error: txjobs_store::Error) -> Self {
        Self::Store(error)
    }
}

/// Makes up an organization, whose history ends before `now`, and which has one key: the one of this hash, named
/// [`KEY_NAME`]. Nobody sees anything of it before all is there, and others can write meanwhile. One organization is
/// made up at a time; another call waits.
///
/// A caller that may be dropped half-way spawns this: what it leaves is invisible, but takes room until an organization
/// of the same name is made up or the store is reset.
///
/// # Errors
///
/// The name is taken, or the store does not take it. Then nothing is left of it.
pub async fn seed(store: &Store, plan: &Plan, now: Micros, key_hash: &KeyHash) -> Result<Seeded, SeedError> {
    let begun = store.begin_seeding(&plan.organization, plan.profile.name()).await?;
    let mut seeding = begun.ok_or(SeedError::NameTaken)?;
    match fill(&mut seeding, plan, now, key_hash).await {
        Ok(seeded) => Ok(seeded),
        Err(error) => {
            if let Err(error) = seeding.abandon().await {
                tracing::error!(
                    "an incomplete organization could not be deleted; it is not shown: {error:#}"
                );
            }
            Err(error.into())
        }
    }
}

async fn fill(
    seeding: &mut Seeding,
    plan: &Plan,
    now: Micros,
    key_hash: &KeyHash,
) -> txjobs_store::Result<Seeded> {
    // One piece is made up while another one is written. No more are in memory.
    let (sender, mut receiver) = mpsc::channel(1);
    let plan = plan.clone();
    let maker = tokio::task::spawn_blocking(move || {
        pieces::make(&plan, now, |piece| sender.blocking_send(piece).is_ok())
    });
    while let Some(piece) = receiver.recv().await {
        seeding.write(piece).await?;
    }
    let made = maker.await.map_err(io::Error::other)?;
    let seeded = made.map_err(io::Error::other)?;
    seeding.finish(KEY_NAME, key_hash, now).await?;
    Ok(seeded)
}
