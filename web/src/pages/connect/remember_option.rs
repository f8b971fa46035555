//! The option to remember the key.

use leptos::prelude::*;

use super::{
    fields::Fields,
    inputs::{CheckBox, SecretField},
};
use crate::{state::Connection, text::t};

/// Renders the option to remember the key on this device, with the field for the passphrase.
#[component]
pub(super) fn RememberOption(fields: Fields) -> impl IntoView {
    let vault = expect_context::<Connection>().vault;
    let is_new = vault.remembered.with_untracked(Vec::is_empty);
    let (label, hint) = match is_new {
        true => (
            t("New passphrase"),
            t("It encrypts the key on this device and cannot be recovered. If you forget it, enter the key \
               again."),
        ),
        false => (t("Passphrase of this device"), t("The passphrase of the other keys on this device.")),
    };
    let is_hidden = move || !fields.remember.get() || vault.is_unlocked.get();
    view! {
        <div class="field-group">
            <CheckBox id="remember" label=t("Remember on this device") checked=fields.remember />
            <SecretField
                id="passphrase"
                label=label
                node_ref=fields.passphrase
                error=fields.passphrase_error
                hidden=Signal::derive(is_hidden)
            >
                <span id="passphrase-hint" class="hint">
                    {hint}
                </span>
            </SecretField>
        </div>
    }
}
