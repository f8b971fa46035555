//! A headless browser, driven as a person would: by what the page shows.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use thirtyfour::{common::capabilities::chromium::ChromiumLikeCapabilities, prelude::*};

use crate::root;

/// Longer than anything a page is allowed to take.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(50);

/// A browser with an empty profile; its processes end when it is dropped.
#[derive(Debug)]
pub struct Browser {
    /// The WebDriver session.
    pub page: WebDriver,
    session: String,
    driver: Driver,
    _profile: TempDir,
}

/// A running ChromeDriver.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let program = std::env::var_os("TXJOBS_DRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut command = Command::new(program);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| {
                line.unwrap().strip_suffix('.')?.split_once("successfully on port ")?.1.parse::<u16>().ok()
            })
            .expect("chromedriver says its port");
        // It goes on writing; nobody may close that pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, port }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    /// Starts the browser that `cargo xtask test` names, or the machine's own.
    pub async fn start() -> Self {
        // reqwest without a provider of its own, as the SDK chooses it, wants one even for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let driver = Driver::start();
        let profile = tempfile::tempdir().unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        if let Some(browser) = std::env::var_os("TXJOBS_BROWSER") {
            wanted.set_binary(browser.to_str().unwrap()).unwrap();
        }
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
            "--window-size=1280,900",
        ] {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        let page = WebDriver::new(format!("http://127.0.0.1:{}", driver.port), wanted).await.unwrap();
        let session = page.session_id().to_string();
        Self { page, session, driver, _profile: profile }
    }

    /// The first element that fits, once it is there.
    pub async fn see(&self, by: By) -> WebElement {
        let what = format!("{by:?}");
        match self.page.query(by).wait(PATIENCE, GLANCE).first().await {
            Ok(element) => element,
            Err(error) => {
                self.picture("failure").await;
                panic!("{what} did not appear: {error}")
            }
        }
    }

    /// The element whose text is this, once it is there.
    pub async fn see_text(&self, tag: &str, text: &str) -> WebElement {
        self.see(By::XPath(format!("//{tag}[contains(normalize-space(.), '{text}')]"))).await
    }

    /// The form field with this label.
    pub async fn field(&self, label: &str) -> WebElement {
        self.see(By::XPath(format!("//input[@id=//label[contains(normalize-space(.), '{label}')]/@for]")))
            .await
    }

    /// Presses the button with this accessible name, once it can be pressed.
    pub async fn press(&self, name: &str) {
        let path =
            format!("//button[(normalize-space(.)='{name}' or @aria-label='{name}') and not(@disabled)]");
        let buttons = self.page.query(By::XPath(path)).wait(PATIENCE, GLANCE).and_clickable();
        let pressed = match buttons.first().await {
            Ok(button) => button.click().await,
            Err(error) => Err(error),
        };
        if let Err(error) = pressed {
            self.picture("failure").await;
            panic!("no button {name:?}: {error}")
        }
    }

    /// Keeps a picture of the page in `target/screenshots`.
    pub async fn picture(&self, name: &str) {
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file: PathBuf = folder.join(format!("{name}.png"));
        self.page.screenshot(&file).await.unwrap();
    }

    /// What a script in the page gives; a promise is waited for.
    pub async fn run<T: serde::de::DeserializeOwned>(&self, script: &str) -> T {
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {script} }})().then(done, error => done(String(error)))"
        );
        self.page.execute_async(script, vec![]).await.unwrap().convert().unwrap()
    }

    /// Presses keys in whatever has the focus.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.page.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses a key together with the control key.
    pub async fn control(&self, key: char) {
        let keys = self.page.action_chain().key_down(Key::Control).key_down(key).key_up(key);
        keys.key_up(Key::Control).perform().await.unwrap();
    }

    /// Shows the page as on a screen of this size, in CSS pixels, and in this color scheme: light, dark, or the forced
    /// colors of a system with high contrast.
    pub async fn look(&self, width: u32, height: u32, scheme: &str) {
        let tools = self.page.cdp();
        let size = serde_json::json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 640});
        tools.send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        let (scheme, forced) = if scheme == "forced" { ("dark", "active") } else { (scheme, "none") };
        let media = serde_json::json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "forced-colors", "value": forced},
        ]});
        tools.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// Shows the page as to who has asked the system for less motion.
    pub async fn without_motion(&self) {
        let media = serde_json::json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.page.cdp().send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// Looks at what is on the screen as different people have it: light, dark, on a phone, in forced colors. Keeps a
    /// picture of each, and fails if it scrolls sideways or is not accessible.
    pub async fn every_look(&self, name: &str) {
        for (look, width, height, scheme) in [
            ("light", 1280, 900, "light"),
            ("dark", 1280, 900, "dark"),
            ("phone", 320, 640, "light"),
            ("forced", 1280, 900, "forced"),
        ] {
            self.look(width, height, scheme).await;
            let script = "return document.documentElement.scrollWidth > window.innerWidth";
            let is_wide: bool = self.page.execute(script, vec![]).await.unwrap().convert().unwrap();
            self.picture(&format!("{name}-{look}")).await;
            assert!(!is_wide, "{name} at {width} px scrolls sideways");
            // What axe takes for the colors of text there is not what the system makes of them.
            if look != "forced" {
                self.accessible(&format!("{name}, {look}")).await;
            }
        }
        self.look(1280, 900, "light").await;
    }

    /// Fails if axe finds a fault of access in what the page shows now: WCAG 2.2 AA, and good practice.
    pub async fn accessible(&self, what: &str) {
        let Some(axe) = std::env::var_os("TXJOBS_AXE") else {
            panic!("TXJOBS_AXE names no axe.min.js: run cargo xtask test e2e")
        };
        // Beside the page's own scripts, so that its policy has no say.
        let source = std::fs::read_to_string(axe).unwrap();
        self.page.execute(format!("if (!window.axe) {{ {source} }}"), vec![]).await.unwrap();
        let script = "const done = arguments[0]; \
            axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }).then( \
                (found) => done(found.violations.flatMap((v) => v.nodes.map((n) => \
                    `${v.id} (${v.impact}): ${n.target.join(' ')} ${n.html.slice(0, 200)} ${n.failureSummary}`))), \
                (error) => done([String(error)]))";
        let found: Vec<String> = self.page.execute_async(script, vec![]).await.unwrap().convert().unwrap();
        if !found.is_empty() {
            self.picture("access").await;
            panic!("{what}: {}", found.join("\n"));
        }
    }

    /// The addresses of everything that the page has loaded or asked for.
    pub async fn requests(&self) -> Vec<String> {
        let script = "return window.performance.getEntriesByType('resource').map(e => e.name)";
        let names = self.page.execute(script, vec![]).await.unwrap();
        names.convert().unwrap()
    }
}

impl Drop for Browser {
    /// Ends the session also when a test panics: a driver that is killed leaves its browser running.
    fn drop(&mut self) {
        // The crate's own way blocks a test's single thread, on which its request would have to run.
        let _ = self.page.clone().leak();
        let ended = TcpStream::connect(("127.0.0.1", self.driver.port)).and_then(|mut stream| {
            write!(
                stream,
                "DELETE /session/{} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n",
                self.session
            )?;
            stream.read(&mut [0; 1024])
        });
        if let Err(error) = ended {
            eprintln!("the browser could not be ended: {error}");
        }
    }
}
