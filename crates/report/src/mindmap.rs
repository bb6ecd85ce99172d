//! The course on one page: a node's figure, computed from the report of its section. Drawing it is `graph/mind_map.rs`'s.

use crate::format;
use heaplab_record::{
    Attachment, Cell, HeapRun, Language, MindFigure, MindMap, MindMapSpec, MindNode, MindNodeSpec, Report,
    Run,
};

/// A section's report and where its page lies, from the folder of the report that the map becomes a part of.
#[derive(Clone, Debug)]
pub struct SectionReport {
    /// The section, as the report's folder is called.
    pub section: String,
    /// The report.
    pub report: Report,
    /// A relative address; `None` where the map is written to a place that the reports are not beside.
    pub page: Option<String>,
}

/// The map with every figure that the reports have.
pub fn fill_mind_map(spec: &MindMapSpec, reports: &[SectionReport]) -> MindMap {
    let stage = |nodes: &[MindNodeSpec]| nodes.iter().map(|node| fill_node(node, reports)).collect();
    MindMap { title: spec.title.clone(), stages: spec.stage.iter().map(|of| stage(&of.node)).collect() }
}

fn fill_node(spec: &MindNodeSpec, reports: &[SectionReport]) -> MindNode {
    let read = reports.iter().find(|read| read.section == spec.section);
    let run = |variant: &str| {
        let same = |run: &&Run| run.variant == variant && run.language == spec.language;
        read.and_then(|read| read.report.runs.iter().find(same))
    };
    let own = run(&spec.variant);
    let against = spec.against.as_deref().and_then(run);
    let value =
        own.and_then(|own| compute_figure(spec.figure, own, against)).filter(|value| value.is_finite());
    MindNode {
        title: spec.title.clone(),
        section: spec.section.clone(),
        variant: spec.variant.clone(),
        language: spec.language,
        figure: spec.figure,
        says: spec.says.clone(),
        value,
        rows: value.and(own).map(|own| own.rows),
        page: read.and_then(|read| read.page.clone()),
    }
}

/// The figure of a run. Two runs are compared by rows: memory may have made one of them run at fewer.
fn compute_figure(figure: MindFigure, own: &Run, against: Option<&Run>) -> Option<f64> {
    let heap = |run: &Run, field: fn(&HeapRun) -> u64| run.heap.as_ref().map(|heap| field(heap) as f64);
    let a_row = |run: &Run, field: fn(&HeapRun) -> u64| Some(heap(run, field)? / (run.rows.max(1) as f64));
    let saving = |field: fn(&HeapRun) -> u64| Some(1.0 - a_row(own, field)? / a_row(against?, field)?);
    match figure {
        MindFigure::PeakBytes => heap(own, |heap| heap.peak_bytes),
        MindFigure::EndBytesARow => a_row(own, |heap| heap.end_bytes),
        MindFigure::PeakRssBytes => Some(own.plain.as_ref()?.peak_rss_bytes? as f64),
        MindFigure::PeakRssAnonBytes => Some(own.plain.as_ref()?.peak_rss_anon_bytes? as f64),
        MindFigure::PeakSaving => saving(|heap| heap.peak_bytes),
        MindFigure::EndSaving => saving(|heap| heap.end_bytes),
        MindFigure::FunctionShare => own.attachments.iter().find_map(|attachment| match attachment {
            Attachment::Table(table) => largest_share(table.rows.iter().flatten()),
            _ => None,
        }),
        MindFigure::LineShare => own.attachments.iter().find_map(|attachment| match attachment {
            Attachment::Source(source) => largest_share(source.lines.iter().flat_map(|line| &line.figures)),
            _ => None,
        }),
    }
}

fn largest_share<'a>(cells: impl Iterator<Item = &'a Cell>) -> Option<f64> {
    let share = |cell: &Cell| match cell {
        Cell::Share(share) => Some(*share),
        _ => None,
    };
    cells.filter_map(share).max_by(f64::total_cmp)
}

/// The figure as it is written: `91.9 %`, `240 B`.
pub(crate) fn format_figure(node: &MindNode) -> Option<String> {
    let value = node.value?;
    Some(match node.figure {
        MindFigure::PeakSaving
        | MindFigure::EndSaving
        | MindFigure::FunctionShare
        | MindFigure::LineShare => format::percent(value),
        MindFigure::EndBytesARow if value < 999.5 => format!("{} B", crate::figures::ratio(value)),
        _ => format::bytes(value.round() as u64),
    })
}

/// `script.py` for CPython's.
pub(crate) fn variant_file_name(node: &MindNode) -> String {
    match node.language {
        Language::Rust => node.variant.clone(),
        Language::Python => format!("{}.py", node.variant),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use heaplab_record::{MindStageSpec, Text};

    pub(crate) fn node(
        section: &str,
        variant: &str,
        figure: MindFigure,
        against: Option<&str>,
    ) -> MindNodeSpec {
        MindNodeSpec {
            title: Text { en: format!("of {variant}"), zh: format!("关于 {variant}") },
            section: section.to_owned(),
            variant: variant.to_owned(),
            language: Language::Rust,
            figure,
            against: against.map(str::to_owned),
            says: Text { en: "is what is left".to_owned(), zh: "是剩下的".to_owned() },
        }
    }

    pub(crate) fn spec(nodes: Vec<MindNodeSpec>) -> MindMapSpec {
        let title = Text { en: "The lecture".to_owned(), zh: "这一讲".to_owned() };
        MindMapSpec { title, stage: vec![MindStageSpec { node: nodes }] }
    }

    pub(crate) fn read(report: Report) -> SectionReport {
        SectionReport { section: "8.5".to_owned(), report, page: Some("../8.5/report.html".to_owned()) }
    }

    fn only(map: &MindMap) -> &MindNode {
        &map.stages[0][0]
    }

    #[test]
    fn a_figure_is_the_reports() {
        let wanted = spec(vec![node("8.5", "packed", MindFigure::PeakSaving, Some("list_dict"))]);
        let mut report = fixture::report(Lang::En);
        let said = |report: &Report| format_figure(only(&fill_mind_map(&wanted, &[read(report.clone())])));
        assert_eq!(said(&report).as_deref(), Some("99.5 %"));
        let packed = report.runs.iter_mut().find(|run| run.variant == "packed").unwrap();
        packed.heap.as_mut().unwrap().peak_bytes *= 20;
        assert_eq!(said(&report).as_deref(), Some("90.6 %"));
    }

    #[test]
    fn what_was_not_measured_has_no_figure() {
        let wanted = spec(vec![node("8.5", "packed", MindFigure::PeakBytes, None)]);
        let not_run = fill_mind_map(&wanted, &[]);
        assert_eq!((only(&not_run).value, &only(&not_run).page), (None, &None));
        let mut report = fixture::report(Lang::En);
        report.runs.retain(|run| run.variant != "packed");
        let without = fill_mind_map(&wanted, &[read(report)]);
        assert_eq!((only(&without).value, only(&without).page.is_some()), (None, true));
        let alone = spec(vec![node("8.5", "packed", MindFigure::PeakSaving, Some("nobody"))]);
        assert_eq!(only(&fill_mind_map(&alone, &[read(fixture::report(Lang::En))])).value, None);
    }

    #[test]
    fn a_share_is_the_largest_that_was_handed_over() {
        let mut report = fixture::pictures::report(Lang::En);
        report.runs[0].variant = "planted".to_owned();
        let table = heaplab_record::Table {
            title: Text::default(),
            columns: vec![Text::default(); 2],
            rows: [0.25, 0.75].map(|share| vec![Cell::Text("f".to_owned()), Cell::Share(share)]).to_vec(),
        };
        report.runs[0].attachments = vec![Attachment::Table(table)];
        let said = |figure| {
            let wanted = spec(vec![node("8.5", "planted", figure, None)]);
            format_figure(only(&fill_mind_map(&wanted, &[read(report.clone())])))
        };
        assert_eq!(said(MindFigure::FunctionShare).as_deref(), Some("75.0 %"));
        assert_eq!(said(MindFigure::LineShare), None);
    }

    #[test]
    fn figures_are_compared_by_rows() {
        let mut report = fixture::report(Lang::En);
        for run in &mut report.runs {
            run.rows = if run.variant == "packed" { 1_000 } else { 2_000 };
            if let Some(heap) = &mut run.heap {
                heap.peak_bytes = 8_000;
                heap.end_bytes = 0;
            }
        }
        let wanted = spec(vec![node("8.5", "packed", MindFigure::PeakSaving, Some("slots"))]);
        assert_eq!(only(&fill_mind_map(&wanted, &[read(report.clone())])).value, Some(-1.0));
        // Nothing by nothing is no figure.
        let wanted = spec(vec![node("8.5", "packed", MindFigure::EndSaving, Some("slots"))]);
        assert_eq!(only(&fill_mind_map(&wanted, &[read(report)])).value, None);
    }
}
