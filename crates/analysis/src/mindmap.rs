//! The mind map of the course: the figure of each node, computed from the report of its section.

use heaplab_record::{
    Attachment, Cell, HeapRun, MindFigure, MindMap, MindMapSpec, MindNode, MindNodeSpec, Report, Run,
};

/// A section's report, and where its page lies relative to the folder of the mind map's report.
#[derive(Clone, Debug)]
pub struct SectionReport {
    /// The section, as the report's folder is called.
    pub section: String,
    /// The report.
    pub report: Report,
    /// A relative address; `None` where the reports do not lie beside the mind map.
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

/// The figure of a run. Two runs are compared per row, because memory may have made one of them run
/// at fewer rows.
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
