//! What recording costs: time and memory, beside the figures that it gives.

use crate::{Words, format, prose, wall};
use heaplab_record::{HeapRun, Run};

/// Below this, the cost per block is shown: most of it is then headers of blocks, not the fixed
/// tables of every recording.
const MOST_BYTES_PER_BLOCK: f64 = 256.0;

/// The recorder's memory, such as `+5.68 MB of memory, 28 B a block`, by the blocks that were live
/// at the peak.
pub(crate) fn describe_memory_cost(heap: &HeapRun, words: &Words) -> Option<String> {
    let cost_bytes = heap.memory_cost_bytes?;
    let each_bytes = cost_bytes as f64 / heap.peak_blocks.max(1) as f64;
    let cost = format_signed_bytes(cost_bytes);
    if (1.0..MOST_BYTES_PER_BLOCK).contains(&each_bytes) {
        let each = format::bytes(each_bytes.round() as u64);
        return Some(words.say("cost-memory-each", &[("cost", &cost), ("each", &each)]));
    }
    Some(words.say("cost-memory", &[("cost", &cost)]))
}

/// Time and memory in one cell, where they were measured.
pub(crate) fn describe_cost(heap: &HeapRun, slowdown: Option<f64>, words: &Words) -> Option<String> {
    let time = slowdown.map(format_slowdown);
    let parts: Vec<String> = time.into_iter().chain(describe_memory_cost(heap, words)).collect();
    (!parts.is_empty()).then(|| prose::join_names(&parts, words))
}

/// The least and the largest of both over all runs.
pub(crate) fn cost_note(runs: &[Run], words: &Words) -> Option<String> {
    let times_of = wall::timed_slowdown;
    let memory_of = |run: &Run| Some(run.heap.as_ref()?.memory_cost_bytes? as f64);
    let parts: Vec<String> = [
        describe_range(runs, times_of, format_slowdown, words)
            .map(|range| words.say("note-cost-time", &[("range", &range)])),
        describe_range(runs, memory_of, |bytes| format_signed_bytes(bytes as i64), words)
            .map(|range| words.say("note-cost-memory", &[("range", &range)])),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| words.say("note-cost", &[("parts", &prose::join_names(&parts, words))]))
}

pub(crate) fn describe_range(
    runs: &[Run],
    figure: impl Fn(&Run) -> Option<f64>,
    written: impl Fn(f64) -> String,
    words: &Words,
) -> Option<String> {
    let mut found: Vec<(f64, &str)> =
        runs.iter().filter_map(|run| Some((figure(run)?, run.variant.as_str()))).collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    match found.as_slice() {
        [] => None,
        [(only, who)] => Some(words.say("note-cost-one", &[("figure", &written(*only)), ("who", who)])),
        [least, .., most] => Some(words.say(
            "note-cost-range",
            &[
                ("least", &written(least.0)),
                ("least_who", least.1),
                ("most", &written(most.0)),
                ("most_who", most.1),
            ],
        )),
    }
}

pub(crate) fn format_slowdown(slowdown: f64) -> String {
    format!("×{slowdown:.2}")
}

/// The kernel's figure varies, so a cost may be negative.
fn format_signed_bytes(bytes: i64) -> String {
    let magnitude = format::bytes(bytes.unsigned_abs());
    if bytes < 0 { format!("−{magnitude}") } else { format!("+{magnitude}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn heap(memory_cost_bytes: Option<i64>, peak_blocks: u64) -> HeapRun {
        HeapRun { memory_cost_bytes, peak_blocks, slowdown: Some(1.5), ..HeapRun::default() }
    }

    #[test]
    fn the_cost_follows_the_measurement() {
        let words = Words::new(Lang::En);
        let said = |bytes, blocks| {
            describe_cost(&heap(bytes, blocks), heap(bytes, blocks).slowdown, &words).unwrap()
        };
        assert_eq!(said(Some(5_681_152), 200_001), "×1.50, +5.68 MB of memory, 28 B a block");
        assert_eq!(said(Some(2_654_208), 138), "×1.50, +2.65 MB of memory");
        assert_eq!(said(Some(-4_096), 138), "×1.50, −4.10 kB of memory");
        assert_eq!(said(None, 138), "×1.50");
        assert_eq!(describe_cost(&HeapRun::default(), None, &words), None);
    }

    #[test]
    fn the_note_names_the_least_and_the_most() {
        for lang in [Lang::En, Lang::Zh] {
            let words = Words::new(lang);
            let mut report = fixture::report(lang);
            for run in &mut report.runs {
                if let Some(heap) = &mut run.heap {
                    heap.memory_cost_bytes = None;
                }
            }
            let (mut first, mut second) = (report.runs[7].clone(), report.runs[8].clone());
            first.heap = Some(heap(Some(3_000_000), 5));
            second.heap = Some(heap(Some(9_000_000), 5));
            let said = cost_note(&[second.clone(), first.clone()], &words).unwrap();
            for needed in ["+3.00 MB", "+9.00 MB", first.variant.as_str(), second.variant.as_str(), "×1.50"]
            {
                assert!(said.contains(needed), "{needed}: {said}");
            }
            assert!(said.find("+3.00") < said.find("+9.00"), "{said}");
            assert_eq!(cost_note(&[], &words), None);
        }
    }
}
