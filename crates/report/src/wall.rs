//! Wall times as tables write them. A region that is opened and closed takes some 50 microseconds of
//! its own, so what is shorter than [`SHORTEST_WALL_NS`] is no time of the variant.

use crate::{Words, format, prose};
use heaplab_analysis::statistics::median_of_counts;
use heaplab_record::Run;

/// The shortest wall time that one run can tell, in nanoseconds.
const SHORTEST_WALL_NS: f64 = 100_000.0;

/// The median wall time, if it is one of the variant and not of the harness.
pub(crate) fn timed_wall_ns(run: &Run) -> Option<f64> {
    median_wall_ns(run).filter(|&wall_ns| wall_ns >= SHORTEST_WALL_NS)
}

/// How much slower the recorder made it; `None` where the plain run is too short to be timed.
pub(crate) fn timed_slowdown(run: &Run) -> Option<f64> {
    timed_wall_ns(run)?;
    run.heap.as_ref()?.slowdown
}

/// The wall time as a cell has it: `5.27 s`, `<0.1 ms`, or the time per call where there is a bench.
pub(crate) fn format_wall(run: &Run, words: &Words) -> Option<String> {
    let wall_ns = median_wall_ns(run)?;
    Some(match run.call_ns {
        Some(call_ns) => words.say("wall-per-call", &[("time", &format::nanoseconds(call_ns))]),
        None if wall_ns < SHORTEST_WALL_NS => words.get("wall-too-short"),
        None => format::nanoseconds(wall_ns),
    })
}

/// The number of repetitions behind a wall time, as `×3`; `None` where the cell is no wall time.
pub(crate) fn format_repetitions(run: &Run) -> Option<String> {
    let plain = run.plain.as_ref().filter(|_| run.call_ns.is_none() && timed_wall_ns(run).is_some())?;
    Some(format!("×{}", plain.repetitions))
}

/// What a reader must know of cells that are no wall time of one run.
pub(crate) fn wall_notes(runs: &[Run], words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    let is_short = |run: &&Run| median_wall_ns(run).is_some() && timed_wall_ns(run).is_none();
    // The terminal shows the wall time of these before a bench has run.
    if runs.iter().any(|run| is_short(&run)) {
        notes.push(words.get("note-too-short"));
    }
    let called: Vec<String> = runs
        .iter()
        .filter_map(|run| {
            let time = format::nanoseconds(run.call_ns?);
            Some(words.say("note-per-call-one", &[("who", &prose::run_name(run, words)), ("time", &time)]))
        })
        .collect();
    if !called.is_empty() {
        notes.push(words.say("note-per-call", &[("times", &prose::join_names(&called, words))]));
    }
    notes
}

fn median_wall_ns(run: &Run) -> Option<f64> {
    median_of_counts(&run.plain.as_ref()?.wall_ns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn run_of(wall_ns: u64) -> Run {
        let mut run = fixture::rust("8.4", "iterator", 1_000, 1, 1);
        run.plain.as_mut().expect("plain ran").wall_ns = vec![wall_ns];
        run
    }

    #[test]
    fn what_is_too_short_for_one_run_is_no_number() {
        let words = Words::new(Lang::En);
        let (short, long) = (run_of(51_900), run_of(5_270_000));
        assert_eq!(format_wall(&short, &words).as_deref(), Some("<0.1 ms"));
        assert_eq!(format_wall(&long, &words).as_deref(), Some("5.27 ms"));
        assert_eq!((timed_slowdown(&short), format_repetitions(&short)), (None, None));
        assert!(wall_notes(std::slice::from_ref(&long), &words).is_empty());
        assert!(wall_notes(&[short, long], &words)[0].contains("too short to time once"));
    }

    #[test]
    fn a_bench_gives_the_time_per_call() {
        for (lang, cell) in [(Lang::En, "1.96 ns per call"), (Lang::Zh, "每次 1.96 ns")] {
            let words = Words::new(lang);
            let benched = Run { call_ns: Some(1.96), ..run_of(51_900) };
            assert_eq!(format_wall(&benched, &words).as_deref(), Some(cell));
            let notes = wall_notes(&[benched], &words);
            assert!(notes.len() == 2, "{notes:?}");
            assert!(notes[1].contains("criterion") && notes[1].contains("1.96 ns"), "{notes:?}");
        }
    }
}
