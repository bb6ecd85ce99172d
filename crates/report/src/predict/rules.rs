//! The sentence of each rule that a prediction missed.

use crate::{Words, format};
use heaplab_analysis::prediction::{ForgottenRule, RuleFigures};

/// `unit` is what the report calls one row.
pub(super) fn explain_rule(rule: &ForgottenRule, unit: &str, words: &Words) -> String {
    let fraction = |bytes: f64| format!("{} B", format::ratio(bytes));
    let (key, arguments) = match &rule.figures {
        RuleFigures::OwnBlocks { per_row, mean_bytes } => {
            ("predict-own-blocks", vec![("each", format::ratio(*per_row)), ("size", fraction(*mean_bytes))])
        }
        RuleFigures::Doubling { reallocations, location, factor } => (
            "predict-doubling",
            vec![
                ("count", format::count(*reallocations)),
                ("place", location.clone()),
                ("factor", format::ratio(*factor)),
            ],
        ),
        RuleFigures::Tables { tables, buckets, slot_bytes, usable, idle_bytes } => (
            "predict-tables",
            vec![
                ("tables", format::count(*tables)),
                ("buckets", format::count(*buckets)),
                ("slot", format::bytes(*slot_bytes)),
                ("usable", format::count(*usable)),
                ("idle", format::bytes(*idle_bytes)),
            ],
        ),
        RuleFigures::ReferenceCounts { blocks, header_bytes } => (
            "predict-counts",
            vec![("count", format::count(*blocks)), ("header", format::bytes(*header_bytes))],
        ),
        RuleFigures::Padding { row_bytes, fields_bytes, padding_bytes } => (
            "predict-padding",
            vec![
                ("row", format::bytes(*row_bytes)),
                ("fields", format::bytes(*fields_bytes)),
                ("padding", format::bytes(*padding_bytes)),
            ],
        ),
        RuleFigures::Interpreter => ("predict-interpreter", Vec::new()),
        RuleFigures::Turnover { total_bytes, peak_bytes, peak_blocks } => (
            "predict-turnover",
            vec![
                ("total", format::bytes(*total_bytes)),
                ("peak", format::bytes(*peak_bytes)),
                ("blocks", format::count(*peak_blocks)),
            ],
        ),
        RuleFigures::Rounding { resident_bytes, bytes_per_block } => (
            "predict-rounding",
            vec![("resident", format::bytes(*resident_bytes)), ("block", fraction(*bytes_per_block))],
        ),
    };
    let bytes = format::bytes(rule.bytes);
    let mut all: Vec<(&str, &str)> = vec![("unit", unit), ("bytes", &bytes)];
    all.extend(arguments.iter().map(|(name, value)| (*name, value.as_str())));
    words.say(key, &all)
}
