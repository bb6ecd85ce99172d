//! Predictions under the table of runs.

use crate::predict::explain_predictions;
use crate::{Words, prose};
use heaplab_record::Report;

/// A sign and a variant per prediction, with the sentences below. Empty without predictions.
pub fn render_predictions(report: &Report, words: &Words, width: usize) -> String {
    let mut out = Vec::new();
    for verdict in explain_predictions(report, words) {
        let sign = match verdict.is_near {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        out.push(format!("{sign} {}", verdict.who));
        for sentence in &verdict.sentences {
            let wrapped = prose::wrap(sentence, width.saturating_sub(4));
            out.extend(wrapped.into_iter().map(|line| format!("    {line}")));
        }
    }
    if out.is_empty() {
        String::new()
    } else {
        format!("{}\n{}", words.get("predict-heading"), out.join("\n"))
    }
}
