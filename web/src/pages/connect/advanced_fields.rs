//! The less common fields of the connect form: key header, profile name, color, and production mark.

use leptos::prelude::*;
use txjobs_sdk::paths;

use super::{
    fields::Fields,
    inputs::{CheckBox, TextField},
};
use crate::{profiles::profile::Color, text::t};

/// Renders the fields in a collapsed section, or an open one if the header is not the default.
#[component]
pub(super) fn AdvancedFields(fields: Fields) -> impl IntoView {
    let is_custom_header = fields.header.get_untracked() != paths::API_KEY_HEADER;
    view! {
        <details class="disclosure" open=is_custom_header>
            <summary>{t("More")}</summary>
            <div class="field-group">
                <TextField
                    id="header"
                    label=t("Key header name")
                    value=fields.header
                    error=fields.header_error
                />
                <TextField id="name" label=t("Profile name") value=fields.name placeholder=t("Production") />
                <fieldset>
                    <legend>{t("Page color")}</legend>
                    <div class="choices">
                        {Color::ALL
                            .map(|color| view! { <ColorChoice color selected=fields.color /> })
                            .collect_view()}
                    </div>
                </fieldset>
                <CheckBox
                    id="production"
                    label=t("Production: warn before each run")
                    checked=fields.is_production
                />
            </div>
        </details>
    }
}

/// Renders the radio button of a color.
#[component]
fn ColorChoice(color: Color, selected: RwSignal<Color>) -> impl IntoView {
    view! {
        <label>
            <input
                type="radio"
                name="color"
                value=color.name()
                prop:checked=move || selected.get() == color
                on:change=move |_| selected.set(color)
            />
            <span class=format!("swatch {}", color.name())></span>
            {color.label()}
        </label>
    }
}
