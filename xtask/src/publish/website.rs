//! The course's texts and the reports of this machine as one static website. It keeps the
//! repository's folders, includes every file that a text refers to, and has no broken link.

use crate::exit::ExitReason;
use crate::publish::gallery::markdown_files;
use crate::publish::store::SITE_SCHEMA;
use crate::runner::discover::{PRIMER_FOLDER, Workspace};
use anyhow::{Context as _, Result};
use heaplab_report::website::{self, NavEntry, PageFrame, SitePage};
use heaplab_report::{Artifact, Lang, Words};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The content of the website, by path.
#[derive(Default)]
struct Site {
    pages: BTreeMap<String, SitePage>,
    files: BTreeMap<String, PathBuf>,
}

/// A website that is complete: every link leads somewhere.
pub(crate) struct CheckedSite {
    pub(crate) pages: usize,
    pub(crate) files: usize,
    pub(crate) links: usize,
    /// Links that lead to other websites.
    pub(crate) outside_links: usize,
    pub(crate) artifacts: Vec<Artifact>,
}

/// Makes the pages, takes in what they refer to, and checks every link.
pub(crate) fn build_site(workspace: &Workspace) -> Result<CheckedSite> {
    let mut site = Site::default();
    add_reports(workspace, &mut site)?;
    for path in find_texts(workspace)? {
        let page = render_text(workspace, &path, &site)?;
        site.pages.insert(website::page_path(&path), page);
    }
    let outside_links = import_links(workspace, &mut site)?;
    let links = check_anchors(&site)?;
    let (pages, files) = (site.pages.len(), site.files.len());
    Ok(CheckedSite { pages, files, links, outside_links, artifacts: into_artifacts(site)? })
}

/// The texts of the course, of xtask, the lessons and the crates, relative to the root.
fn find_texts(workspace: &Workspace) -> Result<Vec<String>> {
    let mut folders = vec![workspace.root.clone()];
    folders.push(workspace.root.join("xtask"));
    folders.extend(Some(workspace.root.join(PRIMER_FOLDER)).filter(|primer| primer.is_dir()));
    folders.extend(workspace.lessons.iter().map(|lesson| lesson.folder.clone()));
    let crates = std::fs::read_dir(workspace.root.join("crates")).into_iter().flatten().flatten();
    folders.extend(crates.map(|entry| entry.path()).filter(|path| path.is_dir()));
    let mut texts = Vec::new();
    for folder in &folders {
        for path in markdown_files(folder)? {
            let path = path.strip_prefix(&workspace.root).unwrap_or(&path);
            texts.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(texts)
}

fn render_text(workspace: &Workspace, path: &str, site: &Site) -> Result<SitePage> {
    let cannot = || path.to_owned();
    let markdown = std::fs::read_to_string(workspace.root.join(path)).with_context(cannot)?;
    let is_zh = path.ends_with(".zh-CN.md");
    let words = Words::new(if is_zh { Lang::Zh } else { Lang::En });
    let other = match path.strip_suffix(".zh-CN.md") {
        Some(stem) => format!("{stem}.md"),
        None => format!("{}.zh-CN.md", path.trim_end_matches(".md")),
    };
    let other =
        workspace.root.join(&other).exists().then(|| relative_link(path, &website::page_path(&other)));
    let lesson =
        workspace.lessons.iter().find(|lesson| workspace.root.join(path).starts_with(&lesson.folder));
    let report = lesson
        .map(|lesson| format!("reports/{}/report.html", lesson.section.lecture()))
        .filter(|report| site.files.contains_key(report))
        .map(|report| relative_link(path, &report));
    let nav = build_nav(workspace, path, &words);
    let home = relative_link(path, if is_zh { "index.zh-CN.html" } else { "index.html" });
    let frame = PageFrame { nav: &nav, home: &home, other: other.as_deref(), report: report.as_deref() };
    website::render_text_page(&markdown, &frame, &words).with_context(cannot)
}

/// Links to the primer, the lessons and the glossary, in the page's language where they have a text
/// in it.
fn build_nav(workspace: &Workspace, from: &str, words: &Words) -> Vec<NavEntry> {
    let lang = words.lang();
    let entry = |lesson: &crate::runner::discover::Lesson| {
        let folder = lesson.folder.strip_prefix(&workspace.root).unwrap_or(&lesson.folder);
        let name = match lang {
            Lang::Zh if lesson.folder.join("README.zh-CN.md").exists() => "README.zh-CN.md",
            _ => "README.md",
        };
        let text = folder.join(name).to_string_lossy().into_owned();
        NavEntry {
            name: format!("{} {}", lesson.section, lang.pick(&lesson.title)),
            href: relative_link(from, &website::page_path(&text)),
            here: text == from,
        }
    };
    let beside = |key: &str, stem: &str| {
        let ending = if lang == Lang::Zh { ".zh-CN.md" } else { ".md" };
        let text = format!("{PRIMER_FOLDER}/{stem}{ending}");
        let href = relative_link(from, &website::page_path(&text));
        let is_there = workspace.root.join(&text).is_file();
        Some(NavEntry { name: words.get(key), href, here: text == from }).filter(|_| is_there)
    };
    let has_text = |lesson: &&crate::runner::discover::Lesson| lesson.folder.join("README.md").exists();
    let lessons = workspace.lessons.iter().filter(has_text).map(entry);
    let first = beside("site-primer", "README").into_iter();
    first.chain(lessons).chain(beside("site-glossary", "GLOSSARY")).collect()
}

/// Adds the folders of all reports that were measured on this machine.
fn add_reports(workspace: &Workspace, site: &mut Site) -> Result<()> {
    let sections: BTreeSet<_> = workspace.lessons.iter().map(|lesson| lesson.section.lecture()).collect();
    for section in &sections {
        let folder = workspace.root.join("reports").join(section.to_string());
        if folder.join("report.html").exists() {
            add_folder(&folder, &format!("reports/{section}"), site)?;
        }
    }
    let index = workspace.root.join("reports/index.html");
    if index.exists() {
        site.pages.insert("reports/index.html".to_owned(), read_index(&index)?);
    }
    Ok(())
}

/// The page over all reports. Its link to the primer's text leads to the page of that text here.
fn read_index(path: &Path) -> Result<SitePage> {
    let mut html = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut links = Vec::new();
    for name in ["README.md", "README.zh-CN.md"] {
        let text = format!("../{PRIMER_FOLDER}/{name}");
        if html.contains(&text) {
            let page = website::page_path(&text);
            html = html.replace(&text, &page);
            links.push(page);
        }
    }
    Ok(SitePage { html, links, anchors: Vec::new() })
}

fn add_folder(folder: &Path, place: &str, site: &mut Site) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let place = format!("{place}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_folder(&entry.path(), &place, site)?;
        } else {
            site.files.insert(place, entry.path());
        }
    }
    Ok(())
}

/// Follows every link and adds the files of the repository that are still missing. Returns the
/// number of links to other websites.
fn import_links(workspace: &Workspace, site: &mut Site) -> Result<usize> {
    let mut outside = BTreeSet::new();
    let mut broken = Vec::new();
    let mut waiting: Vec<String> = site.pages.keys().cloned().collect();
    while let Some(from) = waiting.pop() {
        let links = site.pages.get(&from).map(|page| page.links.clone()).unwrap_or_default();
        for link in links {
            if website::is_external(&link) {
                outside.insert(link);
                continue;
            }
            let Some(target) = resolve_link(&from, &link) else {
                broken.push(format!("{from}: `{link}` leads out of the repository"));
                continue;
            };
            if site.pages.contains_key(&target) || site.files.contains_key(&target) {
                continue;
            }
            let source = target.strip_suffix(".html").map(|source| (source, workspace.root.join(source)));
            let itself = workspace.root.join(&target);
            if let Some((path, source)) = source.filter(|(_, source)| source.is_file()) {
                let text = std::fs::read_to_string(&source).with_context(|| path.to_owned())?;
                let words = Words::new(Lang::En);
                let (nav, home) = (build_nav(workspace, path, &words), relative_link(path, "index.html"));
                let frame = PageFrame { nav: &nav, home: &home, other: None, report: None };
                let page = website::render_source_page(path, &text, &frame, &words)?;
                site.pages.insert(target.clone(), page);
                waiting.push(target);
            } else if itself.is_file() {
                site.files.insert(target, itself);
            } else {
                broken.push(format!("{from}: `{link}` leads nowhere: there is no {target}"));
            }
        }
    }
    if broken.is_empty() { Ok(outside.len()) } else { Err(ExitReason::CheckFailed(broken.join("\n")).into()) }
}

/// Checks that every anchor in a link is on its page. Returns the number of links.
fn check_anchors(site: &Site) -> Result<usize> {
    let (mut links, mut broken) = (0, Vec::new());
    for (from, page) in &site.pages {
        for link in page.links.iter().filter(|link| !website::is_external(link)) {
            links += 1;
            let Some((_, anchor)) = link.split_once('#') else { continue };
            let target = resolve_link(from, link).and_then(|target| site.pages.get(&target));
            if target.is_some_and(|page| !page.anchors.iter().any(|known| known == anchor)) {
                broken.push(format!("{from}: `{link}`: that page has no heading `{anchor}`"));
            }
        }
    }
    if broken.is_empty() { Ok(links) } else { Err(ExitReason::CheckFailed(broken.join("\n")).into()) }
}

/// A link's target relative to the site's root; `None` where it leaves the site.
fn resolve_link(from: &str, link: &str) -> Option<String> {
    let path = link.split_once('#').map_or(link, |(path, _)| path);
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// The path from one file of the site to another.
fn relative_link(from: &str, to: &str) -> String {
    format!("{}{to}", "../".repeat(from.matches('/').count()))
}

fn into_artifacts(site: Site) -> Result<Vec<Artifact>> {
    let places: Vec<&String> = site.pages.keys().chain(site.files.keys()).collect();
    let json = serde_json::json!({ "schema": SITE_SCHEMA, "files": places });
    let json = Artifact { name: "site.json".to_owned(), bytes: serde_json::to_vec_pretty(&json)? };
    let mut artifacts = vec![json];
    for (name, page) in site.pages {
        artifacts.push(Artifact { name, bytes: page.html.into_bytes() });
    }
    for (name, path) in site.files {
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        artifacts.push(Artifact { name, bytes });
    }
    Ok(artifacts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_from_their_page() {
        assert_eq!(
            resolve_link("lessons/a/index.html", "../b/index.html#x").unwrap(),
            "lessons/b/index.html"
        );
        assert_eq!(resolve_link("lessons/a/index.html", "#x").unwrap(), "lessons/a/index.html");
        assert_eq!(
            resolve_link("index.html", "lessons/a/src/main.rs.html").unwrap(),
            "lessons/a/src/main.rs.html"
        );
        assert_eq!(resolve_link("index.html", "../secret"), None);
        assert_eq!(resolve_link("index.html", "/etc/passwd"), None);
        assert_eq!(relative_link("lessons/a/README.md", "index.html"), "../../index.html");
    }

    #[test]
    fn the_index_page_leads_to_the_primers_page() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("index.html");
        for (text, page) in [("README.md", "index.html"), ("README.zh-CN.md", "index.zh-CN.html")] {
            std::fs::write(&place, format!("<a href=\"../lessons/primer/{text}\">Python?</a>")).unwrap();
            let index = read_index(&place).unwrap();
            assert_eq!(index.links, [format!("../lessons/primer/{page}")]);
            assert_eq!(index.html, format!("<a href=\"../lessons/primer/{page}\">Python?</a>"));
        }
    }

    #[test]
    fn a_heading_that_is_not_there_is_said() {
        let page = |links: &[&str], anchors: &[&str]| SitePage {
            html: String::new(),
            links: links.iter().map(|&link| link.to_owned()).collect(),
            anchors: anchors.iter().map(|&anchor| anchor.to_owned()).collect(),
        };
        let mut site = Site::default();
        site.pages.insert("a.html".into(), page(&["b.html#one", "https://x.org/#y"], &[]));
        site.pages.insert("b.html".into(), page(&[], &["one"]));
        assert_eq!(check_anchors(&site).unwrap(), 1);
        site.pages.insert("b.html".into(), page(&[], &["two"]));
        let error = check_anchors(&site).unwrap_err().to_string();
        assert!(error.contains("a.html") && error.contains("`one`"), "{error}");
    }
}
