//! Connecting: which server, and with which key.

use crate::components::{press, while_};
use leptos::{html, prelude::*, task::spawn_local};
use txjobs_sdk::{ApiKey, Trouble, TroubleKind, paths};
use web_sys::SubmitEvent;

use crate::{
    api, browser,
    components::{TroubleNote, icon},
    config::Preset,
    domain, format,
    profile::{Colour, Profile},
    state::{Session, app},
};

/// What came of the last try.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    None,
    Trying,
    Works(usize),
    Failed(Trouble),
}

/// The fields, as they are typed. The key is not among them: it stays in its input until it is used.
#[derive(Clone, Copy, Debug)]
struct Fields {
    domain: RwSignal<String>,
    header: RwSignal<String>,
    name: RwSignal<String>,
    colour: RwSignal<Colour>,
    key: NodeRef<html::Input>,
    domain_wrong: RwSignal<Option<String>>,
    key_wrong: RwSignal<Option<String>>,
    header_wrong: RwSignal<Option<String>>,
    outcome: RwSignal<Outcome>,
}

/// The connect screen. Any link leads here first, and on to its own screen after.
#[component]
pub fn ConnectPage(preset: Preset) -> impl IntoView {
    browser::set_title("Connect · txjobs");
    let start = first_profile(&preset);
    let fields = Fields {
        domain: RwSignal::new(start.domain),
        header: RwSignal::new(start.header),
        name: RwSignal::new(start.name),
        colour: RwSignal::new(start.colour),
        key: NodeRef::new(),
        domain_wrong: RwSignal::new(None),
        key_wrong: RwSignal::new(None),
        header_wrong: RwSignal::new(None),
        outcome: RwSignal::new(Outcome::None),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        try_it(fields, None, true);
    };
    view! {
        <main>
            <div class="card">
                <div>
                    <h1 id="title" tabindex="-1">"Connect to a server"</h1>
                    <p class="quiet">"Start TimeXtender jobs, follow their runs and read their logs."</p>
                </div>
                {preset.demo_key.map(|key| view! { <Demo fields key /> })}
                <form on:submit=submit>
                    <DomainField fields />
                    <KeyField fields />
                    <More fields />
                    <Result fields />
                    <div class="bar">
                        <button type="submit" class="button primary" disabled=move || fields.outcome.get() == Outcome::Trying>
                            {icon("plug")} "Connect"
                        </button>
                        <button type="button" class="button" disabled=move || fields.outcome.get() == Outcome::Trying
                            on:click=press(move || try_it(fields, None, false))>
                            "Test connection"
                        </button>
                    </div>
                </form>
                <p class="quiet">
                    "The key is sent to this domain only and kept in memory: a reload asks for it again."
                </p>
            </div>
        </main>
    }
}

/// What is preset here, or was used last, or nothing.
fn first_profile(preset: &Preset) -> Profile {
    let last = Profile::recall().unwrap_or_default();
    match &preset.domain {
        // A preset wins, except that whoever gave the same server another name or colour keeps them.
        Some(domain) if last.domain != whole(domain) => Profile {
            name: preset.name.clone().unwrap_or_default(),
            domain: whole(domain),
            header: preset.key_header.clone().unwrap_or_else(|| paths::API_KEY_HEADER.to_owned()),
            colour: Colour::default(),
        },
        _ => last,
    }
}

/// A preset that is relative to the page in full: people are to see where their key goes.
fn whole(domain: &str) -> String {
    let url = domain::to_url(domain).ok().and_then(|url| browser::absolute(&url));
    url.unwrap_or_else(|| domain.to_owned())
}

#[component]
fn Demo(fields: Fields, key: ApiKey) -> impl IntoView {
    let name = fields.name.get_untracked();
    view! {
        <section class="demo" aria-label="Demo">
            <p>
                "This server offers " <strong><bdi>{if name.is_empty() { "a demo".to_owned() } else { name }}</bdi></strong>
                " to look around in: its key is no secret."
            </p>
            <button type="button" class="button primary" disabled=move || fields.outcome.get() == Outcome::Trying
                on:click=press(move || try_it(fields, Some(key.clone()), true))>
                {icon("play")} "Open the demo"
            </button>
        </section>
    }
}

#[component]
fn DomainField(fields: Fields) -> impl IntoView {
    let local = move |_| {
        fields.domain.set(paths::LOCAL_GATEWAY.to_owned());
        browser::focus("key");
    };
    let local_hint = move || {
        let typed = fields.domain.get();
        (browser::is_https() && domain::is_this_machine(typed.trim())).then_some(domain::LOCAL_NETWORK)
    };
    view! {
        <div class="control">
            <label for="domain">"Domain"</label>
            <input id="domain" class="field" type="text" inputmode="url" autocomplete="off" autocapitalize="none"
                spellcheck="false" placeholder="api.example.com" aria-describedby="domain-wrong domain-hint"
                aria-invalid=move || fields.domain_wrong.with(Option::is_some).to_string()
                prop:value=fields.domain
                on:input=move |event| { fields.domain.set(event_target_value(&event)); fields.domain_wrong.set(None); } />
            <span id="domain-wrong" class="wrong">{move || fields.domain_wrong.get()}</span>
            <span id="domain-hint" class="hint">
                {local_hint}
                {while_(move || fields.domain.with(|domain| domain.trim().is_empty()), move || view! {
                    "A host or a URL, with a path prefix if there is one. No server yet? "
                    <button type="button" class="link plain" on:click=local>"Use a gateway on this machine"</button>
                }.into_any())}
            </span>
        </div>
    }
}

#[component]
fn KeyField(fields: Fields) -> impl IntoView {
    view! {
        <div class="control">
            <label for="key">"API key"</label>
            // No value is ever bound to it: the key stands in the input, and only until it is used.
            <input id="key" class="field" type="password" autocomplete="off" autocapitalize="none" spellcheck="false"
                aria-describedby="key-wrong" aria-invalid=move || fields.key_wrong.with(Option::is_some).to_string()
                node_ref=fields.key on:input=move |_| fields.key_wrong.set(None) />
            <span id="key-wrong" class="wrong">{move || fields.key_wrong.get()}</span>
        </div>
    }
}

#[component]
fn More(fields: Fields) -> impl IntoView {
    let is_unusual = fields.header.get_untracked() != paths::API_KEY_HEADER;
    view! {
        <details class="more" open=is_unusual>
            <summary>"More"</summary>
            <div class="more-fields">
                <div class="control">
                    <label for="header">"Header name of the key"</label>
                    <input id="header" class="field" type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                        aria-describedby="header-wrong" prop:value=fields.header
                        on:input=move |event| { fields.header.set(event_target_value(&event)); fields.header_wrong.set(None); } />
                    <span id="header-wrong" class="wrong">{move || fields.header_wrong.get()}</span>
                </div>
                <div class="control">
                    <label for="name">"Name of this server"</label>
                    <input id="name" class="field" type="text" autocomplete="off" placeholder="Production"
                        prop:value=fields.name on:input=move |event| fields.name.set(event_target_value(&event)) />
                </div>
                <fieldset>
                    <legend>"Colour that marks the page"</legend>
                    <div class="choices">
                        {Colour::ALL.map(|colour| view! {
                            <label>
                                <input type="radio" name="colour" value=colour.name()
                                    prop:checked=move || fields.colour.get() == colour
                                    on:change=move |_| fields.colour.set(colour) />
                                <span class=format!("swatch {}", colour.name())></span>
                                {colour.name()}
                            </label>
                        }).collect_view()}
                    </div>
                </fieldset>
            </div>
        </details>
    }
}

#[component]
fn Result(fields: Fields) -> impl IntoView {
    let result = move || match fields.outcome.get() {
        Outcome::None => ().into_any(),
        Outcome::Trying => view! { <p class="quiet">"Connecting…"</p> }.into_any(),
        Outcome::Works(jobs) => view! {
            <p class="fine">{icon("check")} {format!("It works: {}.", format::plural(jobs, "job"))}</p>
        }
        .into_any(),
        Outcome::Failed(trouble) => {
            let typed = fields.domain.get_untracked();
            let local = trouble.kind == TroubleKind::Blocked
                && browser::is_https()
                && domain::is_this_machine(typed.trim());
            view! {
                <TroubleNote trouble />
                {local.then(|| view! { <p class="quiet">{domain::LOCAL_NETWORK}</p> })}
            }
            .into_any()
        }
    };
    view! { <div role="status">{result}</div> }
}

/// Reads the fields and says beside each what is wrong with it.
fn read(fields: Fields, demo: Option<ApiKey>) -> Option<Session> {
    let typed = fields.domain.get_untracked();
    let base = domain::to_url(&typed)
        .and_then(|url| browser::absolute(&url).ok_or(domain::DomainProblem::NotAUrl))
        .map_err(|problem| fields.domain_wrong.set(Some(problem.to_string())));
    let header = fields.header.get_untracked().trim().to_owned();
    let has_header = domain::is_header_name(&header);
    if !has_header {
        let words = "This cannot be the name of a header: letters, digits and hyphens, without spaces.";
        fields.header_wrong.set(Some(words.to_owned()));
    }
    let is_demo = demo.is_some();
    let key = demo.map_or_else(
        || ApiKey::new(fields.key.get_untracked().map(|input| input.value()).unwrap_or_default()),
        Ok,
    );
    let key = key.map_err(|problem| fields.key_wrong.set(Some(problem.to_string())));
    let (Ok(base), Ok(key), true) = (&base, &key, has_header) else {
        browser::focus(if base.is_err() {
            "domain"
        } else if key.is_err() {
            "key"
        } else {
            "header"
        });
        return None;
    };
    let profile = Profile {
        name: fields.name.get_untracked().trim().to_owned(),
        domain: typed.trim().to_owned(),
        header: header.clone(),
        colour: if is_demo { Colour::default() } else { fields.colour.get_untracked() },
    };
    let number = app().session_count();
    Some(Session { number, profile, base: base.clone(), header, key: key.clone() })
}

fn try_it(fields: Fields, demo: Option<ApiKey>, connect: bool) {
    let Some(session) = read(fields, demo) else { return };
    let app = app();
    fields.outcome.set(Outcome::Trying);
    spawn_local(async move {
        match api::test(&session).await {
            Ok(_) if connect => {
                if let Some(input) = fields.key.get_untracked() {
                    input.set_value("");
                }
                session.profile.remember();
                app.connect(session);
            }
            Ok(answer) => {
                fields.outcome.try_set(Outcome::Works(answer.value.len()));
            }
            Err(trouble) => {
                fields.outcome.try_set(Outcome::Failed(trouble));
            }
        }
    });
}
