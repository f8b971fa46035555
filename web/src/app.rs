//! The page as a whole: which screen is shown, and what every screen needs.

use leptos::prelude::{document, on_cleanup, request_animation_frame, set_interval_with_handle, window};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement};

use crate::{
    api, browser,
    components::{palette, question, run_many, top_bar},
    config::Preset,
    dom::{El, IntoView, View, el, mount, on_window},
    keyring,
    pages::{api_page, connect_page, job_page, jobs_page, run_page, settings_page},
    poll, profile,
    reactive::{Memo, effect},
    route::{Listing, Route},
    state::{App as Stores, Theme, app},
    tell,
};

/// Mounts the console into the page.
pub fn start() {
    // In what is published a panic has no words: `boot.js` tells people of it.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    let Some(place) = document().get_element_by_id("app").and_then(|e| e.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    browser::spawn(async move {
        // First, so that the page is drawn once: fields that change under the fingers are worse than a moment of nothing.
        let preset = api::preset().await;
        // To look into the vault takes some browsers longer than all the rest: not yet, where nothing is kept there.
        let has_kept = keyring::has_kept();
        let remembered = if has_kept { keyring::names().await } else { Vec::new() };
        place.set_text_content(None);
        mount(&place, || page(preset, remembered));
        if !has_kept {
            browser::sleep(2_000).await;
            app().remembered.set(keyring::names().await);
        }
    });
}

/// The whole page, with what whoever hosts it presets and the names under which keys are remembered here.
fn page(preset: Preset, remembered: Vec<String>) -> View {
    let app = Stores::provide();
    app.remembered.set(remembered);
    let (profiles, first) = profile::recall(&preset);
    app.profiles.set(profiles);
    app.chosen.set(first);
    app.preset.set(preset);
    listen_to_address(app);
    keep_appearance(app);
    keep_time(app);
    keyring::lock_when_unused(app);
    tell::tell_of_ends(app);
    // A connection keeps its jobs fresh until it is replaced.
    effect(move || {
        if let Some(number) = app.session.with(|session| session.as_ref().map(|session| session.number)) {
            browser::spawn(poll::keep_fresh(app, number));
        }
    });
    let skip = move |event: Event| {
        event.prevent_default();
        browser::focus("title");
    };
    let skip =
        el("a").class("unseen skip").attr("href", "#title").on("click", skip).child("Skip to the content");
    let dialogs = [question(), run_many(), palette()];
    (skip, top_bar(), screen(app), dialogs).into_view()
}

/// The screen that the address names, once there is a connection.
fn screen(app: Stores) -> impl Fn() -> View {
    let connected =
        Memo::new(move || app.session.with(|session| session.as_ref().map(|session| session.number)));
    // However the list is filtered, it is one screen.
    let screen = Memo::new(move || match app.route.get() {
        Route::Jobs(_) => Route::Jobs(Listing::default()),
        other => other,
    });
    // Whoever navigates by ear or keyboard is to land at the head of the new screen; not when the page opens.
    let mut before = None;
    effect(move || {
        let now = screen.get();
        match now {
            Route::Job(job) => app.last.update(|last| last.0 = Some(job)),
            Route::Run { job, run } => app.last.set((Some(job), Some(run))),
            _ => {}
        }
        if before.replace(now.clone()).is_some_and(|before| before != now) {
            request_animation_frame(|| {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                browser::focus("title");
            });
        }
    });
    move || {
        let Some(number) = connected.get() else {
            return connect_page(app.preset.get_untracked()).into_view();
        };
        let Some(session) = app.session_numbered(number) else { return View::default() };
        match screen.get() {
            Route::Jobs(_) => jobs_page().into_view(),
            Route::Job(job) => job_page(session, job).into_view(),
            Route::Run { job, run } => run_page(session, job, run).into_view(),
            Route::Api => api_page(session).into_view(),
            Route::Settings => settings_page(&session).into_view(),
            Route::Unknown => no_such_screen().into_view(),
        }
    }
}

fn no_such_screen() -> El {
    browser::set_title("Not found · txjobs");
    let words = "The link may be incomplete. Every job and every run can be reached from the list of jobs.";
    let back = el("a").class("button primary").attr("href", "#/").child("Go to the jobs");
    let whole = el("div")
        .class("empty")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("There is nothing at this address."))
        .child(el("p").child(words))
        .child(el("div").class("bar").child(back));
    el("main").child(whole)
}

fn listen_to_address(app: Stores) {
    on_window("hashchange", move |_: Event| {
        let route = Route::parse(&browser::hash());
        app.ask.set(None);
        app.ask_many.set(Vec::new());
        if app.route.with_untracked(|now| *now != route) {
            app.route.set(route);
        }
    });
}

fn keep_appearance(app: Stores) {
    on_window("resize", move |_: Event| {
        let is_narrow = browser::is_narrow();
        if is_narrow != app.is_narrow.get_untracked() {
            app.is_narrow.set(is_narrow);
        }
    });
    let mut is_first = true;
    effect(move || {
        let theme = app.theme.get();
        if let Some(root) = browser::root() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                theme => root.set_attribute("data-theme", theme.name()),
            };
        }
        if !std::mem::take(&mut is_first) {
            browser::remember("txjobs.theme", theme.name());
        }
    });
    let mut is_first = true;
    effect(move || {
        let minutes = app.lock_after.get();
        if !std::mem::take(&mut is_first) {
            browser::remember("txjobs.lock", &minutes.to_string());
        }
    });
    let mut is_first = true;
    effect(move || {
        let utc = app.utc.get();
        if !std::mem::take(&mut is_first) {
            browser::remember("txjobs.zone", if utc { "utc" } else { "local" });
        }
    });
    effect(move || {
        let (color, is_production) = app.chosen.with(|profile| (profile.color, profile.is_production));
        if let Some(root) = browser::root() {
            let _ = root.set_attribute("data-profile", color.name());
            let _ = root.toggle_attribute_with_force("data-production", is_production);
        }
    });
}

/// Keeps the time of day up while the page is seen, for everything that says how long ago.
fn keep_time(app: Stores) {
    let clock = set_interval_with_handle(
        move || {
            if !browser::is_hidden() {
                app.now.set(browser::now());
            }
        },
        std::time::Duration::from_secs(1),
    );
    if let Ok(clock) = clock {
        on_cleanup(move || clock.clear());
    }
}
