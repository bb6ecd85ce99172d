//! A browser as a person has it: Debian's chromium, driven through chromedriver by the crate
//! `fantoccini`. Chromium's own commands, which the WebDriver protocol does not have, stand here:
//! its DevTools protocol and its logs.

use base64::Engine as _;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::runtime::Runtime;

/// The longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A running browser, which ends when this is dropped.
pub(crate) struct Browser {
    driver: DriverProcess,
    client: Client,
    runtime: Runtime,
    _profile: tempfile::TempDir,
}

/// How a page is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
}

impl Browser {
    /// Starts driver and browser; `None` where this machine has none.
    pub(crate) fn start() -> Option<Browser> {
        let driver = DriverProcess::start()?;
        let profile = tempfile::tempdir().expect("a folder for the browser");
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(serde_json::from_value(capabilities).expect("an object"));
        let address = format!("http://127.0.0.1:{}", driver.port);
        let client = runtime.block_on(builder.connect(&address)).expect("the browser starts");
        Some(Browser { driver, client, runtime, _profile: profile })
    }

    /// Opens a file; what pages before it have logged is forgotten.
    pub(crate) fn open(&self, page: &Path, look: Look) {
        let scheme = if look.dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.run_devtools("Emulation.setEmulatedMedia", media);
        let size =
            json!({"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": false});
        self.run_devtools("Emulation.setDeviceMetricsOverride", size);
        self.take_log("browser");
        self.take_log("performance");
        self.wait(self.client.goto(&format!("file://{}", page.display())));
    }

    /// Runs the body of a function and returns what it returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.wait(self.client.execute(script, Vec::new()))
    }

    /// Runs the body of a function and returns what it gives to its last argument, a callback.
    pub(crate) fn run_to_callback(&self, script: &str) -> Value {
        self.wait(self.client.execute_async(script, Vec::new()))
    }

    /// Clicks the first element that a selector finds as a hand would: it must be visible.
    pub(crate) fn click(&self, selector: &str) {
        self.run(&format!(
            "document.querySelector({}).scrollIntoView({{block: 'center', behavior: 'instant'}})",
            json!(selector)
        ));
        self.wait(async { self.client.find(Locator::Css(selector)).await?.click().await });
    }

    /// Types into the first element that a selector finds; its earlier text goes.
    pub(crate) fn type_into(&self, selector: &str, text: &str) {
        self.wait(async {
            let element = self.client.find(Locator::Css(selector)).await?;
            element.clear().await?;
            element.send_keys(text).await
        });
    }

    /// Saves a picture of the whole page.
    pub(crate) fn photograph(&self, file: &Path) {
        let height = self.run("return document.documentElement.scrollHeight").as_u64().unwrap_or(1000);
        let clip = json!({"captureBeyondViewport": true, "clip": {
            "x": 0, "y": 0, "scale": 1, "height": height.min(12_000),
            "width": self.run("return document.documentElement.clientWidth"),
        }});
        let taken = self.run_devtools("Page.captureScreenshot", clip);
        let picture = taken["data"].as_str().expect("a picture");
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture).expect("it is base 64");
        std::fs::write(file, bytes).expect("the picture can be written");
    }

    /// Returns what was logged since the last call: `browser` for the console, `performance` for
    /// the network.
    pub(crate) fn take_log(&self, kind: &str) -> Vec<Value> {
        let entries =
            self.wait(self.client.issue_cmd(ChromiumCommand { path: "se/log", body: json!({"type": kind}) }));
        entries.as_array().cloned().unwrap_or_default()
    }

    /// Returns the addresses of all requests since the last call, the page itself included.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        let address = |entry: Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        self.take_log("performance").into_iter().filter_map(address).collect()
    }

    /// One command of the DevTools protocol
    /// (<https://chromedevtools.github.io/devtools-protocol/>).
    fn run_devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.wait(self.client.issue_cmd(ChromiumCommand { path: "goog/cdp/execute", body }))
    }

    fn wait<T, E: std::fmt::Debug>(&self, answer: impl Future<Output = Result<T, E>>) -> T {
        let answer = self.runtime.block_on(async { tokio::time::timeout(TIMEOUT, answer).await });
        answer.expect("the browser answers in time").expect("the browser does what it is asked to")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.runtime.block_on(self.client.clone().close());
        }
        self.driver.end();
    }
}

/// A command that only Chromium has, by its path below the session.
#[derive(Debug)]
struct ChromiumCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromiumCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// chromedriver, at a port of its own choice.
struct DriverProcess {
    child: Child,
    port: u16,
}

impl DriverProcess {
    fn start() -> Option<DriverProcess> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The browser is the driver's child: they are ended together, a test that fails
            // included.
            .process_group(0)
            .spawn()
            .ok()?;
        // It prints the port that it has chosen. What it prints later is read and thrown away.
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver names its port");
        std::thread::spawn(move || lines.for_each(drop));
        Some(DriverProcess { child, port })
    }

    fn end(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
