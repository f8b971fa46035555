//! Jobs that start work in another engine by a request, and poll it to its end.

mod background;
mod cancel;
mod client;
mod engine;
mod engine_log;
mod follow;
mod log_reader;
mod oauth2;
mod pointer;
mod poll;
mod resume_token;
mod run;
mod session;
mod settings;
mod start;
mod state_report;
mod template;

pub use client::SharedClient;
pub use pointer::Pointer;
pub use settings::{
    CancelSettings, EngineState, HttpJob, Link, LogSource, OAuth2Settings, PollSettings, PollUrl,
    RequestSettings, StartSettings,
};
pub use template::{JsonTemplate, Template, UrlTemplate, Variable};
