//! The page: selects the screen and sets up what all screens share.

use leptos::prelude::{document, on_cleanup, request_animation_frame, set_interval_with_handle, window};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement};

use crate::{
    api,
    components::{bulk_run_dialog, command_palette, confirm_dialog, top_bar},
    dom::{El, IntoView, View, el, mount, on_window},
    model::{config::Preset, list_options::ListOptions, route::Route},
    pages::{api_page, connect_page, job_page, jobs_page, run_page, settings_page},
    profiles::{remembered_keys, saved_profiles},
    reactive::{Memo, effect},
    state::{App, Theme, app},
    tasks::{notifications, poll},
    utils::browser,
};

/// Mounts the console into the page.
pub fn start() {
    // The published build has no panic messages; `boot.js` shows an error screen instead.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    let Some(root) = document().get_element_by_id("app").and_then(|e| e.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    browser::spawn(async move {
        // Load the preset before the first render, so that fields do not change while the user types into them.
        let preset = api::load_preset().await;
        // Opening the vault's database is slow in some browsers, so skip it during the start when the vault is empty.
        let has_stored_keys = remembered_keys::has_stored_keys();
        let remembered = if has_stored_keys { remembered_keys::profile_ids().await } else { Vec::new() };
        root.set_text_content(None);
        mount(&root, || page(preset, remembered));
        if !has_stored_keys {
            browser::sleep(2_000).await;
            app().remembered.set(remembered_keys::profile_ids().await);
        }
    });
}

/// Builds the page. `remembered` are the ids of the profiles whose keys are stored in the vault.
fn page(preset: Preset, remembered: Vec<String>) -> View {
    let app = App::provide();
    app.remembered.set(remembered);
    let (profiles, first) = saved_profiles::load(&preset);
    app.profiles.set(profiles);
    app.profile.set(first);
    app.preset.set(preset);
    update_route_on_navigation(app);
    save_and_apply_settings(app);
    update_clock(app);
    remembered_keys::lock_when_idle(app);
    notifications::notify_when_runs_end(app);
    // Poll the jobs of the current connection until another one replaces it.
    effect(move || {
        if let Some(number) = app.session.with(|session| session.as_ref().map(|session| session.number)) {
            browser::spawn(poll::poll_jobs(app, number));
        }
    });
    let skip = move |event: Event| {
        event.prevent_default();
        browser::focus("title");
    };
    let skip = el("a")
        .class("visually-hidden skip")
        .attr("href", "#title")
        .on("click", skip)
        .child("Skip to content");
    let dialogs = [confirm_dialog(), bulk_run_dialog(), command_palette()];
    (skip, top_bar(), screen(app), dialogs).into_view()
}

/// Returns the screen that the address names, or the connect screen while there is no connection.
fn screen(app: App) -> impl Fn() -> View {
    let connected =
        Memo::new(move || app.session.with(|session| session.as_ref().map(|session| session.number)));
    // All filters of the job list belong to the same screen.
    let screen = Memo::new(move || match app.route.get() {
        Route::Jobs(_) => Route::Jobs(ListOptions::default()),
        other => other,
    });
    // Move the focus to the heading of a new screen for users of screen readers and keyboards, but not when the
    // page opens.
    let mut previous = None;
    effect(move || {
        let now = screen.get();
        match now {
            Route::Job(job) => app.last_viewed.update(|last| last.0 = Some(job)),
            Route::Run { job, run } => app.last_viewed.set((Some(job), Some(run))),
            _ => {}
        }
        if previous.replace(now.clone()).is_some_and(|previous| previous != now) {
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
        let Some(session) = app.session_if_current(number) else { return View::default() };
        match screen.get() {
            Route::Jobs(_) => jobs_page().into_view(),
            Route::Job(job) => job_page(session, job).into_view(),
            Route::Run { job, run } => run_page(session, job, run).into_view(),
            Route::Api => api_page(session).into_view(),
            Route::Settings => settings_page(&session).into_view(),
            Route::Unknown => not_found_page().into_view(),
        }
    }
}

fn not_found_page() -> El {
    browser::set_title("Not found · txjobs");
    let text = "The link may be incomplete. The list of jobs leads to every job and every run.";
    let link = el("a").class("button primary").attr("href", "#/").child("Go to the jobs");
    let message = el("div")
        .class("empty")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Page not found"))
        .child(el("p").child(text))
        .child(el("div").class("bar").child(link));
    el("main").child(message)
}

fn update_route_on_navigation(app: App) {
    on_window("hashchange", move |_: Event| {
        let route = Route::parse(&browser::hash());
        app.pending_confirmation.set(None);
        app.pending_bulk_run.set(Vec::new());
        if app.route.with_untracked(|now| *now != route) {
            app.route.set(route);
        }
    });
}

fn save_and_apply_settings(app: App) {
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
            browser::write_setting("txjobs.theme", theme.name());
        }
    });
    let mut is_first = true;
    effect(move || {
        let minutes = app.lock_after_minutes.get();
        if !std::mem::take(&mut is_first) {
            browser::write_setting("txjobs.lock", &minutes.to_string());
        }
    });
    let mut is_first = true;
    effect(move || {
        let utc = app.utc.get();
        if !std::mem::take(&mut is_first) {
            browser::write_setting("txjobs.zone", if utc { "utc" } else { "local" });
        }
    });
    effect(move || {
        let (color, is_production) = app.profile.with(|profile| (profile.color, profile.is_production));
        if let Some(root) = browser::root() {
            let _ = root.set_attribute("data-profile", color.name());
            let _ = root.toggle_attribute_with_force("data-production", is_production);
        }
    });
}

/// Updates the current time every second while the page is visible, for all relative times.
fn update_clock(app: App) {
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
