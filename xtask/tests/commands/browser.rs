//! Reports in a real browser: they open without an error, ask nobody for anything, and do what they
//! offer.
//!
//! Debian's `chromium` and `chromium-driver`. Whoever has reports hands them over:
//! `HEAPLAB_REPORTS=reports` looks at each of that folder; without it, two small ones are made.
//! `HEAPLAB_SCREENSHOTS` is where pictures go, `target/screenshots` else. axe-core
//! (<https://github.com/dequelabs/axe-core>, MPL-2.0) is a tool of these tests: npm brings it into
//! `target/`.

mod driver;

use crate::run::{self, report_of, skipped, small_report, target};
use driver::{Browser, Look};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const DESK: Look = Look { name: "light", width: 1400, height: 1000, dark: false };
const LOOKS: [Look; 4] = [
    DESK,
    Look { name: "dark", dark: true, ..DESK },
    Look { name: "phone", width: 390, height: 844, dark: false },
    Look { name: "projector", width: 1920, height: 1080, dark: false },
];

/// What a mail takes.
const MOST_BYTES: u64 = 5_000_000;

#[test]
fn pages_do_what_they_offer() {
    let Some(browser) = Browser::start() else {
        return skipped("there is no chromedriver; Debian: apt-get install chromium chromium-driver");
    };
    let home = tempfile::tempdir().expect("a folder");
    let pages = pages(home.path());
    assert!(!pages.is_empty(), "HEAPLAB_REPORTS has no report");
    let axe = axe();
    let (mut zoomed, mut barriers) = (0, Vec::new());
    for (index, (name, page)) in pages.iter().enumerate() {
        let bytes = page.metadata().expect("the page is there").len();
        assert!(bytes <= MOST_BYTES, "{name}: {bytes} bytes");
        for look in LOOKS {
            browser.open(page, look);
            is_quiet(&browser, name, page);
            fits(&browser, name, look);
            // All pages have one style sheet: its dark colours and its largest type are looked
            // through on two of them.
            let is_looked_through = index < 2 || look.name == "light" || look.name == "phone";
            if let Some(axe) = axe.as_ref().filter(|_| is_looked_through) {
                barriers.extend(barrier(&browser, axe, &format!("{name}, {}", look.name)));
            }
            let lang = browser.run("return document.documentElement.lang");
            let file = format!("{name}-{}-{}.png", lang.as_str().unwrap_or("?"), look.name);
            browser.photograph(&screenshots().join(file));
        }
        browser.open(page, DESK);
        let opened = browser.run(
            "const of = performance.getEntriesByType('navigation')[0]; return Math.round(of.loadEventEnd)",
        );
        println!("{name}: {bytes} bytes, open after {opened} ms");
        zoomed += usize::from(flamegraph(&browser, name));
        table(&browser, name);
        glossary(&browser, name);
        is_quiet(&browser, name, page);
    }
    assert!(zoomed > 0, "no page has a flamegraph");
    // All of them at once: each takes another look to find.
    assert!(barriers.is_empty(), "{}", barriers.join("\n"));
}

/// Every report of the folder that somebody hands over; else one in each language, made here.
fn pages(home: &Path) -> Vec<(String, PathBuf)> {
    if let Some(folder) = std::env::var_os("HEAPLAB_REPORTS") {
        // Tests run in their package's folder.
        let folder = run::workspace().join(folder);
        let mut pages: Vec<(String, PathBuf)> = std::fs::read_dir(&folder)
            .expect("HEAPLAB_REPORTS is a folder")
            .flatten()
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().join("report.html")))
            .filter(|(_, page)| page.is_file())
            .collect();
        pages.sort();
        return pages;
    }
    let (english, chinese) = (home.join("8.5"), home.join("8.6"));
    small_report(&english, &["--python", "no", "--variant", "list_dict,packed"]);
    report_of("8.6", "1000", &chinese, &["--python", "no", "--lang", "zh"]);
    vec![("8.5".to_owned(), english.join("report.html")), ("8.6".to_owned(), chinese.join("report.html"))]
}

fn screenshots() -> PathBuf {
    let folder = std::env::var_os("HEAPLAB_SCREENSHOTS")
        .map_or_else(|| target().join("screenshots"), |folder| run::workspace().join(folder));
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// axe-core's script, fetched once. `None` where npm cannot bring it, which is a failure where
/// everything is required.
fn axe() -> Option<String> {
    let home = target().join("axe-core");
    let script = home.join("node_modules/axe-core/axe.min.js");
    if !script.is_file() {
        std::fs::create_dir_all(&home).expect("a folder for axe-core");
        let npm = Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(&home)
            .arg("axe-core@4")
            .output();
        if !npm.is_ok_and(|output| output.status.success()) {
            skipped("npm did not bring axe-core, which looks for what a screen reader trips over");
            return None;
        }
    }
    Some(std::fs::read_to_string(script).expect("npm has brought it"))
}

/// No error on the console, and nothing asked for but the page itself.
fn is_quiet(browser: &Browser, name: &str, page: &Path) {
    let errors: Vec<Value> = browser.take_log("browser");
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    let own = format!("file://{}", page.display());
    // A picture that stands in the page itself has an address too, which nobody is asked for.
    let is_asked = |url: &String| *url != own && !url.starts_with("data:");
    let others: Vec<String> = browser.take_requests().into_iter().filter(is_asked).collect();
    assert!(others.is_empty(), "{name} asks for {others:?}");
    let entries = browser.run(
        "return performance.getEntriesByType('resource').map((one) => one.name).filter((one) => !one.startsWith('data:'))",
    );
    assert_eq!(entries, serde_json::json!([]), "{name}");
}

/// Nothing but tables and pictures within their own frames is wider than the window.
fn fits(browser: &Browser, name: &str, look: Look) {
    let width = browser.run("return document.documentElement.scrollWidth").as_u64().expect("a number");
    assert!(width <= u64::from(look.width), "{name}, {}: {width} pixels wide", look.name);
}

/// What axe-core finds that is serious or critical.
fn barrier(browser: &Browser, axe: &str, which: &str) -> Option<String> {
    browser.run(axe);
    let found = browser.run_to_callback(
        "const done = arguments[arguments.length - 1];
         axe.run(document, {resultTypes: ['violations']}).then((found) => done(found.violations
           .filter((one) => ['serious', 'critical'].includes(one.impact))
           .map((one) => ({rule: one.id, help: one.help, count: one.nodes.length,
             where: one.nodes.slice(0, 5).map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary)}))),
           (error) => done(String(error)));",
    );
    (found != serde_json::json!([])).then(|| format!("{which}: {found:#}"))
}

/// Its views can be switched, a frame zoomed, a function found. Whether the page has one.
fn flamegraph(browser: &Browser, name: &str) -> bool {
    const OPEN: &str = "details[open] .flames";
    let views = browser.run(&format!("return document.querySelectorAll('{OPEN} .choices > label').length"));
    if views == 0 {
        return false;
    }
    let shown = || {
        browser.run(&format!(
            "return [...document.querySelectorAll('{OPEN} .view')].findIndex((one) => one.offsetParent)"
        ))
    };
    let first = shown();
    browser.click(&format!("{OPEN} .choices > label:last-of-type"));
    assert_ne!(shown(), first, "{name}: the view did not change");
    browser.click(&format!("{OPEN} .choices > label"));
    assert_eq!(shown(), first);

    // The first function that is narrower than the whole.
    let narrow = "const it = [...document.querySelectorAll('details[open] .flames .flame')][0];
        const of = [...it.querySelectorAll('b:not([hidden])')];
        const one = of.find((b) => b.offsetWidth < it.clientWidth * 0.95 && b.offsetWidth > 20) || of[of.length - 1];
        one.id = 'chosen'; return [one.offsetWidth, it.clientWidth]";
    let widths = browser.run(narrow);
    let was = widths[0].as_u64().expect("a number");
    browser.click("#chosen");
    let now = browser.run("return document.getElementById('chosen').offsetWidth").as_u64().expect("a number");
    let whole = widths[1].as_u64().expect("a number");
    assert!(now >= was && now + 2 >= whole, "{name}: {was} pixels became {now} of {whole}");
    browser.click(&format!("{OPEN} [data-reset]"));
    let again =
        browser.run("return document.getElementById('chosen').offsetWidth").as_u64().expect("a number");
    assert_eq!(again, was, "{name}: the whole picture is back");

    let word = browser.run("return document.getElementById('chosen').textContent.slice(0, 6)");
    browser.type_into(&format!("{OPEN} [data-search]"), word.as_str().expect("a text"));
    let hits = browser.run("return document.querySelectorAll('#chosen.hit').length");
    let said = browser.run(&format!("return document.querySelector('{OPEN} .toolbar output').textContent"));
    assert!(hits == 1 && said.as_str().expect("a text").contains('%'), "{name}: {hits} {said}");
    true
}

/// The head of a column unfolds the glossary at its word, and has the word's sentence as its title.
fn glossary(browser: &Browser, name: &str) {
    let state = || {
        browser.run(
            "const word = document.getElementById('word-peak');
             return [word.closest('details').open, word.checkVisibility(), location.hash]",
        )
    };
    assert_eq!(state(), serde_json::json!([false, false, ""]), "{name}: it begins folded");
    browser.click("table.runs thead a[href='#word-peak']");
    assert_eq!(state(), serde_json::json!([true, true, "#word-peak"]), "{name}");
    let mute = browser.run(
        "return [...document.querySelectorAll('thead a[href^=\"#word-\"]')].filter((link) => !link.title).length",
    );
    assert_eq!(mute, 0, "{name}: heads without a sentence");
}

/// The table of sites sorts by a figure and shows what is asked for.
fn table(browser: &Browser, name: &str) {
    const TABLE: &str = "details[open] table[data-sort]";
    if browser.run(&format!("return document.querySelectorAll('{TABLE}').length")) == 0 {
        return;
    }
    let figures = || -> Vec<f64> {
        let column = format!(
            "return [...document.querySelector('{TABLE}').tBodies[0].rows].map((row) => Number(row.cells[4].dataset.v))"
        );
        serde_json::from_value(browser.run(&column)).expect("a list of figures")
    };
    let head = format!("{TABLE} thead th:nth-child(5) button");
    browser.click(&head);
    assert!(figures().windows(2).all(|pair| pair[0] >= pair[1]), "{name}: {:?}", figures());
    browser.click(&head);
    assert!(figures().windows(2).all(|pair| pair[0] <= pair[1]), "{name}: {:?}", figures());

    let shown = || {
        browser.run(&format!("return [...document.querySelector('{TABLE}').tBodies[0].rows].filter((row) => !row.hidden).length"))
    };
    let all = shown();
    browser.type_into("details[open] input[data-filter]", "no function is called so");
    assert_eq!(shown(), 0, "{name}");
    let own = browser
        .run(&format!("return document.querySelector('{TABLE}').tBodies[0].rows[0].cells[1].textContent"));
    browser.type_into("details[open] input[data-filter]", own.as_str().expect("a text"));
    let left = shown().as_u64().expect("a number");
    assert!(left >= 1 && left <= all.as_u64().expect("a number"), "{name}");

    // The switch shows the table by stack in place of that by line.
    const SWITCH: &str = "details[open] label[for$=\"-sites-by-2\"]";
    let visible = || {
        browser.run("return [...document.querySelectorAll('details[open] table[data-sort]')].map((table) => table.offsetHeight > 0)")
    };
    if browser.run(&format!("return document.querySelectorAll('{SWITCH}').length")) == 1 {
        assert_eq!(visible(), serde_json::json!([true, false]), "{name}");
        browser.click(SWITCH);
        assert_eq!(visible(), serde_json::json!([false, true]), "{name}");
    }
}
