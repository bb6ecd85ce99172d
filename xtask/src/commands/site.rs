//! `cargo xtask site`: the texts and the reports as one static site.

use crate::cli::{self, SiteOptions};
use crate::publish::{report_link, store, website};
use crate::runner::discover;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_report::Words;

pub(crate) fn run(options: &SiteOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(None));
    let place = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/site"));
    let staging = store::open_staging(&place, options.out.is_some())?;
    let terminal = Terminal::new(true);
    terminal.set_activity("texts");
    let site = website::build_site(&workspace)?;
    terminal.set_activity("files");
    let first = staging.publish(&site.artifacts)?.join("index.html");
    terminal.finish();
    let counts = [site.pages, site.files, site.links, site.outside_links].map(|count| count.to_string());
    let [pages, files, links, outside] = &counts;
    let path = first.display().to_string();
    terminal.print_result(&words.say(
        "site-done",
        &[("path", &path), ("pages", pages), ("files", files), ("links", links), ("outside", outside)],
    ));
    report_link::open_if_requested(&first, options.open)?;
    Ok(())
}
