//! Pages of the static website: a text of the course, or a source file that a text links to. The
//! website keeps the repository's folders, so links between texts differ in their endings only.

use crate::{RenderError, Words};
use askama::Template;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::collections::HashMap;

/// An entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavEntry {
    /// The lesson's number and title.
    pub name: String,
    /// The address, relative to this page.
    pub href: String,
    /// Whether it is this page.
    pub here: bool,
}

/// Navigation and links around a text.
#[derive(Clone, Debug)]
pub struct PageFrame<'a> {
    /// The lessons in order.
    pub nav: &'a [NavEntry],
    /// The website's first page, relative to this page.
    pub home: &'a str,
    /// The same text in the other language, relative to this page.
    pub other: Option<&'a str>,
    /// The report of the text's section, relative to this page.
    pub report: Option<&'a str>,
}

/// A page and its links.
#[derive(Clone, Debug)]
pub struct SitePage {
    /// The HTML document.
    pub html: String,
    /// Targets of its links and pictures.
    pub links: Vec<String>,
    /// Ids that a link may name after `#`.
    pub anchors: Vec<String>,
}

#[derive(Template)]
#[template(path = "site.html")]
struct SitePageTemplate<'a> {
    title: String,
    frame: &'a PageFrame<'a>,
    words: &'a Words,
    body: String,
}

impl SitePageTemplate<'_> {
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }
}

/// A Markdown text as a page.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_text_page(
    markdown: &str,
    frame: &PageFrame<'_>,
    words: &Words,
) -> Result<SitePage, RenderError> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, options).collect();
    let (mut links, mut title) = (Vec::new(), String::new());
    let anchors = add_anchors(&mut events, &mut title);
    for event in &mut events {
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
            let target = page_path(dest_url);
            links.push(target.clone());
            *dest_url = target.into();
        }
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    links.extend(frame_links(frame));
    render_page(title, frame, words, body, links, anchors)
}

/// A source file as a page with numbered lines.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_source_page(
    path: &str,
    source: &str,
    frame: &PageFrame<'_>,
    words: &Words,
) -> Result<SitePage, RenderError> {
    let mut body = format!("<h1><code>{}</code></h1>\n<ol class=\"source\">\n", escape_html(path));
    let mut anchors = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        body += &format!("<li id=\"L{number}\"><code>{}</code></li>\n", escape_html(line));
        anchors.push(format!("L{number}"));
    }
    body += "</ol>\n";
    render_page(path.to_owned(), frame, words, body, frame_links(frame), anchors)
}

fn render_page(
    title: String,
    frame: &PageFrame<'_>,
    words: &Words,
    body: String,
    links: Vec<String>,
    anchors: Vec<String>,
) -> Result<SitePage, RenderError> {
    let page = SitePageTemplate { title, frame, words, body };
    let html = page.render().map_err(|error| RenderError::page("a page of the site", error))?;
    Ok(SitePage { html, links, anchors })
}

/// The links in the page's frame.
fn frame_links(frame: &PageFrame<'_>) -> Vec<String> {
    let own = [Some(frame.home), frame.other, frame.report].into_iter().flatten().map(str::to_owned);
    own.chain(frame.nav.iter().map(|entry| entry.href.clone())).collect()
}

/// The page of a file: texts and source files have pages, other files are linked directly.
pub fn page_path(target: &str) -> String {
    if is_external(target) {
        return target.to_owned();
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, of)| (path, Some(of)));
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let name = match name {
        "README.md" => "index.html".to_owned(),
        "README.zh-CN.md" => "index.zh-CN.html".to_owned(),
        name => match name.rsplit_once('.') {
            Some((stem, "md")) => format!("{stem}.html"),
            Some((_, "rs" | "py" | "toml" | "sh")) => format!("{name}.html"),
            _ => name.to_owned(),
        },
    };
    let slash = if path.contains('/') { "/" } else { "" };
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    format!("{folder}{slash}{name}{anchor}")
}

/// Whether a link leaves the site.
pub fn is_external(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// Gives headings the ids that links name, and finds the first heading's text.
fn add_anchors(events: &mut [Event<'_>], title: &mut String) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for index in 0..events.len() {
        let Event::Start(Tag::Heading { level, .. }) = events[index] else { continue };
        let inside = events[index + 1..]
            .iter()
            .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect::<String>();
        if title.is_empty() && level == HeadingLevel::H1 {
            title.clone_from(&inside);
        }
        let slug = heading_slug(&inside);
        let times = seen.entry(slug.clone()).and_modify(|times| *times += 1).or_insert(0);
        let id = if *times == 0 { slug } else { format!("{slug}-{times}") };
        if let Event::Start(Tag::Heading { id: own, .. }) = &mut events[index] {
            *own = Some(CowStr::from(id.clone()));
        }
        anchors.push(id);
    }
    anchors
}

/// GitHub's id of a heading: lower case; letters, digits, `-` and `_` stay, a space becomes `-`.
fn heading_slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter if letter.is_alphanumeric() => Some(letter),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    const FRAME: PageFrame<'static> = PageFrame { nav: &[], home: "index.html", other: None, report: None };

    #[test]
    fn texts_and_sources_have_pages_and_the_rest_is_itself() {
        for (target, page) in [
            ("README.md", "index.html"),
            ("../8.5.1-generators/README.zh-CN.md#运行", "../8.5.1-generators/index.zh-CN.html#运行"),
            ("PACKED.md", "PACKED.html"),
            ("src/main.rs#L3", "src/main.rs.html#L3"),
            ("LICENSE-MIT", "LICENSE-MIT"),
            ("a/b.svg", "a/b.svg"),
            ("#hints", "#hints"),
            ("https://x.org/README.md", "https://x.org/README.md"),
        ] {
            assert_eq!(page_path(target), page);
        }
    }

    #[test]
    fn a_text_has_its_title_ids_and_links() {
        let text = "# A `b` c\n\n## What to look at!\n\n## What to look at!\n\n[x](PACKED.md) ![p](a.svg)\n\n<b>&</b>\n\n|a|\n|-|\n|1|\n";
        let page = render_text_page(text, &FRAME, &Words::new(Lang::En)).unwrap();
        assert_eq!(page.anchors, ["a-b-c", "what-to-look-at", "what-to-look-at-1"]);
        assert_eq!(page.links, ["PACKED.html", "a.svg", "index.html"]);
        assert!(page.html.contains("<title>A b c · heaplab</title>"), "{}", page.html);
        assert!(page.html.contains("<h2 id=\"what-to-look-at\">") && page.html.contains("<table>"));
    }

    #[test]
    fn a_source_is_escaped_line_by_line() {
        let page = render_source_page("src/main.rs", "a<b>\n&c\n", &FRAME, &Words::new(Lang::Zh)).unwrap();
        assert!(page.html.contains("<li id=\"L2\"><code>&amp;c</code></li>"), "{}", page.html);
        assert!(page.html.contains("a&lt;b&gt;") && page.html.contains("lang=\"zh\""));
    }
}
