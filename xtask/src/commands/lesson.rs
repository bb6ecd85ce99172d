//! `cargo xtask lesson`: measures a section, or all of them, and writes the report.

mod analyse;
pub(crate) mod course;
mod intro;
mod mystery;
mod outcome;
mod plan;
mod predict;
mod scales;
mod section;
mod watch;

use crate::cli::{self, LessonOptions};
use crate::publish::index;
use crate::runner::discover;
use anyhow::Result;
use heaplab_report::Words;

pub(crate) fn run(options: &LessonOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    if options.section == course::ALL {
        return course::run_all(&workspace, options);
    }
    if options.watch {
        return watch::run(options);
    }
    if !options.solve.is_empty() {
        let (section, lessons) = workspace.find_section(&options.section)?;
        let folder = plan::report_folder(&workspace, &section, options);
        return mystery::check_solution(&options.solve, &section, &lessons, &folder);
    }
    let measured = section::run_section(options)?;
    if options.out.is_none() {
        let words = Words::new(cli::resolve_language(options.lang));
        index::write_index(&workspace, &workspace.root.join("reports"), &words)?;
    }
    measured.verdict
}
