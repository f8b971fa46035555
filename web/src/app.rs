//! The root component: provides what all screens share and selects the screen.

use std::{sync::Arc, time::Duration};

use leptos::{
    context::Provider,
    mount::mount_to,
    prelude::*,
    task::{spawn_local, spawn_local_scoped_with_cancellation},
};
use leptos_meta::provide_meta_context;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};

use crate::{
    api::{Api, load_preset, load_translations},
    components::{
        dialogs::Dialogs,
        shell::{NoticeList, TabNotice, TopBar},
    },
    model::{config::Preset, route::Route},
    pages::{
        ApiPage, ConnectPage, JobPage, JobsPage, NotFoundPage, RunPage, RunsPage, SettingsPage, TimelinePage,
    },
    profiles::session::Session,
    state::{Clock, Connection, Jobs, LastVisit, Notices, Preferences, Ui, vault},
    tasks::{
        auto_lock::AutoLock, histories::HistoryLoader, notifications::notify_when_runs_end, poll::poll_jobs,
    },
    text::{self, Language, t},
    utils::{effects::effect, focus::focus, time},
};

/// Mounts the console into the page.
pub fn start() {
    console_error_panic_hook::set_once();
    let root = document().get_element_by_id("app").and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let Some(root) = root else { return };
    wasm_bindgen_futures::spawn_local(async move {
        let language = Language::of_user();
        text::set_language(language, load_translations(language).await);
        // Load the preset before the first render, so that fields do not change while the user types into them.
        let preset = load_preset().await;
        // Opening the vault's database is slow in some browsers, so skip it during the start when the vault is empty.
        let remembered = if vault::has_stored_keys() { vault::profile_ids().await } else { Vec::new() };
        root.set_text_content(None);
        mount_to(root, move || view! { <App preset remembered /> }).forget();
    });
}

/// Renders the page. `remembered` are the ids of the profiles whose keys are stored in the vault.
#[component]
fn App(preset: Preset, remembered: Vec<String>) -> impl IntoView {
    provide_meta_context();
    let preferences = Preferences::provide();
    Clock::provide();
    let ui = Ui::provide();
    Notices::provide();
    let connection = Connection::provide(preset, remembered);
    AutoLock::provide(connection, preferences);
    read_vault_later(connection);
    mark_page_with_profile(connection);
    move_focus_to_new_screen(ui);

    let skip = move |event: MouseEvent| {
        event.prevent_default();
        focus("title");
    };
    view! {
        <a class="visually-hidden skip" href="#title" on:click=skip>
            {t("Skip to content")}
        </a>
        {move || match connection.session.get() {
            // The provider has an owner, so that the contexts of the session end with it.
            Some(session) => {
                view! {
                    <Provider value=session>
                        <Connected />
                    </Provider>
                }
                    .into_any()
            }
            None => {
                view! {
                    <TopBar />
                    <ConnectPage />
                }
                    .into_any()
            }
        }}
        <NoticeList />
        <TabNotice />
    }
}

/// Renders the screens of a session, and keeps their data current as long as the session lasts.
#[component]
fn Connected() -> impl IntoView {
    let session = expect_context::<Arc<Session>>();
    LastVisit::provide(&session.profile.id());
    let api = Api::new(session);
    provide_context(api);
    let jobs = Jobs::provide();
    if let Some(Some(loaded)) = expect_context::<Connection>().loaded_jobs.try_update_value(Option::take) {
        jobs.set_list(loaded);
    }
    let histories = HistoryLoader::provide(api, jobs);
    let ui = expect_context::<Ui>();
    notify_when_runs_end(jobs, ui, expect_context::<Preferences>());
    expect_context::<AutoLock>().count_waiting_as_use(jobs);
    spawn_local_scoped_with_cancellation(poll_jobs(api, jobs, histories));
    let screen = screen(ui);
    view! {
        <TopBar />
        {move || match screen.get() {
            Route::Jobs(_) => view! { <JobsPage /> }.into_any(),
            Route::Job(job) => view! { <JobPage job /> }.into_any(),
            Route::Run { job, run } => view! { <RunPage job run /> }.into_any(),
            Route::Timeline(_) => view! { <TimelinePage /> }.into_any(),
            Route::Runs(_) => view! { <RunsPage /> }.into_any(),
            Route::Api => view! { <ApiPage /> }.into_any(),
            Route::Settings => view! { <SettingsPage /> }.into_any(),
            Route::Unknown => view! { <NotFoundPage /> }.into_any(),
        }}
        <Dialogs />
    }
}

/// Returns the screen in the address, without its filters.
fn screen(ui: Ui) -> Memo<Route> {
    Memo::new(move |_| ui.route.get().screen())
}

/// Moves the focus to the heading of a new screen for users of screen readers and keyboards, but not when the page
/// opens.
fn move_focus_to_new_screen(ui: Ui) {
    let screen = screen(ui);
    Effect::new(move |previous: Option<Route>| {
        let now = screen.get();
        match now {
            Route::Job(job) => ui.last_viewed.update(|last| last.0 = Some(job)),
            Route::Run { job, run } => ui.last_viewed.set((Some(job), Some(run))),
            _ => {}
        }
        if previous.is_some_and(|previous| previous != now) {
            request_animation_frame(|| {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                focus("title");
            });
        }
        now
    });
}

/// Marks the page with the color of the profile and, for a production server, with a frame.
fn mark_page_with_profile(connection: Connection) {
    effect(move || {
        let (color, is_production) =
            connection.profile.with(|profile| (profile.color, profile.is_production));
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-profile", color.name());
            let _ = root.toggle_attribute_with_force("data-production", is_production);
        }
    });
}

/// Reads the names of the stored keys some time after a start without stored keys, in case the setting that counts them
/// was removed.
fn read_vault_later(connection: Connection) {
    if !vault::has_stored_keys() {
        spawn_local(async move {
            time::sleep(Duration::from_secs(2)).await;
            connection.vault.reload().await;
        });
    }
}
