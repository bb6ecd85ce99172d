//! A browser as a person has it: Debian's chromium, told what to do through its driver by the W3C's protocol
//! (<https://www.w3.org/TR/webdriver2/>), which is JSON over HTTP on this machine and needs no crate.

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What a driver answers within, or never.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser; gone when this is dropped.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
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
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The browser is the driver's child: they are ended together, a test that fails included.
            .process_group(0)
            .spawn()
            .ok()?;
        // It names the port that it has chosen, and then no more is read: it says little.
        let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver names its port");
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().expect("a folder for the browser");
        let mut browser = Browser { driver, port, session: String::new(), _profile: profile };
        browser.session = browser.open_session();
        Some(browser)
    }

    fn open_session(&self) -> String {
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", self._profile.path().display()));
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let opened = self.ask("POST", "/session", &capabilities);
        opened["sessionId"].as_str().expect("a session has an id").to_owned()
    }

    /// Opens a file; what pages before it have logged is forgotten.
    pub(crate) fn open(&self, page: &Path, look: Look) {
        let scheme = if look.dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &media);
        let size =
            json!({"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        self.logged("browser");
        self.logged("performance");
        self.command("POST", "url", &json!({"url": format!("file://{}", page.display())}));
    }

    /// What a function's body gives back.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command("POST", "execute/sync", &json!({"script": script, "args": []}))
    }

    /// What the body of a function gives to its last argument, a callback.
    pub(crate) fn run_to_callback(&self, script: &str) -> Value {
        self.command("POST", "execute/async", &json!({"script": script, "args": []}))
    }

    /// The first element that a selector finds is clicked as by a hand: it must be there to be seen.
    pub(crate) fn click(&self, selector: &str) {
        let id = self.element(selector);
        self.run(&format!(
            "document.querySelector({}).scrollIntoView({{block: 'center', behavior: 'instant'}})",
            json!(selector)
        ));
        self.command("POST", &format!("element/{id}/click"), &json!({}));
    }

    /// Types into the first element that a selector finds; what was there goes.
    pub(crate) fn type_into(&self, selector: &str, text: &str) {
        let id = self.element(selector);
        self.command("POST", &format!("element/{id}/clear"), &json!({}));
        self.command("POST", &format!("element/{id}/value"), &json!({"text": text}));
    }

    fn element(&self, selector: &str) -> String {
        let asked = json!({"using": "css selector", "value": selector});
        let found = self.command("POST", "element", &asked);
        let id = found.as_object().and_then(|object| object.values().next());
        id.and_then(Value::as_str).unwrap_or_else(|| panic!("{selector} is not there: {found}")).to_owned()
    }

    /// The whole page as it looks.
    pub(crate) fn photograph(&self, file: &Path) {
        let height = self.run("return document.documentElement.scrollHeight").as_u64().unwrap_or(1000);
        let asked = json!({"captureBeyondViewport": true, "clip": {
            "x": 0, "y": 0, "scale": 1, "height": height.min(12_000),
            "width": self.run("return document.documentElement.clientWidth"),
        }});
        let taken = self.devtools("Page.captureScreenshot", &asked);
        let bytes = decoded(taken["data"].as_str().expect("a picture"));
        std::fs::write(file, bytes).expect("the picture can be written");
    }

    /// What was logged since the last look: `browser` for the console, `performance` for the network.
    pub(crate) fn logged(&self, kind: &str) -> Vec<Value> {
        let entries = self.command("POST", "se/log", &json!({"type": kind}));
        entries.as_array().cloned().unwrap_or_default()
    }

    /// Addresses of everything that was asked for since the last look, the page itself too.
    pub(crate) fn requests(&self) -> Vec<String> {
        let address = |entry: Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        self.logged("performance").into_iter().filter_map(address).collect()
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.command("POST", "goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}/{path}", self.session), body)
    }

    /// One request, one connection.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("the driver reads");
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = answer.read_line(&mut line).expect("the driver answers");
            if read == 0 || line.trim().is_empty() {
                break;
            }
            if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().expect("a length is a number");
            }
        }
        let mut text = vec![0; length];
        answer.read_exact(&mut text).expect("the answer is whole");
        let mut answer: Value = serde_json::from_slice(&text).expect("the answer is JSON");
        let value = answer["value"].take();
        assert!(value.get("error").is_none(), "{method} {path}: {value}");
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", &format!("/session/{}", self.session), &json!({}));
        }
        if let Some(group) = i32::try_from(self.driver.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.driver.wait();
    }
}

/// Base 64 (<https://www.rfc-editor.org/rfc/rfc4648>, 4).
fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let Some(value) = LETTERS.iter().position(|known| *known == letter) else { continue };
        bits = (bits << 6) | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
