//! All jobs: what runs, how it went last, and starting one.

use leptos::prelude::on_cleanup;
use txjobs_sdk::JobStatusCode;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

use super::jobs_table::jobs_table;
use crate::{
    browser,
    components::{icon, reconnect, trouble_note},
    dom::{El, IntoView, View, button, el, on_window, show},
    format, jobs_list, poll,
    reactive::{Memo, RwSignal, effect},
    route::{Listing, Outcome, Route},
    state::{App, app},
};

/// How many jobs beyond those on the screen have their history loaded when the order depends on it.
const ALL: usize = usize::MAX;

/// The list of jobs.
pub fn jobs_page() -> El {
    let app = app();
    let listing = Memo::new(move || match app.route.get() {
        Route::Jobs(listing) => listing,
        _ => Listing::default(),
    });
    effect(move || {
        let active = app.jobs.statuses.with(|all| all.values().filter(|status| status.is_active()).count());
        let lead = if active > 0 { format!("({active}) ") } else { String::new() };
        browser::set_title(&format!("{lead}Jobs · txjobs"));
    });
    // Positions in the list of jobs, in the order of the screen.
    let shown = Memo::new(move || {
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
        Memo::new(move || app.jobs.list.with(|list| list.as_ref().is_none_or(|list| !list.is_empty())));
    // A memo, so that a refresh does not make the table anew under somebody's finger or focus.
    let below = Memo::new(move || match (has_jobs.get(), is_loaded() && shown.with(Vec::is_empty)) {
        (false, _) => Below::NoJobs,
        (true, true) => Below::NoMatch,
        (true, false) if !is_loaded() && app.jobs.trouble.with(Option::is_some) => Below::Nothing,
        (true, false) => Below::Table,
    });
    let head = el("div")
        .class("bar head")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Jobs"))
        .child(el("span").class("quiet").attr("role", "status").child(move || summary(app)))
        .child(el("span").class("grow"))
        .child(el("span").class("quiet wide").child(move || unknown(app, listing)));
    let note = move || {
        let trouble = app.jobs.trouble.get()?;
        let is_old = app.jobs.list.with_untracked(Option::is_some);
        let lead = if is_old { "What you see is old." } else { "The jobs could not be loaded." };
        let again = button("button", move || app.refresh()).child("Try again");
        Some(trouble_note(&trouble, lead, (again, reconnect(trouble.kind))))
    };
    let below = move || match below.get() {
        Below::NoJobs => no_jobs(app).into_view(),
        Below::NoMatch => no_match(app, listing).into_view(),
        Below::Nothing => View::default(),
        Below::Table => jobs_table(listing, shown, seen).into_view(),
    };
    el("main")
        .child(head)
        .child(show(move || has_jobs.get(), move || filters(listing)))
        .child(note)
        .child(below)
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

fn filters(listing: Memo<Listing>) -> El {
    let with = move |change: &dyn Fn(&mut Listing)| {
        let mut changed = listing.get_untracked();
        change(&mut changed);
        set(changed);
    };
    let name = el("input")
        .class("field")
        .attr("type", "text")
        .attr("placeholder", "Filter by name")
        .attr("aria-label", "Filter by name")
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .value(move || listing.with(|listing| listing.name.clone()));
    let field: HtmlInputElement = name.get();
    on_window("keydown", {
        let field = field.clone();
        move |event: KeyboardEvent| {
            if event.key() == "/" && !browser::is_typing(&event) {
                event.prevent_default();
                let _ = field.focus();
                field.select();
            }
        }
    });
    let name = name.on("input", move |_: Event| with(&|listing| listing.name = field.value())).on(
        "keydown",
        move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                with(&|listing| listing.name.clear());
            }
        },
    );
    let statuses = JobStatusCode::ALL.iter().filter_map(|status| status.label());
    let status = choice(
        "Status",
        statuses.map(|label| (label, label)).collect(),
        move || listing.with(|listing| listing.status.and_then(JobStatusCode::label).unwrap_or_default()),
        move |value| {
            with(&|listing| {
                listing.status = JobStatusCode::ALL.iter().copied().find(|s| s.label() == Some(value));
            });
        },
    );
    let outcome = choice(
        "Last run",
        Outcome::ALL.iter().map(|outcome| (outcome.slug(), outcome.label())).collect(),
        move || listing.with(|listing| listing.outcome.map(Outcome::slug).unwrap_or_default()),
        move |value| with(&|listing| listing.outcome = Outcome::ALL.into_iter().find(|o| o.slug() == value)),
    );
    let clear = move || button("button", move || set(listing.get_untracked().unfiltered())).child("Clear");
    let key = el("kbd").attr("aria-hidden", "true").class("wide").child("/");
    el("div")
        .class("bar filters")
        .attr("role", "search")
        .child(el("span").class("find").child(icon("find")).child(name).child(key))
        .child(status)
        .child(outcome)
        .child(show(move || listing.with(Listing::is_filtered), clear))
}

/// A choice among what a filter can be, the first of which is any.
fn choice(
    label: &'static str,
    options: Vec<(&'static str, &'static str)>,
    chosen: impl Fn() -> &'static str + 'static,
    choose: impl Fn(&str) + 'static,
) -> El {
    let option = |(value, label): (&'static str, String)| el("option").attr("value", value).child(label);
    let any = option(("", format!("{label}: any")));
    let options: Vec<_> =
        options.into_iter().map(|(value, label)| option((value, label.to_owned()))).collect();
    let select =
        el("select").class("field").attr("aria-label", label).child(any).child(options).value(chosen);
    let field: HtmlSelectElement = select.get();
    select.on("change", move |_: Event| choose(&field.value()))
}

fn no_jobs(app: App) -> El {
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    let words = el("p").child("The connection to ").child(el("bdi").child(server)).child(
        " works, and its organisation has no jobs. Jobs are made in TimeXtender, or in the configuration of a \
         gateway; they appear here by themselves.",
    );
    let again = button("button primary", move || app.refresh()).child(icon("refresh")).child("Look again");
    let other = el("a").class("button").attr("href", "#/settings").child("Use another server");
    el("div")
        .class("empty")
        .child(icon("ring"))
        .child(el("h2").child("No jobs here yet"))
        .child(words)
        .child(el("div").class("bar").child(again).child(other))
}

fn no_match(app: App, listing: Memo<Listing>) -> El {
    let title = move || match unknown(app, listing) {
        Some(_) => "No job matches so far",
        None => "No job matches",
    };
    let words = move || {
        let all = app.jobs.list.with(|list| list.as_ref().map_or(0, Vec::len));
        unknown(app, listing)
            .unwrap_or_else(|| format!("None of {} is like that.", format::plural(all, "job")))
    };
    let all = button("button", move || set(listing.get_untracked().unfiltered())).child("Show all jobs");
    el("div")
        .class("empty")
        .child(icon("find"))
        .child(el("h2").child(title))
        .child(el("p").child(words))
        .child(el("div").class("bar").child(all))
}
