//! `summary.md` of `cargo xtask profile --cpu`.

use crate::Words;
use crate::cpu::{
    MOST_FUNCTIONS, column_heads, cpu_notes, describe_hottest, omitted_functions_note, render_cells,
};
use heaplab_record::CpuReport;
use std::fmt::Write as _;

/// The functions, the sentences and the flamegraph.
pub fn render_cpu_summary(report: &CpuReport, words: &Words) -> String {
    let plain = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
    let title = words.say("cpu-title", &[("program", &report.program)]);
    let mut text = format!("# {}\n\n", plain(&title));
    if let Some(sentence) = describe_hottest(report, words) {
        let _ = writeln!(text, "{}\n", plain(&sentence));
    }
    let _ = writeln!(text, "| {} |\n|---|--:|--:|--:|--:|", column_heads(words).join(" | "));
    for function in report.functions.iter().take(MOST_FUNCTIONS) {
        let _ = writeln!(text, "| {} |", render_cells(function, report).map(|cell| plain(&cell)).join(" | "));
    }
    for note in
        omitted_functions_note(report, MOST_FUNCTIONS, words).into_iter().chain(cpu_notes(report, words))
    {
        let _ = write!(text, "\n{}\n", plain(&note));
    }
    text + "\n![](flamegraph.svg)\n"
}
