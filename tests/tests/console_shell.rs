//! Tests profiles, remembered keys, the job list, the command palette, the API screen, and notifications in a real browser
//! with a real gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::time::Duration;

use thirtyfour::prelude::*;
use txjobs_test_support::{TestServer, browser::Browser, console::console_emulator};

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

async fn open(gateway: &TestServer) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
    // Record all messages that are written to the browser console from now on.
    browser
        .execute::<()>(
            "window.messages = []; for (const method of ['log', 'info', 'warn', 'error', 'debug'])
                console[method] = (...parts) => messages.push(parts.join())",
        )
        .await;
    browser
}

async fn open_connected(gateway: &TestServer) -> Browser {
    let browser = open(gateway).await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.click_button("Connect").await;
    browser.wait_for_text("h1", "Jobs").await;
    browser
}

async fn type_into(browser: &Browser, label: &str, text: &str) {
    let field = browser.field(label).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Returns all state of the page as text: document, fields, storage, databases, address, console messages.
async fn page_state(browser: &Browser) -> String {
    browser
        .execute(
            r"
            const texts = [document.documentElement.outerHTML, location.href, document.cookie];
            texts.push(...[...document.querySelectorAll('input')].map(input => input.value));
            texts.push(JSON.stringify([{ ...localStorage }, { ...sessionStorage }]), ...(window.messages ?? []));
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
async fn key_is_remembered_with_a_passphrase_locked_and_forgotten() {
    let gateway = console_emulator(JOBS);
    let browser = open(&gateway).await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.field("Remember on this device").await.click().await.unwrap();
    browser.click_button("Connect").await;
    browser.wait_for_text("span", "Choose at least 12 characters").await;
    browser.check_appearances("remember").await;
    type_into(&browser, "New passphrase", PASSPHRASE).await;
    browser.click_button("Connect").await;
    browser.wait_for_text("a", "Finance deliver").await;
    browser.page.goto(format!("{}/#/settings", gateway.address())).await.unwrap();
    browser.wait_for_text("dd", "remembered on this device, encrypted").await;
    browser.check_appearances("settings").await;
    let state = page_state(&browser).await;
    assert!(state.contains("store keys"), "the state includes the vault: {state}");
    assert!(!state.contains(gateway.key()) && !state.contains(PASSPHRASE));

    // After a reload only the right passphrase unlocks the vault.
    browser.page.refresh().await.unwrap();
    type_into(&browser, "Passphrase of this device", "not the one at all").await;
    browser.click_button("Unlock and connect").await;
    browser.wait_for_text("span", "Wrong passphrase.").await;
    browser.check_appearances("unlock").await;
    type_into(&browser, "Passphrase of this device", PASSPHRASE).await;
    browser.click_button("Unlock and connect").await;
    browser.wait_for_text("h1", "Settings").await;

    // The vault is locked when the page is idle: set the clock of the page half an hour forward.
    browser.execute::<()>("const real = Date.now; Date.now = () => real() + 31 * 60_000").await;
    browser.wait_for_text("p", "Locked because the page was idle.").await;
    let state = page_state(&browser).await;
    assert!(!state.contains(gateway.key()) && !state.contains(PASSPHRASE));
    type_into(&browser, "Passphrase of this device", PASSPHRASE).await;
    browser.click_button("Unlock and connect").await;
    browser.wait_for_text("h1", "Settings").await;

    browser.click_button("Forget remembered key").await;
    browser.wait_for_text("dd", "in memory only").await;
    let databases: usize = browser.execute("return (await indexedDB.databases()).length").await;
    assert_eq!(databases, 0, "the vault is removed with its last key");
    browser.page.refresh().await.unwrap();
    browser.field("API key").await;
}

#[tokio::test]
async fn profile_switch_keeps_the_screen_and_marks_production() {
    let (test, production) = (console_emulator(JOBS), console_emulator(JOBS));
    let browser = open_connected(&test).await;
    browser.page.goto(format!("{}/#/?name=finance", test.address())).await.unwrap();
    browser.wait_for(By::Css("button.profile-button")).await.click().await.unwrap();
    browser.check_appearances("profiles").await;
    browser.click_button("Add a profile…").await;
    type_into(&browser, "Domain", production.address()).await;
    type_into(&browser, "API key", production.key()).await;
    browser.wait_for_text("summary", "More").await.click().await.unwrap();
    type_into(&browser, "Profile name", "Live").await;
    browser.wait_for_text("label", "red").await.click().await.unwrap();
    browser.field("Production: warn before each run").await.click().await.unwrap();
    browser.check_appearances("add-profile").await;
    browser.click_button("Connect").await;
    browser.wait_for_text("h1", "Jobs").await;
    let address = browser.page.current_url().await.unwrap().to_string();
    assert!(address.ends_with("#/?name=finance"), "{address}");
    browser.wait_for(By::Css("html[data-profile=red][data-production]")).await;

    // On a production server Enter cancels the dialog.
    browser.click_button("Run Finance deliver").await;
    browser.wait_for_text("dialog//p", "This is production: Live").await;
    browser.check_appearances("production").await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for(By::XPath("//dialog[not(@open)]")).await;
    let jobs = production.client().list_jobs().send().await.unwrap();
    for job in jobs.iter() {
        assert!(production.client().get_job_logs().job_id(job.id).send().await.unwrap().is_empty());
    }

    // Switch back. The key is still in memory.
    browser.wait_for(By::Css("button.profile-button")).await.click().await.unwrap();
    let other = format!("//*[@id='profile-menu']//button[contains(., \"{}\")]", test.address());
    browser.wait_for(By::XPath(other)).await.click().await.unwrap();
    browser.wait_for(By::Css("html:not([data-production])")).await;
    browser.wait_for_text("a", "Finance deliver").await;
    let state = page_state(&browser).await;
    assert!(!state.contains(test.key()) && !state.contains(production.key()));
}

#[tokio::test]
async fn selected_jobs_are_in_the_address_and_run_after_one_confirmation() {
    let gateway = console_emulator(JOBS);
    let client = gateway.client();
    let jobs = client.list_jobs().send().await.unwrap();
    let id = |name: &str| jobs.iter().find(|job| job.name == name).unwrap().id;
    client.execute_job().job_id(id("Endless")).send().await.unwrap();

    let browser = open_connected(&gateway).await;
    for name in ["Endless", "Customer dimension"] {
        browser
            .wait_for(By::Css(format!("[data-job='{}'] [type=checkbox]", id(name))))
            .await
            .click()
            .await
            .unwrap();
    }
    browser.wait_for_text("button", "Run selected (2)").await;
    browser.check_appearances("selected").await;
    let link = loop {
        let link = browser.page.current_url().await.unwrap().to_string();
        if link.matches(',').count() == 1 {
            break link;
        }
    };
    assert!(link.contains(&id("Endless").to_string()) && !link.contains(gateway.key()), "{link}");

    // The link restores the selection and starts nothing.
    browser.page.refresh().await.unwrap();
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.click_button("Connect").await;
    browser.click_button("Run selected (2)").await;
    browser.wait_for_text("h2", "Run 2 jobs on Gateway?").await;
    browser.check_appearances("run-many").await;
    browser.click_button("Run 2 jobs").await;
    browser.wait_for_text("dialog//span", "started").await;
    browser.wait_for_text("dialog//span", "already pending or running").await;
    browser.check_appearances("run-many-done").await;
    browser.click_button("Close").await;
    browser.wait_for_text("button", "Run selected (1)").await;
    let runs = async |name: &str| client.get_job_logs().job_id(id(name)).send().await.unwrap().len();
    assert_eq!((runs("Endless").await, runs("Customer dimension").await), (1, 1), "each POST is sent once");
}

#[tokio::test]
async fn long_job_list_shows_names_at_every_width() {
    let job = |n: usize| {
        format!(
            "[[organization.job]]\nname = \"Table {n:02} of the warehouse\"\n[organization.job.script]\nstate = \"completed\"\nlines = [{{ message = \"Done\" }}]\n"
        )
    };
    let jobs: String = (0..60).map(job).collect();
    let gateway = console_emulator(&format!("[[organization]]\nname = \"Test\"\n{jobs}"));
    let browser = open_connected(&gateway).await;
    browser.wait_for_text("a", "Table 00").await;
    let name = "const cell = document.querySelector('td.name'), table = cell.closest('table'); \
                return [cell, table, table.querySelector('tbody tr[data-job]'), table.parentElement].map(e => e.clientWidth)";
    for (width, at_least) in [(1280, 400), (800, 220), (320, 130)] {
        browser.set_appearance(width, 640, "light").await;
        // Only some rows are rendered. A spacer has the height of the others.
        browser.wait_for(By::Css("td.spacer-row")).await;
        browser.wait_for(By::Css("tr[data-job] td.name")).await;
        let [cell, table, row, around]: [u32; 4] = browser.execute(name).await;
        assert!(cell >= at_least, "{width} px: the name has {cell} of {table}");
        assert!(row + 4 >= table && table + 40 >= around, "{width} px: {row} of {table} of {around}");
    }
    browser.check_appearances("many").await;
}

#[tokio::test]
async fn keyboard_controls_the_whole_console() {
    let gateway = console_emulator(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
    browser.page.find(By::Id("key")).await.unwrap().focus().await.unwrap();
    browser.press_keys(gateway.key()).await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for_text("a", "Finance deliver").await;

    // The dialog of keyboard shortcuts.
    browser.press_keys("?").await;
    browser.wait_for_text("dialog[@open]//h2", "Keyboard shortcuts").await;
    browser.check_appearances("keys").await;
    browser.press_keys(Key::Escape).await;
    browser.wait_for(By::Css("#shortcuts:not([open])")).await;

    // The command palette finds a job by a few letters.
    browser.press_ctrl('k').await;
    browser.wait_for(By::Css("#palette[open]")).await;
    browser.press_keys("custo").await;
    browser.wait_for_text("*[@role='option'][@aria-selected='true']", "Customer dimension").await;
    browser.check_appearances("palette").await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for_text("h1", "Customer dimension").await;

    // Arrow keys select a command, and Escape closes the palette.
    browser.press_ctrl('k').await;
    browser.press_keys("theme").await;
    browser.press_keys(Key::Down + Key::Down).await;
    browser.wait_for_text("*[@role='option'][@aria-selected='true']", "Theme: dark").await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for(By::Css("html[data-theme=dark]")).await;
    browser.press_ctrl('k').await;
    browser.press_keys("nothing is like this").await;
    browser.wait_for_text("dialog[@open]//p", "No matches.").await;
    browser.press_keys(Key::Escape).await;
    browser.wait_for(By::Css("#palette:not([open])")).await;

    // The heading has the focus. Tab moves it to the run button.
    browser.press_keys(Key::Tab).await;
    let focused: String = browser.execute("return document.activeElement.textContent").await;
    assert_eq!(focused, "Run");
    let outline: String =
        browser.execute("return getComputedStyle(document.activeElement).outlineStyle").await;
    assert_eq!(outline, "solid", "the focus is visible");
    browser.press_keys(Key::Enter).await;
    browser.wait_for_text("dialog[@open]//h2", "Run Customer dimension on Gateway?").await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for_text("*[@data-state='2']", "completed").await;

    // In the job list a key focuses the filter, and Escape clears it.
    browser.page.goto(format!("{}/#/", gateway.address())).await.unwrap();
    browser.wait_for_text("a", "Endless").await;
    browser.press_keys("/").await;
    browser.press_keys("endl").await;
    browser.wait_for(By::XPath("//tbody[count(tr[@data-job]) = 1]")).await;
    browser.press_keys(Key::Escape).await;
    browser.wait_for(By::XPath("//tbody[count(tr[@data-job]) = 3]")).await;
}

#[tokio::test]
async fn api_screen_sends_requests_and_shows_snippets() {
    let gateway = console_emulator(JOBS);
    let client = gateway.client();
    let browser = open_connected(&gateway).await;
    // The job opened last is filled in.
    browser.wait_for_text("a", "Finance deliver").await.click().await.unwrap();
    browser.wait_for_text("h1", "Finance deliver").await;
    browser.page.goto(format!("{}/#/api", gateway.address())).await.unwrap();
    browser.wait_for_text("h1", "API").await;
    browser.click_button("Send").await;
    browser.wait_for_text("*[@aria-label='Body']", "Customer dimension").await;
    browser.check_appearances("api").await;

    // A POST needs a confirmation and is sent once.
    browser.wait_for_text("option", "Execute a job").await.click().await.unwrap();
    browser.click_button("Send…").await;
    browser.wait_for_text("h2", "Send this request?").await;
    browser.check_appearances("api-question").await;
    browser.click_button("Send request").await;
    browser.wait_for_text("span[contains(@class, 'badge')]", "200").await;
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
    browser.wait_for_text("option", "Get the execution of a trigger id").await.click().await.unwrap();
    browser.click_button("Send").await;
    browser.wait_for_text("*[@aria-label='Body']", "stg.Invoice").await;
    for (language, words) in [
        ("PowerShell", "Invoke-RestMethod"),
        ("Python", "web.Request"),
        ("Rust", "reqwest"),
        ("curl", "curl -X GET"),
    ] {
        browser.click_button(language).await;
        browser.wait_for_text("pre", words).await;
    }
    let run = runs[0].trigger_id.unwrap().to_string();
    browser.wait_for_text("pre", &run).await;
    assert!(!page_state(&browser).await.contains(gateway.key()));
}

#[tokio::test]
async fn end_of_a_run_is_notified_if_the_page_has_no_focus() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    let permission: String = browser.execute("return Notification.permission").await;
    assert_ne!(permission, "granted", "the page does not ask for permission by itself");
    // Record the notifications, turn them on, and remove the focus.
    browser
        .execute::<()>(
            "window.shown = []; window.Notification = class {
                static permission = 'default';
                static async requestPermission() { return this.permission = 'granted' }
                constructor(text) { shown.push(text) }
            }",
        )
        .await;
    browser.page.goto(format!("{}/#/settings", gateway.address())).await.unwrap();
    browser.wait_for(By::XPath("//label[input[@name='notifications']][.='on']")).await.click().await.unwrap();
    browser.page.goto(format!("{}/#/", gateway.address())).await.unwrap();
    browser.execute::<()>("window.dispatchEvent(new Event('blur'))").await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for_text("*[@data-state='3']", "failed").await;
    let notifications: Vec<String> = loop {
        let notifications: Vec<String> = browser.execute("return shown").await;
        if !notifications.is_empty() {
            break notifications;
        }
    };
    assert_eq!(notifications, ["Finance deliver: failed"]);
    let icon: String = browser.execute("return document.querySelector('link[rel=icon]').href").await;
    assert!(icon.starts_with("data:image/svg+xml"), "{icon}");
    browser.execute::<()>("window.dispatchEvent(new Event('focus'))").await;
    let icon: String = browser.execute("return document.querySelector('link[rel=icon]').href").await;
    assert!(icon.starts_with(gateway.address()), "{icon}");
}
