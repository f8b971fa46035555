//! A headless browser. Tests use the page like a person: they find elements by what the page shows.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use thirtyfour::{common::capabilities::chromium::ChromiumLikeCapabilities, prelude::*};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{ports::restartable_port, program::root};

/// Maximum time to wait for an element.
const MAX_WAIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Permits for browsers that run at the same time. More browsers than cores would wait for each other.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// A browser with an empty profile. Its processes end on drop.
#[derive(Debug)]
pub struct Browser {
    /// The WebDriver session.
    pub page: WebDriver,
    session: String,
    driver: Driver,
    _profile: TempDir,
    _permit: SemaphorePermit<'static>,
}

/// A running ChromeDriver or geckodriver.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts the driver in an environment variable, or else the installed one. It prints a line with `started`.
    ///
    /// ChromeDriver listens on IPv6 and IPv4. A port that it chooses itself can be in use on IPv4, and then it stops.
    fn start(variable: &str, default: &str, started: &str, arguments: &[&str]) -> Self {
        let program = std::env::var_os(variable).unwrap_or_else(|| default.into());
        let port = restartable_port();
        let mut command = Command::new(program);
        command
            .arg(format!("--port={port}"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut output = Vec::new();
        while !output.last().is_some_and(|line: &String| line.contains(started)) {
            let Some(line) = lines.next() else { panic!("{default} did not start:\n{}", output.join("\n")) };
            output.push(line);
        }
        // Keep reading, because the driver continues to write to the pipe.
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
    /// Starts Chromium: the one in `TXJOBS_BROWSER`, or else the installed one.
    pub async fn start() -> Self {
        let permit = PERMITS.acquire().await.unwrap();
        let driver = Driver::start("TXJOBS_DRIVER", "chromedriver", "started successfully", &[]);
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
        Self::open(driver, wanted.into(), profile, permit).await
    }

    /// Starts Firefox: the one in `TXJOBS_FIREFOX`, or else the installed one.
    pub async fn start_firefox() -> Self {
        let permit = PERMITS.acquire().await.unwrap();
        let profile = tempfile::tempdir().unwrap();
        let arguments = ["--profile-root", profile.path().to_str().unwrap()];
        let driver = Driver::start("TXJOBS_FIREFOX_DRIVER", "geckodriver", "Listening on", &arguments);
        let mut wanted = DesiredCapabilities::firefox();
        if let Some(browser) = std::env::var_os("TXJOBS_FIREFOX") {
            wanted.set_firefox_binary(browser.to_str().unwrap()).unwrap();
        }
        for argument in ["-headless", "-width=1280", "-height=900"] {
            wanted.add_arg(argument).unwrap();
        }
        Self::open(driver, wanted.into(), profile, permit).await
    }

    async fn open(
        driver: Driver,
        wanted: Capabilities,
        profile: TempDir,
        permit: SemaphorePermit<'static>,
    ) -> Self {
        // The SDK builds reqwest without a TLS provider, but reqwest requires one even for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let page = WebDriver::new(format!("http://127.0.0.1:{}", driver.port), wanted).await.unwrap();
        let session = page.session_id().to_string();
        Self { page, session, driver, _profile: profile, _permit: permit }
    }

    /// Waits for the first element that matches.
    pub async fn wait_for(&self, by: By) -> WebElement {
        let what = format!("{by:?}");
        match self.page.query(by).wait(MAX_WAIT, POLL_INTERVAL).first().await {
            Ok(element) => element,
            Err(error) => {
                self.save_screenshot("failure").await;
                panic!("{what} did not appear: {error}")
            }
        }
    }

    /// Waits for the element with this text.
    pub async fn wait_for_text(&self, tag: &str, text: &str) -> WebElement {
        self.wait_for(By::XPath(format!("//{tag}[contains(normalize-space(.), '{text}')]"))).await
    }

    /// Waits for the form field with this label.
    pub async fn field(&self, label: &str) -> WebElement {
        self.wait_for(By::XPath(format!(
            "//input[@id=//label[contains(normalize-space(.), '{label}')]/@for]"
        )))
        .await
    }

    /// Waits until the button with this accessible name is enabled, and clicks it.
    pub async fn click_button(&self, name: &str) {
        let path =
            format!("//button[(normalize-space(.)='{name}' or @aria-label='{name}') and not(@disabled)]");
        let buttons = self.page.query(By::XPath(path)).wait(MAX_WAIT, POLL_INTERVAL).and_clickable();
        let pressed = match buttons.first().await {
            Ok(button) => button.click().await,
            Err(error) => Err(error),
        };
        if let Err(error) = pressed {
            self.save_screenshot("failure").await;
            panic!("no button {name:?}: {error}")
        }
    }

    /// Saves a screenshot of the page in `target/screenshots`.
    pub async fn save_screenshot(&self, name: &str) {
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file: PathBuf = folder.join(format!("{name}.png"));
        self.page.screenshot(&file).await.unwrap();
    }

    /// Runs a script in the page and returns its result. A promise is awaited.
    pub async fn execute<T: serde::de::DeserializeOwned>(&self, script: &str) -> T {
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {script} }})().then(done, error => done(String(error)))"
        );
        self.page.execute_async(script, vec![]).await.unwrap().convert().unwrap()
    }

    /// Presses keys in the focused element.
    pub async fn press_keys(&self, keys: impl Into<TypingData>) {
        self.page.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses a key together with Ctrl.
    pub async fn press_ctrl(&self, key: char) {
        let keys = self.page.action_chain().key_down(Key::Control).key_down(key).key_up(key);
        keys.key_up(Key::Control).perform().await.unwrap();
    }

    /// Sets the size of the page in CSS pixels, and its color scheme: "light", "dark", or "forced" for forced colors.
    pub async fn set_appearance(&self, width: u32, height: u32, scheme: &str) {
        let tools = self.page.cdp();
        let size = serde_json::json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 640});
        tools.send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        let (scheme, forced) = if scheme == "forced" { ("dark", "active") } else { (scheme, "none") };
        let media = serde_json::json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "forced-colors", "value": forced},
        ]});
        tools.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// Emulates the system setting for reduced motion.
    pub async fn set_reduced_motion(&self) {
        let media = serde_json::json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.page.cdp().send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// Checks the current screen in several appearances: light, dark, phone, forced colors. Saves a screenshot of each.
    ///
    /// # Panics
    ///
    /// Panics if the page scrolls horizontally or has accessibility violations.
    pub async fn check_appearances(&self, name: &str) {
        for (look, width, height, scheme) in [
            ("light", 1280, 900, "light"),
            ("dark", 1280, 900, "dark"),
            ("phone", 320, 640, "light"),
            ("forced", 1280, 900, "forced"),
        ] {
            self.set_appearance(width, height, scheme).await;
            let script = "return document.documentElement.scrollWidth > window.innerWidth";
            let is_wide: bool = self.page.execute(script, vec![]).await.unwrap().convert().unwrap();
            self.save_screenshot(&format!("{name}-{look}")).await;
            assert!(!is_wide, "{name} at {width} px scrolls horizontally");
            // axe does not know the colors that the system uses there.
            if look != "forced" {
                self.check_accessibility(&format!("{name}, {look}")).await;
            }
        }
        self.set_appearance(1280, 900, "light").await;
    }

    /// Checks the current screen with axe: WCAG 2.2 AA and best practices.
    ///
    /// # Panics
    ///
    /// Panics if axe finds a violation.
    pub async fn check_accessibility(&self, what: &str) {
        let Some(axe) = std::env::var_os("TXJOBS_AXE") else {
            panic!("TXJOBS_AXE is not set: run cargo xtask test e2e")
        };
        // WebDriver scripts are not subject to the content security policy of the page.
        let source = std::fs::read_to_string(axe).unwrap();
        self.page.execute(format!("if (!window.axe) {{ {source} }}"), vec![]).await.unwrap();
        let script = "const done = arguments[0]; \
            axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }).then( \
                (found) => done(found.violations.flatMap((v) => v.nodes.map((n) => \
                    `${v.id} (${v.impact}): ${n.target.join(' ')} ${n.html.slice(0, 200)} ${n.failureSummary}`))), \
                (error) => done([String(error)]))";
        let found: Vec<String> = self.page.execute_async(script, vec![]).await.unwrap().convert().unwrap();
        if !found.is_empty() {
            self.save_screenshot("access").await;
            panic!("{what}: {}", found.join("\n"));
        }
    }

    /// Returns the URLs of all requests of the page.
    pub async fn request_urls(&self) -> Vec<String> {
        let script = "return window.performance.getEntriesByType('resource').map(e => e.name)";
        let names = self.page.execute(script, vec![]).await.unwrap();
        names.convert().unwrap()
    }
}

impl Drop for Browser {
    /// Ends the session, also after a panic, because killing the driver leaves the browser running.
    fn drop(&mut self) {
        // The drop handler of thirtyfour would block the single thread that has to run its request.
        let _ = self.page.clone().leak();
        let ended = TcpStream::connect(("127.0.0.1", self.driver.port)).and_then(|mut stream| {
            write!(
                stream,
                "DELETE /session/{} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-length: 0\r\n\r\n",
                self.session, self.driver.port
            )?;
            stream.read(&mut [0; 1024])
        });
        if let Err(error) = ended {
            eprintln!("cannot end the browser session: {error}");
        }
    }
}
