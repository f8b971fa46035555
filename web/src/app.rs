//! The page as a whole: which screen is shown, and what every screen needs.

use crate::components::effect;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    api, browser,
    components::{Question, TopBar},
    pages::{ConnectPage, JobPage, JobsPage, RunPage, SettingsPage},
    poll,
    route::{Listing, Route},
    state::{App as Stores, Theme},
};

/// Mounts the console into the page.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| tell_of_panic(&panic.to_string())));
    let Some(place) = document().get_element_by_id("app").and_then(|e| e.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    place.set_text_content(None);
    leptos::mount::mount_to(place, App).forget();
}

/// A fault of ours: says so where the page was, instead of a page that answers to nothing.
fn tell_of_panic(what: &str) {
    web_sys::console::error_1(&what.into());
    let element = |id| document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok());
    let say = |id, words: &str| {
        if let Some(element) = element(id) {
            element.set_text_content(Some(words));
        }
    };
    say("failed-what", "The console has stopped because of a fault in it.");
    say(
        "failed-why",
        "What runs on the server is not touched by this. Reload the page to go on where you were.",
    );
    say("failed-detail", what);
    if let (Some(app), Some(failed)) = (element("app"), element("failed")) {
        app.set_hidden(true);
        failed.set_hidden(false);
    }
}

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let app = Stores::provide();
    listen_to_address(app);
    keep_appearance(app);
    keep_time(app);
    spawn_local(async move {
        let preset = api::preset().await;
        app.preset.set(Some(preset));
    });
    // A connection keeps its jobs fresh until it is replaced.
    effect(move || {
        if let Some(number) = app.session.with(|session| session.as_ref().map(|session| session.number)) {
            spawn_local(poll::keep_fresh(app, number));
        }
    });
    view! {
        <a class="unseen skip" href="#title" on:click=|event| { event.prevent_default(); browser::focus("title"); }>
            "Skip to the content"
        </a>
        <TopBar />
        <Screen />
        <Question />
    }
}

/// The screen that the address names, once there is a connection.
#[component]
fn Screen() -> impl IntoView {
    let app = crate::state::app();
    let connected =
        Memo::new(move |_| app.session.with(|session| session.as_ref().map(|session| session.number)));
    // However the list is filtered, it is one screen.
    let screen = Memo::new(move |_| match app.route.get() {
        Route::Jobs(_) => Route::Jobs(Listing::default()),
        other => other,
    });
    // Whoever navigates by ear or keyboard is to land at the head of the new screen; not when the page opens.
    Effect::new(move |before: Option<Route>| {
        let now = screen.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(|| {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                browser::focus("title");
            });
        }
        now
    });
    move || {
        let Some(number) = connected.get() else {
            // Wait for what is preset: fields that change under the fingers are worse than a moment of nothing.
            return match app.preset.get() {
                None => ().into_any(),
                Some(preset) => view! { <ConnectPage preset /> }.into_any(),
            };
        };
        let Some(session) = app.session_numbered(number) else { return ().into_any() };
        match screen.get() {
            Route::Jobs(_) => view! { <JobsPage /> }.into_any(),
            Route::Job(job) => view! { <JobPage session job /> }.into_any(),
            Route::Run { job, run } => view! { <RunPage session job run /> }.into_any(),
            Route::Settings => view! { <SettingsPage session /> }.into_any(),
            Route::Unknown => view! { <NoSuchScreen /> }.into_any(),
        }
    }
}

#[component]
fn NoSuchScreen() -> impl IntoView {
    browser::set_title("Not found · txjobs");
    view! {
        <main>
            <div class="empty">
                <h1 id="title" tabindex="-1">"There is nothing at this address."</h1>
                <p>"The link may be incomplete. Every job and every run can be reached from the list of jobs."</p>
                <div class="bar"><a class="button primary" href="#/">"Go to the jobs"</a></div>
            </div>
        </main>
    }
}

fn listen_to_address(app: Stores) {
    let listener = window_event_listener(leptos::ev::hashchange, move |_| {
        let route = Route::parse(&browser::hash());
        app.ask.set(None);
        if app.route.with_untracked(|now| *now != route) {
            app.route.set(route);
        }
    });
    on_cleanup(move || listener.remove());
}

fn keep_appearance(app: Stores) {
    Effect::new(move |before: Option<()>| {
        let theme = app.theme.get();
        if let Some(root) = browser::root() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                theme => root.set_attribute("data-theme", theme.name()),
            };
        }
        if before.is_some() {
            browser::remember("txjobs.theme", theme.name());
        }
    });
    Effect::new(move |before: Option<()>| {
        let utc = app.utc.get();
        if before.is_some() {
            browser::remember("txjobs.zone", if utc { "utc" } else { "local" });
        }
    });
    effect(move || {
        let colour = app.session.with(|session| session.as_ref().map(|session| session.profile.colour));
        if let Some(root) = browser::root() {
            let _ = root.set_attribute("data-profile", colour.unwrap_or_default().name());
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
