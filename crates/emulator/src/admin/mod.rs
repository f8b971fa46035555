//! The admin API, which controls the emulator. `admin.yaml` describes it.
//!
//! It needs its own token, allows no cross-origin requests, and accepts only requests to a loopback address unless the emulator
//! was started with `--admin-remote`.

mod behavior;
mod clock;
mod error;
mod extract;
mod faults;
mod guard;
mod journal;
mod reset;
mod router;
mod seed;
mod state;
mod strict;

pub use guard::Guard;
pub use router::router;
pub use state::AdminState;
