//! Polls a run to its end, and cancels it.

mod end;
mod poll_loop;
mod state_hint;
mod stop;

pub(super) use stop::follow;
