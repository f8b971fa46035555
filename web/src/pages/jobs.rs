//! All jobs: what runs, how it went last, and starting one.

use crate::components::{effect, press, while_};
use leptos::{html, prelude::*};
use txjobs_sdk::JobStatusCode;

use super::jobs_table::JobsTable;
use crate::{
    browser,
    components::{TroubleNote, icon, reconnect},
    format, jobs_list, poll,
    route::{Listing, Outcome, Route},
    state::{App, app},
};

/// How many jobs beyond those on the screen have their history loaded when the order depends on it.
const ALL: usize = usize::MAX;

/// The list of jobs.
#[component]
pub fn JobsPage() -> impl IntoView {
    let app = app();
    let listing = Memo::new(move |_| match app.route.get() {
        Route::Jobs(listing) => listing,
        _ => Listing::default(),
    });
    effect(move || {
        let active = app.jobs.statuses.with(|all| all.values().filter(|status| status.is_active()).count());
        let lead = if active > 0 { format!("({active}) ") } else { String::new() };
        browser::set_title(&format!("{lead}Jobs · txjobs"));
    });
    // Positions in the list of jobs, in the order of the screen.
    let shown = Memo::new(move |_| {
        app.jobs.list.with(|jobs| {
            let jobs = jobs.as_deref().unwrap_or_default();
            app.jobs.statuses.with(|statuses| {
                let arrange = |histories: &_| {
                    let known = jobs_list::Known { jobs, statuses, histories };
                    let shown = listing.with(|listing| jobs_list::arrange(known, listing));
                    shown.into_iter().map(|at| jobs[at].id).collect::<Vec<_>>()
                };
                // Histories come one by one: do not sort again for each where the order does not depend on them.
                if listing.with(Listing::needs_history) {
                    app.jobs.histories.with(arrange)
                } else {
                    app.jobs.histories.with_untracked(arrange)
                }
            })
        })
    });
    let seen = RwSignal::new(0..0);
    want_histories(app, listing, shown, seen);
    let is_loaded = move || app.jobs.list.with(Option::is_some);
    let has_jobs =
        Memo::new(move |_| app.jobs.list.with(|list| list.as_ref().is_none_or(|list| !list.is_empty())));
    // A memo, so that a refresh does not make the table anew under somebody's finger or focus.
    let below = Memo::new(move |_| match (has_jobs.get(), is_loaded() && shown.with(Vec::is_empty)) {
        (false, _) => Below::NoJobs,
        (true, true) => Below::NoMatch,
        (true, false) if !is_loaded() && app.jobs.trouble.with(Option::is_some) => Below::Nothing,
        (true, false) => Below::Table,
    });
    view! {
        <main>
            <div class="bar head">
                <h1 id="title" tabindex="-1">"Jobs"</h1>
                <span class="quiet" role="status">{move || summary(app)}</span>
                <span class="grow"></span>
                <span class="quiet wide">{move || unknown(app, listing)}</span>
            </div>
            {while_(move || has_jobs.get(), move || view! {
                <Filters listing />
            }.into_any())}
            {move || app.jobs.trouble.get().map(|trouble| {
                let kind = trouble.kind;
                let lead = if is_loaded() { "What you see is old." } else { "The jobs could not be loaded." };
                view! {
                    <TroubleNote trouble lead=lead>
                        <button type="button" class="button" on:click=press(move || app.refresh())>"Try again"</button>
                        {reconnect(kind)}
                    </TroubleNote>
                }
            })}
            {move || match below.get() {
                Below::NoJobs => view! { <NoJobs /> }.into_any(),
                Below::NoMatch => view! { <NoMatch listing /> }.into_any(),
                Below::Nothing => ().into_any(),
                Below::Table => view! { <JobsTable listing shown seen /> }.into_any(),
            }}
        </main>
    }
}

/// What stands below the filters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Below {
    NoJobs,
    NoMatch,
    Nothing,
    Table,
}

/// Tells the loader whose history the screen wants: what is seen first, then all where the order depends on it.
fn want_histories(
    app: App,
    listing: Memo<Listing>,
    shown: Memo<Vec<txjobs_sdk::types::JobId>>,
    seen: RwSignal<std::ops::Range<usize>>,
) {
    effect(move || {
        let mut wanted: Vec<_> = shown.with(|shown| {
            let seen = seen.get();
            shown.get(seen.start..seen.end.min(shown.len())).unwrap_or_default().to_vec()
        });
        if listing.with(Listing::needs_history) && app.extensions.get().logs {
            app.jobs.list.with(|list| wanted.extend(list.iter().flatten().map(|job| job.id).take(ALL)));
        }
        app.jobs.wanted.set(wanted);
        poll::load_histories(app);
    });
    on_cleanup(move || app.jobs.wanted.set(Vec::new()));
}

fn summary(app: App) -> String {
    let Some(count) = app.jobs.list.with(|list| list.as_ref().map(Vec::len)) else {
        return "loading…".to_owned();
    };
    let mut words = format::count(count);
    app.jobs.statuses.with(|statuses| {
        for status in [JobStatusCode::Running, JobStatusCode::Pending] {
            let count = statuses.values().filter(|other| **other == status).count();
            if count > 0 {
                words.push_str(&format!(" · {} {status}", format::count(count)));
            }
        }
    });
    words
}

/// How much is still missing of what the order or filter depends on.
fn unknown(app: App, listing: Memo<Listing>) -> Option<String> {
    if !listing.with(Listing::needs_history) {
        return None;
    }
    let all = app.jobs.list.with(|list| list.as_ref().map_or(0, Vec::len));
    let known = app.jobs.histories.with(std::collections::HashMap::len);
    (known < all).then(|| format!("last runs known of {} of {}", format::count(known), format::count(all)))
}

fn set(listing: Listing) {
    let route = Route::Jobs(listing);
    browser::replace(&route.to_string());
    app().route.set(route);
}

#[component]
fn Filters(listing: Memo<Listing>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "/" && !browser::is_typing(&event) {
            event.prevent_default();
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
                field.select();
            }
        }
    });
    on_cleanup(move || keys.remove());
    let with = move |change: &dyn Fn(&mut Listing)| {
        let mut changed = listing.get_untracked();
        change(&mut changed);
        set(changed);
    };
    let status = move |event| {
        let value = event_target_value(&event);
        with(&|listing| {
            listing.status = JobStatusCode::ALL.iter().copied().find(|s| s.label() == Some(&value));
        });
    };
    let outcome = move |event| {
        let value = event_target_value(&event);
        with(&|listing| listing.outcome = Outcome::ALL.into_iter().find(|o| o.slug() == value));
    };
    view! {
        <div class="bar filters" role="search">
            <span class="find">
                {icon("find")}
                <input class="field" type="text" placeholder="Filter by name" aria-label="Filter by name" spellcheck="false"
                    autocomplete="off" node_ref=field prop:value=move || listing.get().name
                    on:input=move |event| { let name = event_target_value(&event); with(&|listing| listing.name = name.clone()); }
                    on:keydown=move |event| if event.key() == "Escape" { with(&|listing| listing.name.clear()); } />
                <kbd aria-hidden="true" class="wide">"/"</kbd>
            </span>
            <select class="field" aria-label="Status" on:change=status
                prop:value=move || listing.get().status.and_then(JobStatusCode::label).unwrap_or_default()>
                <option value="">"Status: any"</option>
                {JobStatusCode::ALL.iter().filter_map(|s| s.label()).map(|label| view! { <option value=label>{label}</option> }).collect_view()}
            </select>
            <select class="field" aria-label="Last run" on:change=outcome
                prop:value=move || listing.get().outcome.map(Outcome::slug).unwrap_or_default()>
                <option value="">"Last run: any"</option>
                {Outcome::ALL.map(|o| view! { <option value=o.slug()>{o.label()}</option> }).collect_view()}
            </select>
            {while_(move || listing.with(Listing::is_filtered), move || view! {
                <button type="button" class="button" on:click=press(move || set(listing.get_untracked().unfiltered()))>"Clear"</button>
            }.into_any())}
        </div>
    }
}

#[component]
fn NoJobs() -> impl IntoView {
    let app = app();
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    view! {
        <div class="empty">
            {icon("ring")}
            <h2>"No jobs here yet"</h2>
            <p>
                "The connection to " <bdi>{server}</bdi>
                " works, and its organisation has no jobs. Jobs are made in TimeXtender, or in the configuration of a gateway; they appear here by themselves."
            </p>
            <div class="bar">
                <button type="button" class="button primary" on:click=press(move || app.refresh())>{icon("refresh")} "Look again"</button>
                <a class="button" href="#/settings">"Use another server"</a>
            </div>
        </div>
    }
}

#[component]
fn NoMatch(listing: Memo<Listing>) -> impl IntoView {
    let app = app();
    let all = move || app.jobs.list.with(|list| list.as_ref().map_or(0, Vec::len));
    let is_waiting = move || unknown(app, listing).is_some();
    view! {
        <div class="empty">
            {icon("find")}
            <h2>{move || if is_waiting() { "No job matches so far" } else { "No job matches" }}</h2>
            <p>{move || unknown(app, listing).unwrap_or_else(|| format!("None of {} is like that.", format::plural(all(), "job")))}</p>
            <div class="bar">
                <button type="button" class="button" on:click=press(move || set(listing.get_untracked().unfiltered()))>"Show all jobs"</button>
            </div>
        </div>
    }
}
