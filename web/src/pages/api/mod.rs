//! The API screen: sends requests of the contract manually, like the vendor's Postman collection.

mod answered;
mod as_code;
mod asking;
mod fields;

use std::rc::Rc;

use txjobs_sdk::{
    Error,
    decode::{self, LenientValue},
    operation::{Method, Operation, Request},
    paths,
};
use web_sys::Event;

use self::{
    answered::answered,
    as_code::as_code,
    asking::asking,
    fields::{fields, operations},
};
use crate::{
    answer::Raw,
    api, browser,
    components::{icon, trouble_note},
    dom::{El, IntoView, View, el},
    jobs_list::Catalog,
    reactive::{Memo, RwSignal},
    snippet,
    state::{App, Session, app},
};

/// Progress of the request.
#[derive(Clone, Debug)]
enum Step {
    Writing,
    /// A POST waits for confirmation.
    Asking,
    Sending,
    Answered(Rc<Raw>, i64),
    Failed(Error),
}

/// Parameter values by name. A list, because a map for a few entries would make the program larger.
type Values = Vec<(&'static str, String)>;

/// State of the request form.
#[derive(Clone, Copy)]
struct Page {
    /// Index of the operation in the contract.
    operation: RwSignal<usize>,
    /// Parameter values, kept when the operation changes.
    values: RwSignal<Values>,
    language: RwSignal<&'static str>,
    step: RwSignal<Step>,
}

impl Page {
    fn operation(self) -> &'static Operation {
        paths::ALL[self.operation.get().min(paths::ALL.len() - 1)]
    }

    fn value(self, name: &str) -> String {
        let value =
            |values: &Values| values.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone());
        self.values.with(value).unwrap_or_default()
    }

    fn put(self, name: &'static str, value: String) {
        self.values.update(|values| {
            values.retain(|(of, _)| *of != name);
            values.push((name, value));
        });
    }

    fn request(self) -> Request {
        self.operation().request(&|name| self.value(name).trim().to_owned())
    }
}

/// Renders the API screen.
pub fn api_page(session: Rc<Session>) -> El {
    browser::set_title("API · txjobs");
    let app = app();
    let page = Page {
        operation: RwSignal::new(0),
        values: RwSignal::new(remembered(app)),
        language: RwSignal::new("curl"),
        step: RwSignal::new(Step::Writing),
    };
    let is_post = move || page.operation().method == Method::Post;
    let submit = move |event: Event| {
        event.prevent_default();
        let is_free = !page.step.with_untracked(|step| matches!(step, Step::Asking | Step::Sending));
        match is_free {
            true if is_post() => page.step.set(Step::Asking),
            true => start(app, page),
            false => {}
        }
    };
    let code = Memo::new(move || {
        let request = page.request();
        let url = format!("{}{}", session.base, request.path_and_query());
        snippet::snippet(page.language.get(), request.method().as_str(), &url, &session.header)
    });
    let form = el("form")
        .class("panel")
        .on("submit", submit)
        .child(operations(page))
        .child(move || fields(page))
        .child(
            el("div").class("bar").child(
                el("button")
                    .attr("type", "submit")
                    .class("button primary")
                    .attr("disabled", move || {
                        page.step.with(|step| matches!(step, Step::Asking | Step::Sending))
                    })
                    .child(icon("play"))
                    .child(move || if is_post() { "Send…" } else { "Send" }),
            ),
        );
    let title = el("h1").attr("id", "title").attr("tabindex", "-1").child("API");
    let words = "Send requests of the TimeXtender Jobs API.";
    el("main")
        .child(el("div").child(title).child(el("p").class("quiet").child(words)))
        .child(el("div").class("split").child(form).child(as_code(page, code)))
        .child(el("div").attr("aria-live", "polite").child(move || outcome(app, page)))
}

/// Returns parameter values for the job and run opened last, or else for the first job.
fn remembered(app: App) -> Values {
    let (job, run) = app.last.get_untracked();
    let first =
        app.jobs.list.with_untracked(|list| list.as_ref().map(Catalog::jobs)?.first().map(|job| job.id));
    let job = job.or(first).map(|job| job.to_string());
    let run = run.map(|run| run.to_string());
    vec![("job_id", job.unwrap_or_default()), ("trigger_id", run.unwrap_or_default())]
}

/// Sends the request, once.
fn start(app: App, page: Page) {
    let Some(session) = app.session.get_untracked() else { return };
    let request = page.request();
    page.step.set(Step::Sending);
    browser::spawn(async move {
        let begun = browser::now();
        let step = match api::by_hand(&session, &request).await {
            Ok(raw) => Step::Answered(Rc::new(raw), browser::now() - begun),
            Err(trouble) => Step::Failed(trouble),
        };
        // Fill in a received trigger id for the next request.
        if let Step::Answered(raw, _) = &step
            && page.step.try_get_untracked().is_some()
            && let Ok(answer) = decode::json::<LenientValue>(&raw.body)
            && let Some(run) = answer.fields("triggerId").find_map(LenientValue::as_str)
        {
            page.put("trigger_id", run.to_owned());
        }
        page.step.try_set(step);
    });
}

fn outcome(app: App, page: Page) -> View {
    match page.step.get() {
        Step::Writing => View::default(),
        Step::Asking => asking(app, page).into_view(),
        Step::Sending => el("p").class("quiet").child("Sending…").into_view(),
        Step::Answered(raw, took) => answered(&raw, took).into_view(),
        Step::Failed(trouble) => trouble_note(&trouble, "", ()).into_view(),
    }
}
