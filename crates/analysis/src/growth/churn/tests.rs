//! A line for each suggestion, and lines that make none.

use super::*;
use crate::growth::LiveTotal;

const PROGRAM: ProgramTotals = ProgramTotals { births: 10_000, clock_bytes: 1_000_000 };

/// A thousand blocks of 100 bytes that died in the bucket below 512 bytes, `at_once` of them alive
/// together.
fn run(at_once: u64) -> SiteRun {
    let mut lifetimes = vec![0; 9];
    lifetimes.push(1000);
    let own_peak = LiveTotal { blocks: at_once, bytes: at_once * 100 };
    SiteRun { births: 1000, deaths: 1000, birth_bytes: 100_000, own_peak, lifetimes, ..SiteRun::default() }
}

fn suggestion(run: &SiteRun) -> Option<ChurnFix> {
    find_churn([("main.rs:1", run)], PROGRAM).pop().map(|churn| churn.suggestion)
}

#[test]
fn what_lives_one_at_a_time_can_be_used_again() {
    assert_eq!(suggestion(&run(1)), Some(ChurnFix::Reuse { at_once: 1, births_spared: 999 }));
}

#[test]
fn what_is_reallocated_wants_its_capacity_at_birth() {
    let grown = SiteRun { reallocations: 4000, grown_bytes: 1_500_000, ..run(1) };
    let expected = ChurnFix::WithCapacity { reallocations_a_block: 4.0, capacity_bytes: 1600 };
    assert_eq!(suggestion(&grown), Some(expected));
}

#[test]
fn many_small_blocks_together_share_an_arena_and_large_ones_do_not() {
    assert_eq!(suggestion(&run(50)), Some(ChurnFix::Arena { at_once: 50, bytes_at_once: 5000 }));
    let large = SiteRun { birth_bytes: 5_000_000, ..run(50) };
    assert_eq!(suggestion(&large), Some(ChurnFix::Reuse { at_once: 50, births_spared: 19 }));
}

#[test]
fn what_lives_long_or_is_rare_is_no_churn() {
    let mut lifetimes = vec![0; 20];
    lifetimes.push(1000);
    assert_eq!(suggestion(&SiteRun { lifetimes, ..run(1) }), None);
    assert_eq!(suggestion(&SiteRun { births: 10_000, ..run(1) }), None);
    assert_eq!(suggestion(&SiteRun { lifetimes: vec![63], births: 63, ..run(1) }), None);
    assert_eq!(suggestion(&SiteRun::default()), None);
}

#[test]
fn what_a_block_grows_by_itself_is_not_held_against_it() {
    let mut lifetimes = vec![0; 20];
    lifetimes.push(1000);
    // It grew by a mebibyte while it lived, and so did the clock.
    let grown = SiteRun { reallocations: 1000, grown_bytes: 1000 << 20, lifetimes, ..run(1) };
    assert!(matches!(suggestion(&grown), Some(ChurnFix::WithCapacity { .. })));
}

#[test]
fn sites_of_a_line_are_added_up_and_the_worst_line_is_first() {
    let (one, two) = (run(1), run(2));
    let found = find_churn([("a", &one), ("b", &one), ("b", &two)], PROGRAM);
    assert_eq!(
        found.iter().map(|churn| (&churn.location[..], churn.temporaries)).collect::<Vec<_>>(),
        [("b", 2000), ("a", 1000)]
    );
    assert_eq!(found[0].suggestion, ChurnFix::Reuse { at_once: 3, births_spared: 665 });
}
