//! Runs whose work goes on elsewhere, so that they outlive their node.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use txjobs_store::{Run, SharedStore};

use super::retry::retry_until_ok;

/// Remembers how a run can be continued by another node.
#[derive(Debug)]
pub struct Resumption {
    store: SharedStore,
    run: Run,
    kind: Option<&'static str>,
    token: Option<String>,
    give_up: CancellationToken,
}

/// What the store has about a run that goes on elsewhere.
#[derive(Debug, Serialize, Deserialize)]
struct StoredToken<'a> {
    /// The kind of work that can continue the run.
    #[serde(borrow)]
    kind: Cow<'a, str>,
    /// Where a person finds the run. Empty: nothing was started.
    #[serde(borrow)]
    place: Cow<'a, str>,
    #[serde(borrow)]
    token: Cow<'a, str>,
}

impl Resumption {
    /// Creates the resumption of a run that work of this kind starts, or continues if an earlier node has stored something.
    ///
    /// # Errors
    ///
    /// Fails with the reason, for the log of the run, if work of another kind has started the run. Then this work must not run.
    pub(super) fn new(
        store: SharedStore,
        run: Run,
        kind: Option<&'static str>,
        stored: Option<&str>,
        give_up: CancellationToken,
    ) -> Result<Self, String> {
        let token = stored.map(|stored| token_of_kind(stored, kind)).transpose()?;
        Ok(Self { store, run, kind, token, give_up })
    }

    /// Returns what an earlier node stored. `None`: the work has not started yet.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Stores how the run can be continued, such as the address of its status; the place where a person finds it, for the inside of a
    /// sentence, or nothing if nothing was started; and a link to a page about it for people. Call this before anything depends on
    /// it. Returns false if the run no longer belongs to this node, or if the gateway stops while the store fails.
    pub async fn store_token(&self, token: &str, place: &str, link: Option<&str>) -> bool {
        // Without a kind, no work would continue the run.
        debug_assert!(self.kind.is_some(), "work with a resume token has no kind");
        let stored = StoredToken {
            kind: self.kind.unwrap_or_default().into(),
            place: place.into(),
            token: token.into(),
        };
        let text = serde_json::to_string(&stored).unwrap_or_default();
        retry_until_ok(&self.give_up, || self.store.set_resume_token(&self.run, &text, link)).await.is_some()
    }
}

/// Returns what work of this kind stored.
fn token_of_kind(stored: &str, kind: Option<&str>) -> Result<String, String> {
    let Ok(stored) = serde_json::from_str::<StoredToken<'_>>(stored) else {
        return Err("Another version of the gateway has started the run, and this one cannot follow it. It may go on elsewhere."
            .to_owned());
    };
    if Some(stored.kind.as_ref()) == kind {
        return Ok(stored.token.into_owned());
    }
    let now = kind.map_or_else(|| "no longer one".to_owned(), |kind| format!("one with `{kind}` now"));
    let kind = &stored.kind;
    Err(match stored.place.as_ref() {
        "" => format!(
            "The job has changed since the run was requested: it was a job with `{kind}`, and is {now}. Nothing was started. Start the \
             job again."
        ),
        place => format!(
            "The job has changed since the run was started: it was a job with `{kind}`, and is {now}. The run is not followed, and \
             nothing else is started. The run may go on: {place}."
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_of_another_kind_is_refused_with_the_place_of_the_run() {
        let stored = r#"{"kind":"http","place":"the run \"7\"","token":"{}"}"#;
        assert_eq!(token_of_kind(stored, Some("http")), Ok("{}".to_owned()));
        for (kind, expected) in
            [(Some("kubernetes"), "is one with `kubernetes` now"), (None, "is no longer one")]
        {
            let reason = token_of_kind(stored, kind).unwrap_err();
            assert!(
                reason.starts_with("The job has changed since the run was started: it was a job with `http`")
            );
            assert!(reason.contains(expected) && reason.ends_with("may go on: the run \"7\"."), "{reason}");
        }
        let waiting = r#"{"kind":"http","place":"","token":"{}"}"#;
        let reason = token_of_kind(waiting, None).unwrap_err();
        assert!(reason.contains("Nothing was started") && !reason.contains("may go on"), "{reason}");
        assert!(token_of_kind("number 7", Some("http")).unwrap_err().starts_with("Another version"));
    }
}
