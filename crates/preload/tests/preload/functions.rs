//! Every C allocation function, in the places where a program may call it: the figures are those that
//! stand in the program's source.

use crate::run::{HeldBlocks, name_stacks, record_holds, sum_held_blocks};

/// What each function of the program holds when all were called.
const ALL: &[(&str, HeldBlocks)] = &[
    ("before_main", HeldBlocks::from_live(1, 123)),
    // One of its ten blocks is freed in `by_calloc`.
    ("by_malloc", HeldBlocks { blocks: 10, bytes: 1_000, end_blocks: 9, end_bytes: 900 }),
    ("by_calloc", HeldBlocks::from_live(10, 2_100)),
    // Ten blocks of 50 bytes, five of which grow by 4,950, and five shrink to 20; one of 33 is freed.
    ("by_realloc", HeldBlocks { blocks: 11, bytes: 500 + 5 * 4_950 + 33, end_blocks: 10, end_bytes: 25_100 }),
    ("by_reallocarray", HeldBlocks::from_live(3, 330)),
    ("by_posix_memalign", HeldBlocks::from_live(18, 5_400)),
    ("by_aligned_alloc", HeldBlocks::from_live(2, 1_280)),
    ("by_memalign", HeldBlocks::from_live(2, 140)),
    ("by_valloc", HeldBlocks::from_live(1, 10)),
    ("by_pvalloc", HeldBlocks::from_live(1, 8_192)),
    ("by_realloc_of_aligned", HeldBlocks { blocks: 2, bytes: 256 + 8_872, end_blocks: 2, end_bytes: 9_040 }),
    ("by_turns", HeldBlocks { blocks: 100, bytes: 6_400, end_blocks: 0, end_bytes: 0 }),
    ("by_strdup", HeldBlocks::from_live(1, 3_000)),
    ("after_main", HeldBlocks::from_live(1, 321)),
];

#[test]
fn every_function_is_counted_where_it_was_called() {
    let recorded = record_holds("all");
    let [raw] = &recorded.processes[..] else { panic!("{} processes", recorded.processes.len()) };
    assert_eq!(raw.totals.cut_stacks, 0, "every stack is whole");
    let profile = name_stacks(raw);
    for (function, expected) in ALL {
        assert_eq!(sum_held_blocks(&profile, function), *expected, "{function}");
    }
    // The function that allocates is the innermost: the recorder's own are not in any stack.
    let innermost = |function: &str| {
        profile.sites.iter().any(|site| site.frames.last().is_some_and(|frame| frame.function == function))
    };
    assert!(innermost("by_malloc") && innermost("by_posix_memalign") && innermost("before_main"));
}

#[test]
fn errors_are_those_of_glibc_and_blocks_of_glibc_are_accepted() {
    let recorded = record_holds("limits");
    let profile = name_stacks(&recorded.processes[0]);
    let expected = HeldBlocks { blocks: 2, bytes: 16, end_blocks: 0, end_bytes: 0 };
    assert_eq!(sum_held_blocks(&profile, "check_limits"), expected);
}

#[test]
fn zeroed_pages_stay_untouched_and_errno_is_kept() {
    record_holds("lazy");
    record_holds("errno");
}

#[test]
fn blocks_of_the_end_are_counted() {
    let recorded = record_holds("end");
    let profile = name_stacks(&recorded.processes[0]);
    assert_eq!(sum_held_blocks(&profile, "at_end"), HeldBlocks::from_live(1, 456));
    assert_eq!(sum_held_blocks(&profile, "after_main"), HeldBlocks::from_live(1, 321));
}

#[test]
fn a_forked_child_has_figures_of_its_own() {
    let recorded = record_holds("fork");
    let [parent, child] = &recorded.processes[..] else { panic!("{} processes", recorded.processes.len()) };
    let (of_parent, of_child) = (name_stacks(parent), name_stacks(child));
    assert_eq!(sum_held_blocks(&of_parent, "in_parent"), HeldBlocks::from_live(3, 3_000));
    assert_eq!(sum_held_blocks(&of_parent, "in_child"), HeldBlocks::default());
    assert_eq!(sum_held_blocks(&of_child, "in_child"), HeldBlocks::from_live(2, 1_000));
    assert_eq!(sum_held_blocks(&of_child, "in_parent"), HeldBlocks::default());
    assert!(child.process.inherited_bytes >= 3_000, "{}", child.process.inherited_bytes);
}

#[test]
fn threads_their_ends_and_signal_handlers() {
    let recorded = record_holds("threads");
    let profile = name_stacks(&recorded.processes[0]);
    let expected = HeldBlocks { blocks: 404, bytes: 4 * (100 * 40 + 8), end_blocks: 400, end_bytes: 16_000 };
    assert_eq!(sum_held_blocks(&profile, "in_thread"), expected);
    assert_eq!(sum_held_blocks(&profile, "in_thread_destructor"), HeldBlocks::from_live(4, 308));
    let recorded = record_holds("signals");
    assert_eq!(
        sum_held_blocks(&name_stacks(&recorded.processes[0]), "in_handler"),
        HeldBlocks::from_live(5, 440)
    );
}

#[test]
fn a_region_counts_what_happens_within_it() {
    let recorded = record_holds("region");
    let totals = &recorded.processes[0].totals;
    assert_eq!((totals.births, totals.birth_bytes), (4, 1_000));
    assert_eq!((totals.end_blocks, totals.end_bytes, totals.peak_bytes), (4, 1_000, 1_000));
}
