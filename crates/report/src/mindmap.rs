//! The mind map's figures as they are written. `graph/mind_map.rs` draws it.

use crate::format;
use heaplab_record::{Language, MindFigure, MindNode};

/// A node's figure: `91.9 %`, `240 B`.
pub(crate) fn format_figure(node: &MindNode) -> Option<String> {
    let value = node.value?;
    Some(match node.figure {
        MindFigure::PeakSaving
        | MindFigure::EndSaving
        | MindFigure::FunctionShare
        | MindFigure::LineShare => format::percent(value),
        MindFigure::EndBytesARow if value < 999.5 => format!("{} B", format::ratio(value)),
        _ => format::bytes(value.round() as u64),
    })
}

/// The variant's name; `script.py` for CPython.
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
    use heaplab_analysis::mindmap::{SectionReport, fill_mind_map};
    use heaplab_record::{Attachment, Cell, MindMap, MindMapSpec, MindNodeSpec, Report};
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
