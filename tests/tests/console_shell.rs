//! What surrounds the screens of the console: profiles, keys that are remembered, the list of jobs, the palette, the
//! requests by hand. In a real browser, against a real gateway, as a person uses it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Duration;

use thirtyfour::prelude::*;
use txjobs_tests::{browser::Browser, gateway::Gateway};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Finance deliver"
[organization.job.script]
state = "failed"
lines = [{ severity = "error", message = "Invalid object name 'stg.Invoice'." }]

[[organization.job]]
name = "Customer dimension"
[organization.job.script]
state = "completed"
lines = [{ message = "Done" }]

[[organization.job]]
name = "Endless"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]
"#;

const PASSPHRASE: &str = "four words of mine";

async fn open(gateway: &Gateway) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.see_text("h1", "Connect").await;
    // What is written to the console from here on.
    browser
        .run::<()>(
            "window.said = []; for (const how of ['log', 'info', 'warn', 'error', 'debug'])
                console[how] = (...words) => said.push(words.join())",
        )
        .await;
    browser
}

async fn connected(gateway: &Gateway) -> Browser {
    let browser = open(gateway).await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.press("Connect").await;
    browser.see_text("h1", "Jobs").await;
    browser
}

async fn type_into(browser: &Browser, label: &str, text: &str) {
    let field = browser.field(label).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Everything that the page holds or has said: document, fields, storages, databases, address, console.
async fn everything(browser: &Browser) -> String {
    browser
        .run(
            r"
            const texts = [document.documentElement.outerHTML, location.href, document.cookie];
            texts.push(...[...document.querySelectorAll('input')].map(input => input.value));
            texts.push(JSON.stringify([{ ...localStorage }, { ...sessionStorage }]), ...(window.said ?? []));
            const wait = request => new Promise((done, fail) => {
                request.onsuccess = () => done(request.result);
                request.onerror = () => fail(request.error);
            });
            const asText = value => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
                ? new TextDecoder('latin1').decode(value)
                : value && typeof value === 'object' ? Object.values(value).map(asText).join() : String(value);
            for (const { name } of await indexedDB.databases()) {
                const database = await wait(indexedDB.open(name));
                for (const store of database.objectStoreNames) {
                    const all = database.transaction(store).objectStore(store);
                    texts.push(`store ${store}`, ...(await wait(all.getAllKeys())).map(String));
                    texts.push(...(await wait(database.transaction(store).objectStore(store).getAll())).map(asText));
                }
                database.close();
            }
            for (const name of await caches.keys()) texts.push(`cache ${name}`);
            return texts.join('\n')",
        )
        .await
}

#[tokio::test]
async fn a_key_is_remembered_behind_a_passphrase_locked_and_forgotten() {
    let gateway = Gateway::start(JOBS);
    let browser = open(&gateway).await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.field("Remember on this device").await.click().await.unwrap();
    browser.press("Connect").await;
    browser.see_text("span", "Choose at least 12 characters").await;
    browser.every_look("remember").await;
    type_into(&browser, "New passphrase", PASSPHRASE).await;
    browser.press("Connect").await;
    browser.see_text("a", "Finance deliver").await;
    browser.page.goto(format!("{}/#/settings", gateway.address())).await.unwrap();
    browser.see_text("dd", "remembered on this device, encrypted").await;
    browser.every_look("settings").await;
    let all = everything(&browser).await;
    assert!(all.contains("store keys"), "the sealed key was looked at as well: {all}");
    assert!(!all.contains(gateway.key()) && !all.contains(PASSPHRASE));

    // A reload asks for the passphrase, and only the right one opens.
    browser.page.refresh().await.unwrap();
    type_into(&browser, "Passphrase of this device", "not the one at all").await;
    browser.press("Unlock and connect").await;
    browser.see_text("span", "This is not the passphrase of this device.").await;
    browser.every_look("unlock").await;
    type_into(&browser, "Passphrase of this device", PASSPHRASE).await;
    browser.press("Unlock and connect").await;
    browser.see_text("h1", "Settings").await;

    // After a time of no use it is locked: the clock of the page is half an hour on.
    browser.run::<()>("const real = Date.now; Date.now = () => real() + 31 * 60_000").await;
    browser.see_text("p", "Locked, because the page was not used.").await;
    let all = everything(&browser).await;
    assert!(!all.contains(gateway.key()) && !all.contains(PASSPHRASE));
    type_into(&browser, "Passphrase of this device", PASSPHRASE).await;
    browser.press("Unlock and connect").await;
    browser.see_text("h1", "Settings").await;

    browser.press("Forget what is remembered").await;
    browser.see_text("dd", "in memory only").await;
    let databases: usize = browser.run("return (await indexedDB.databases()).length").await;
    assert_eq!(databases, 0, "the last key takes the vault along");
    browser.page.refresh().await.unwrap();
    browser.field("API key").await;
}

#[tokio::test]
async fn a_switch_of_the_profile_keeps_the_screen_and_production_looks_like_it() {
    let (test, production) = (Gateway::start(JOBS), Gateway::start(JOBS));
    let browser = connected(&test).await;
    browser.page.goto(format!("{}/#/?name=finance", test.address())).await.unwrap();
    browser.see(By::Css("button.profile")).await.click().await.unwrap();
    browser.every_look("profiles").await;
    browser.press("Add a profile…").await;
    type_into(&browser, "Domain", production.address()).await;
    type_into(&browser, "API key", production.key()).await;
    browser.see_text("summary", "More").await.click().await.unwrap();
    type_into(&browser, "Name of this profile", "Live").await;
    browser.see_text("label", "red").await.click().await.unwrap();
    browser.field("Production: warn before each run").await.click().await.unwrap();
    browser.every_look("add-profile").await;
    browser.press("Connect").await;
    browser.see_text("h1", "Jobs").await;
    let address = browser.page.current_url().await.unwrap().to_string();
    assert!(address.ends_with("#/?name=finance"), "{address}");
    browser.see(By::Css("html[data-profile=red][data-production]")).await;

    // There, a press on Enter alone starts nothing.
    browser.press("Run Finance deliver").await;
    browser.see_text("dialog//p", "This is production: Live").await;
    browser.every_look("production").await;
    browser.keys(Key::Enter).await;
    browser.see(By::XPath("//dialog[not(@open)]")).await;
    let jobs = production.client().list_jobs().send().await.unwrap();
    for job in jobs.iter() {
        assert!(production.client().get_job_logs().job_id(job.id).send().await.unwrap().is_empty());
    }

    // Back without asking for the key again: it is in memory.
    browser.see(By::Css("button.profile")).await.click().await.unwrap();
    let other = format!("//*[@id='profiles']//button[contains(., \"{}\")]", test.address());
    browser.see(By::XPath(other)).await.click().await.unwrap();
    browser.see(By::Css("html:not([data-production])")).await;
    browser.see_text("a", "Finance deliver").await;
    let all = everything(&browser).await;
    assert!(!all.contains(test.key()) && !all.contains(production.key()));
}

#[tokio::test]
async fn several_jobs_are_ticked_in_the_address_and_run_with_one_question() {
    let gateway = Gateway::start(JOBS);
    let client = gateway.client();
    let jobs = client.list_jobs().send().await.unwrap();
    let id = |name: &str| jobs.iter().find(|job| job.name == name).unwrap().id;
    client.execute_job().job_id(id("Endless")).send().await.unwrap();

    let browser = connected(&gateway).await;
    for name in ["Endless", "Customer dimension"] {
        browser
            .see(By::Css(format!("[data-job='{}'] [type=checkbox]", id(name))))
            .await
            .click()
            .await
            .unwrap();
    }
    browser.see_text("button", "Run selected (2)").await;
    browser.every_look("selected").await;
    let link = loop {
        let link = browser.page.current_url().await.unwrap().to_string();
        if link.matches(',').count() == 1 {
            break link;
        }
    };
    assert!(link.contains(&id("Endless").to_string()) && !link.contains(gateway.key()), "{link}");

    // The link brings the ticks along, and nothing is run by it.
    browser.page.refresh().await.unwrap();
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.press("Connect").await;
    browser.press("Run selected (2)").await;
    browser.see_text("h2", "Run 2 jobs on Gateway?").await;
    browser.every_look("run-many").await;
    browser.press("Run 2 jobs").await;
    browser.see_text("dialog//span", "started").await;
    browser.see_text("dialog//span", "already pending or running").await;
    browser.every_look("run-many-done").await;
    browser.press("Close").await;
    browser.see_text("button", "Run selected (1)").await;
    let runs = async |name: &str| client.get_job_logs().job_id(id(name)).send().await.unwrap().len();
    assert_eq!((runs("Endless").await, runs("Customer dimension").await), (1, 1), "each POST is sent once");
}

#[tokio::test]
async fn a_long_list_has_room_for_its_names_on_every_screen() {
    let job = |n: usize| {
        format!(
            "[[organization.job]]\nname = \"Table {n:02} of the warehouse\"\n[organization.job.script]\nstate = \"completed\"\nlines = [{{ message = \"Done\" }}]\n"
        )
    };
    let jobs: String = (0..60).map(job).collect();
    let gateway = Gateway::start(&format!("[[organization]]\nname = \"Test\"\n{jobs}"));
    let browser = connected(&gateway).await;
    browser.see_text("a", "Table 00").await;
    let name = "const cell = document.querySelector('td.name'), table = cell.closest('table'); \
                return [cell, table, table.querySelector('tbody tr[data-job]'), table.parentElement].map(e => e.clientWidth)";
    for (width, at_least) in [(1280, 400), (800, 220), (320, 130)] {
        browser.look(width, 640, "light").await;
        // Only a part of them is in the document, and the rest has its place.
        browser.see(By::Css("td.gap")).await;
        browser.see(By::Css("tr[data-job] td.name")).await;
        let [cell, table, row, around]: [u32; 4] = browser.run(name).await;
        assert!(cell >= at_least, "{width} px: the name has {cell} of {table}");
        assert!(row + 4 >= table && table + 40 >= around, "{width} px: {row} of {table} of {around}");
    }
    browser.every_look("many").await;
}

#[tokio::test]
async fn everything_can_be_reached_by_keys_alone() {
    let gateway = Gateway::start(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.see_text("h1", "Connect").await;
    browser.page.find(By::Id("key")).await.unwrap().focus().await.unwrap();
    browser.keys(gateway.key()).await;
    browser.keys(Key::Enter).await;
    browser.see_text("a", "Finance deliver").await;

    // The sheet, and out of it.
    browser.keys("?").await;
    browser.see_text("dialog[@open]//h2", "Keys").await;
    browser.every_look("keys").await;
    browser.keys(Key::Escape).await;
    browser.see(By::Css("#keys:not([open])")).await;

    // The palette: to a job by a few letters.
    browser.control('k').await;
    browser.see(By::Css("#palette[open]")).await;
    browser.keys("custo").await;
    browser.see_text("*[@role='option'][@aria-selected='true']", "Customer dimension").await;
    browser.every_look("palette").await;
    browser.keys(Key::Enter).await;
    browser.see_text("h1", "Customer dimension").await;

    // To a switch further down, by arrows; and Escape leaves without doing anything.
    browser.control('k').await;
    browser.keys("theme").await;
    browser.keys(Key::Down + Key::Down).await;
    browser.see_text("*[@role='option'][@aria-selected='true']", "Theme: dark").await;
    browser.keys(Key::Enter).await;
    browser.see(By::Css("html[data-theme=dark]")).await;
    browser.control('k').await;
    browser.keys("nothing is like this").await;
    browser.see_text("dialog[@open]//p", "Nothing is called so.").await;
    browser.keys(Key::Escape).await;
    browser.see(By::Css("#palette:not([open])")).await;

    // Run it from where the focus is: the heading, then on by Tab.
    browser.keys(Key::Tab).await;
    let focused: String = browser.run("return document.activeElement.textContent").await;
    assert_eq!(focused, "Run");
    let outline: String = browser.run("return getComputedStyle(document.activeElement).outlineStyle").await;
    assert_eq!(outline, "solid", "the focus is seen");
    browser.keys(Key::Enter).await;
    browser.see_text("dialog[@open]//h2", "Run Customer dimension on Gateway?").await;
    browser.keys(Key::Enter).await;
    browser.see_text("*[@data-state='2']", "completed").await;

    // Back in the list: the filter by its key, and Escape empties it.
    browser.page.goto(format!("{}/#/", gateway.address())).await.unwrap();
    browser.see_text("a", "Endless").await;
    browser.keys("/").await;
    browser.keys("endl").await;
    browser.see(By::XPath("//tbody[count(tr[@data-job]) = 1]")).await;
    browser.keys(Key::Escape).await;
    browser.see(By::XPath("//tbody[count(tr[@data-job]) = 3]")).await;
}

#[tokio::test]
async fn the_calls_by_hand() {
    let gateway = Gateway::start(JOBS);
    let client = gateway.client();
    let browser = connected(&gateway).await;
    // The job that was looked at last is filled in.
    browser.see_text("a", "Finance deliver").await.click().await.unwrap();
    browser.see_text("h1", "Finance deliver").await;
    browser.page.goto(format!("{}/#/api", gateway.address())).await.unwrap();
    browser.see_text("h1", "API").await;
    browser.press("Send").await;
    browser.see_text("*[@aria-label='Body']", "Customer dimension").await;
    browser.every_look("api").await;

    // A POST asks first, and is sent once.
    browser.see_text("option", "Execute a job").await.click().await.unwrap();
    browser.press("Send…").await;
    browser.see_text("h2", "Send this?").await;
    browser.every_look("api-question").await;
    browser.press("Send it").await;
    browser.see_text("span[contains(@class, 'badge')]", "200").await;
    let jobs = client.list_jobs().send().await.unwrap();
    let finance = jobs.iter().find(|job| job.name == "Finance deliver").unwrap().id;
    let ended = async {
        loop {
            let runs = client.get_job_logs().job_id(finance).send().await.unwrap().into_inner().0;
            if runs.iter().any(|run| run.state.is_final()) {
                break runs;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let runs = tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the run ends");
    assert_eq!(runs.len(), 1);

    // Its trigger id is filled in for the next call.
    browser.see_text("option", "Get the execution of a trigger id").await.click().await.unwrap();
    browser.press("Send").await;
    browser.see_text("*[@aria-label='Body']", "stg.Invoice").await;
    for (language, words) in [
        ("PowerShell", "Invoke-RestMethod"),
        ("Python", "web.Request"),
        ("Rust", "reqwest"),
        ("curl", "curl -X GET"),
    ] {
        browser.press(language).await;
        browser.see_text("pre", words).await;
    }
    let run = runs[0].trigger_id.unwrap().to_string();
    browser.see_text("pre", &run).await;
    assert!(!everything(&browser).await.contains(gateway.key()));
}

#[tokio::test]
async fn the_end_of_a_run_is_told_to_who_looks_elsewhere() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    let asked: String = browser.run("return Notification.permission").await;
    assert_ne!(asked, "granted", "nothing is asked for by itself");
    // Somebody turned it on and looks elsewhere; what the browser would show is written down.
    browser
        .run::<()>(
            "localStorage.setItem('txjobs.tell', 'on'); document.hasFocus = () => false; window.shown = [];
            window.Notification = class { static permission = 'granted'; constructor(words) { shown.push(words) } }",
        )
        .await;
    browser.press("Run Finance deliver").await;
    browser.press("Run").await;
    browser.see_text("*[@data-state='3']", "failed").await;
    let told: Vec<String> = loop {
        let told: Vec<String> = browser.run("return shown").await;
        if !told.is_empty() {
            break told;
        }
    };
    assert_eq!(told, ["Finance deliver: failed"]);
    let icon: String = browser.run("return document.querySelector('link[rel=icon]').href").await;
    assert!(icon.starts_with("data:image/svg+xml"), "{icon}");
    browser.run::<()>("window.dispatchEvent(new Event('focus'))").await;
    let icon: String = browser.run("return document.querySelector('link[rel=icon]').href").await;
    assert!(icon.starts_with(gateway.address()), "{icon}");
}
