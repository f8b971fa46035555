use leptos::prelude::*;

use crate::{
    components::{For, Icon},
    state::{Notice, NoticeLine, Notices},
    text::t,
};

/// Renders the notices, each with a button that dismisses it.
#[component]
pub fn NoticeList() -> impl IntoView {
    let notices = expect_context::<Notices>();
    let ids = move || notices.shown.with(|shown| shown.iter().map(|notice| notice.id).collect::<Vec<_>>());
    view! {
        <div class="notices" role="status">
            <For each=ids key=|id| *id let:id>
                <NoticeView id />
            </For>
        </div>
    }
}

/// Renders a notice. Its text may change while requests are sent.
#[component]
fn NoticeView(id: u32) -> impl IntoView {
    let notices = expect_context::<Notices>();
    let notice = Memo::new(move |_| notices.shown.with(|shown| shown.iter().find(|n| n.id == id).cloned()));
    let content = move || {
        notice.get().map(|Notice { text, lines, .. }| {
            let lines = lines.into_iter().map(|line| view! { <Line line /> }).collect_view();
            view! {
                <p>{text}</p>
                <ul>{lines}</ul>
            }
        })
    };
    view! {
        <div class="notice">
            <div>{move || content()}</div>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Dismiss")
                title=t("Dismiss")
                on:click=move |_| notices.dismiss(id)
            >
                <Icon name="cross" />
            </button>
        </div>
    }
}

#[component]
fn Line(line: NoticeLine) -> impl IntoView {
    let NoticeLine { job_name, text, link } = line;
    view! {
        <li>
            <bdi>{job_name}</bdi>
            " "
            <span class="muted">{text}</span>
            {link.map(|link| view! { " "<a class="link" href=link>{t("open run")}</a> })}
        </li>
    }
}
