//! The course on one page: a lesson's `mind-map.toml`, filled with figures from the other sections'
//! reports.

use crate::publish::store;
use crate::runner::discover::{Lesson, Workspace};
use anyhow::{Context as _, Result};
use heaplab_analysis::mindmap::{self, SectionReport};
use heaplab_record::{MindMap, MindMapSpec};
use std::path::Path;

/// The map of the section's first lesson that has one, for a report in `place`.
pub(crate) fn draw_mind_map(
    lessons: &[&Lesson],
    workspace: &Workspace,
    place: &Path,
) -> Result<Option<MindMap>> {
    let Some((lesson, file)) = lessons.iter().find_map(|lesson| Some((lesson, lesson.mind_map.as_deref()?)))
    else {
        return Ok(None);
    };
    let spec = read_spec(lesson, file)?;
    // A report in another folder shows the reports beside it. Where there are none it shows the
    // course's own, without links, which would not work from there.
    let beside = place.parent().unwrap_or(place);
    let own = workspace.root.join("reports");
    let mut read: Vec<SectionReport> = Vec::new();
    for section in spec.stage.iter().flat_map(|stage| &stage.node).map(|node| &node.section) {
        if read.iter().any(|known| known.section == *section) {
            continue;
        }
        let is_beside = beside.join(section).join("report.json").is_file();
        // A report of another version that cannot be read counts as not run.
        let report = store::read_report(&if is_beside { beside } else { &own }.join(section));
        let page = is_beside.then(|| format!("../{section}/report.html"));
        read.extend(report.map(|report| SectionReport { section: section.clone(), report, page }));
    }
    Ok(Some(mindmap::fill_mind_map(&spec, &read)))
}

pub(crate) fn read_spec(lesson: &Lesson, file: &str) -> Result<MindMapSpec> {
    let path = lesson.folder.join(file);
    let cannot = || format!("{} cannot be read", path.display());
    toml::from_str(&std::fs::read_to_string(&path).with_context(cannot)?).with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::discover;

    /// A node names a section that does not exist yet, or a variant that exists.
    #[test]
    fn every_node_names_a_variant_that_is_there() {
        let workspace = discover::load_workspace().unwrap();
        let mut nodes = 0;
        for lesson in &workspace.lessons {
            let Some(file) = &lesson.mind_map else { continue };
            for node in read_spec(lesson, file).unwrap().stage.iter().flat_map(|stage| &stage.node) {
                nodes += 1;
                let Ok((_, of)) = workspace.find_section(&node.section) else { continue };
                let code =
                    |lesson: &&Lesson| std::fs::read_to_string(lesson.folder.join("src/main.rs")).unwrap();
                let code: String = of.iter().map(code).collect();
                for variant in [Some(&node.variant), node.against.as_ref()].into_iter().flatten() {
                    assert!(code.contains(&format!("{variant}: \"")), "{} has no {variant}", node.section);
                }
            }
        }
        assert!(nodes >= 9, "{nodes}");
    }
}
