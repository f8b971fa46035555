//! Connecting: which server, and with which key.

use txjobs_sdk::{ApiKey, Trouble, TroubleKind, paths};
use web_sys::{Event, HtmlInputElement};

use crate::{
    api, browser,
    components::{icon, trouble_note},
    config::Preset,
    dom::{El, IntoView, View, button, el, show},
    domain, format,
    profile::{Colour, Profile},
    reactive::RwSignal,
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
    key: RwSignal<HtmlInputElement>,
    domain_wrong: RwSignal<String>,
    key_wrong: RwSignal<String>,
    header_wrong: RwSignal<String>,
    outcome: RwSignal<Outcome>,
}

impl Fields {
    fn is_trying(self) -> bool {
        self.outcome.with(|outcome| *outcome == Outcome::Trying)
    }
}

/// The connect screen. Any link leads here first, and on to its own screen after.
pub fn connect_page(preset: Preset) -> El {
    browser::set_title("Connect · txjobs");
    let start = first_profile(&preset);
    // No value is ever bound to it: the key stands in the input, and only until it is used.
    let key = input("key", "password");
    let fields = Fields {
        domain: RwSignal::new(start.domain),
        header: RwSignal::new(start.header),
        name: RwSignal::new(start.name),
        colour: RwSignal::new(start.colour),
        key: RwSignal::new(key.get()),
        domain_wrong: RwSignal::new(String::new()),
        key_wrong: RwSignal::new(String::new()),
        header_wrong: RwSignal::new(String::new()),
        outcome: RwSignal::new(Outcome::None),
    };
    let submit = move |event: Event| {
        event.prevent_default();
        try_it(fields, None, true);
    };
    let connect = el("button")
        .attr("type", "submit")
        .class("button primary")
        .attr("disabled", move || fields.is_trying())
        .child(icon("plug"))
        .child("Connect");
    let test = button("button", move || try_it(fields, None, false))
        .attr("disabled", move || fields.is_trying())
        .child("Test connection");
    let form = el("form")
        .on("submit", submit)
        .child(domain_field(fields))
        .child(key_field(fields, key))
        .child(more(fields))
        .child(el("div").attr("role", "status").child(move || result(fields)))
        .child(el("div").class("bar").child(connect).child(test));
    let head = el("div")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Connect to a server"))
        .child(
            el("p").class("quiet").child("Start TimeXtender jobs, follow their runs and read their logs."),
        );
    let promise = "The key is sent to this domain only and kept in memory: a reload asks for it again.";
    let card = el("div")
        .class("card")
        .child(head)
        .child(preset.demo_key.map(|key| demo(fields, key)))
        .child(form)
        .child(el("p").class("quiet").child(promise));
    el("main").child(card)
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

fn demo(fields: Fields, key: ApiKey) -> El {
    let name = fields.name.get_untracked();
    let name = if name.is_empty() { "a demo".to_owned() } else { name };
    let words = el("p")
        .child("This server offers ")
        .child(el("strong").child(el("bdi").child(name)))
        .child(" to look around in: its key is no secret.");
    let open = button("button primary", move || try_it(fields, Some(key.clone()), true))
        .attr("disabled", move || fields.is_trying())
        .child(icon("play"))
        .child("Open the demo");
    el("section").class("demo").attr("aria-label", "Demo").child(words).child(open)
}

/// A field for what no dictionary knows.
fn input(id: &'static str, kind: &'static str) -> El {
    el("input")
        .attr("id", id)
        .class("field")
        .attr("type", kind)
        .attr("autocomplete", "off")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
}

/// Keeps a field and a signal the same; what was wrong with it is no longer said once it is changed.
fn bound(input: El, text: RwSignal<String>, wrong: Option<RwSignal<String>>) -> El {
    let field: HtmlInputElement = input.get();
    input.value(text).on("input", move |_: Event| {
        text.set(field.value());
        if let Some(wrong) = wrong {
            wrong.set(String::new());
        }
    })
}

fn control(id: &'static str, label: &'static str, input: El) -> El {
    el("div").class("control").child(el("label").attr("for", id).child(label)).child(input)
}

fn wrong(id: &'static str, words: RwSignal<String>) -> El {
    el("span").attr("id", id).class("wrong").child(words)
}

/// `true` or `false` in words, as ARIA wants it.
fn is_invalid(wrong: RwSignal<String>) -> impl Fn() -> String {
    move || wrong.with(|wrong| !wrong.is_empty()).to_string()
}

fn domain_field(fields: Fields) -> El {
    let local = move || {
        fields.domain.set(paths::LOCAL_GATEWAY.to_owned());
        browser::focus("key");
    };
    let local_hint = move || {
        let is_local = fields.domain.with(|typed| domain::is_this_machine(typed.trim()));
        if browser::is_https() && is_local { domain::LOCAL_NETWORK } else { "" }
    };
    let first_hint = move || {
        let local = button("link plain", local).child("Use a gateway on this machine");
        ("A host or a URL, with a path prefix if there is one. No server yet? ", local)
    };
    let is_empty = move || fields.domain.with(|domain| domain.trim().is_empty());
    let field = input("domain", "text")
        .attr("inputmode", "url")
        .attr("placeholder", "api.example.com")
        .attr("aria-describedby", "domain-wrong domain-hint")
        .attr("aria-invalid", is_invalid(fields.domain_wrong));
    let hint = el("span")
        .attr("id", "domain-hint")
        .class("hint")
        .child(local_hint)
        .child(show(is_empty, first_hint));
    control("domain", "Domain", bound(field, fields.domain, Some(fields.domain_wrong)))
        .child(wrong("domain-wrong", fields.domain_wrong))
        .child(hint)
}

fn key_field(fields: Fields, key: El) -> El {
    let key = key
        .attr("aria-describedby", "key-wrong")
        .attr("aria-invalid", is_invalid(fields.key_wrong))
        .on("input", move |_: Event| fields.key_wrong.set(String::new()));
    control("key", "API key", key).child(wrong("key-wrong", fields.key_wrong))
}

fn more(fields: Fields) -> El {
    let is_unusual = fields.header.get_untracked() != paths::API_KEY_HEADER;
    let header = input("header", "text").attr("aria-describedby", "header-wrong");
    let header =
        control("header", "Header name of the key", bound(header, fields.header, Some(fields.header_wrong)));
    let name = input("name", "text").attr("placeholder", "Production");
    let colours = Colour::ALL.map(|colour| {
        let radio = el("input")
            .attr("type", "radio")
            .attr("name", "colour")
            .attr("value", colour.name())
            .checked(move || fields.colour.get() == colour)
            .on("change", move |_: Event| fields.colour.set(colour));
        let swatch = el("span").class(format!("swatch {}", colour.name()));
        el("label").child(radio).child(swatch).child(colour.name())
    });
    let colours = el("fieldset")
        .child(el("legend").child("Colour that marks the page"))
        .child(el("div").class("choices").child(colours));
    let all = el("div")
        .class("more-fields")
        .child(header.child(wrong("header-wrong", fields.header_wrong)))
        .child(control("name", "Name of this server", bound(name, fields.name, None)))
        .child(colours);
    el("details").class("more").attr("open", is_unusual).child(el("summary").child("More")).child(all)
}

fn result(fields: Fields) -> View {
    match fields.outcome.get() {
        Outcome::None => View::default(),
        Outcome::Trying => el("p").class("quiet").child("Connecting…").into_view(),
        Outcome::Works(jobs) => {
            let words = format!("It works: {}.", format::plural(jobs, "job"));
            el("p").class("fine").child(icon("check")).child(" ").child(words).into_view()
        }
        Outcome::Failed(trouble) => {
            let typed = fields.domain.get_untracked();
            let is_local = trouble.kind == TroubleKind::Blocked
                && browser::is_https()
                && domain::is_this_machine(typed.trim());
            let local = is_local.then(|| el("p").class("quiet").child(domain::LOCAL_NETWORK));
            (trouble_note(&trouble, "", ()), local).into_view()
        }
    }
}

/// Reads the fields and says beside each what is wrong with it.
fn read(fields: Fields, demo: Option<ApiKey>) -> Option<Session> {
    let typed = fields.domain.get_untracked();
    let base = domain::to_url(&typed)
        .and_then(|url| browser::absolute(&url).ok_or(domain::DomainProblem::NotAUrl))
        .map_err(|problem| fields.domain_wrong.set(problem.to_string()));
    let header = fields.header.get_untracked().trim().to_owned();
    let has_header = domain::is_header_name(&header);
    if !has_header {
        let words = "This cannot be the name of a header: letters, digits and hyphens, without spaces.";
        fields.header_wrong.set(words.to_owned());
    }
    let is_demo = demo.is_some();
    let key = demo.map_or_else(|| ApiKey::new(fields.key.with_untracked(HtmlInputElement::value)), Ok);
    let key = key.map_err(|problem| fields.key_wrong.set(problem.to_string()));
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
    browser::spawn(async move {
        match api::test(&session).await {
            Ok(_) if connect => {
                fields.key.with_untracked(|input| input.set_value(""));
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
