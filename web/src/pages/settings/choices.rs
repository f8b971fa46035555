use leptos::prelude::*;

/// Renders a group of radio buttons.
#[component]
pub(super) fn Choices(legend: &'static str, children: Children) -> impl IntoView {
    view! {
        <fieldset>
            <legend>{legend}</legend>
            <div class="choices">{children()}</div>
        </fieldset>
    }
}

/// Renders a radio button. Its state follows `is_selected`.
#[component]
pub(super) fn Choice(
    group: &'static str,
    label: &'static str,
    #[prop(into)] is_selected: Signal<bool>,
    on_select: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <label>
            <input type="radio" name=group prop:checked=is_selected on:change=move |_| on_select() />
            {label}
        </label>
    }
}
