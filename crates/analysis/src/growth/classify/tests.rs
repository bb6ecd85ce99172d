//! Hand-written sites, one per rule, and changes that must not change a verdict.

use super::*;
use crate::growth::simulation::{Case, held_out_cases, tuning_cases};
use crate::growth::{Checkpoint, FIRST_USE_REQUESTS, LiveTotal, checkpoint_requests};
use proptest::prelude::*;

/// Three runs whose live blocks of 100 bytes are a function of the requests. With `exchanged`, each
/// request allocates a block.
fn site(blocks: impl Fn(u64) -> u64, exchanged: bool) -> SiteHistory {
    site_from(1000, blocks, exchanged)
}

fn site_from(smallest: u64, blocks: impl Fn(u64) -> u64, exchanged: bool) -> SiteHistory {
    let runs = [1, 2, 4].map(|times| {
        let requests = smallest * times;
        let held = |requests: u64| LiveTotal { blocks: blocks(requests), bytes: 100 * blocks(requests) };
        let end = held(requests);
        let births = if exchanged { blocks(0) + requests } else { end.blocks };
        let marks = checkpoint_requests(requests)
            .into_iter()
            .map(|requests| Checkpoint { requests, live: held(requests) });
        SiteRun {
            requests,
            end,
            own_peak: end,
            births,
            deaths: births - end.blocks,
            checkpoints: marks.collect(),
            ..SiteRun::default()
        }
    });
    SiteHistory { runs: runs.into(), references: None }
}

#[test]
fn each_word_has_its_plain_case() {
    let class = |site: &SiteHistory| classify(site).class;
    assert_eq!(class(&site(|n| n, false)), GrowthClass::UnboundedGrowth);
    assert_eq!(class(&site(|n| n / 50, true)), GrowthClass::UnboundedGrowth);
    assert_eq!(class(&site(|n| n.min(500), true)), GrowthClass::BoundedCache);
    assert_eq!(class(&site(|n| n.min(2400), false)), GrowthClass::BoundedCache);
    assert_eq!(class(&site(|_| 7, false)), GrowthClass::FreedOnlyAtExit);
    assert_eq!(class(&site(|n| n.min(16), false)), GrowthClass::FreedOnlyAtExit);
    assert_eq!(class(&site(|n| n.min(16), true)), GrowthClass::Steady);
    assert_eq!(class(&site(|_| 0, true)), GrowthClass::Steady);
    let cycles = SiteHistory { references: Some(Reachability::OrphanedCycle), ..site(|n| 2 * n, false) };
    assert_eq!(class(&cycles), GrowthClass::RefcountCycle);
}

#[test]
fn the_slope_is_in_bytes_a_request() {
    let slope = classify(&site(|n| 3 * n, false)).slope.unwrap();
    assert_eq!((slope.low, slope.bytes_each, slope.high), (300.0, 300.0, 300.0));
    assert_eq!(classify(&site(|n| n.min(100), true)).slope.unwrap().bytes_each, 0.0);
}

#[test]
fn one_scale_says_nothing_and_a_slow_rise_is_not_decided() {
    let mut alone = site(|n| n, false);
    alone.runs.truncate(1);
    assert_eq!(
        (classify(&alone).class, classify(&alone).reason),
        (GrowthClass::Unknown, GrowthReason::OneScale)
    );
    assert_eq!(classify(&SiteHistory::default()).class, GrowthClass::Unknown);
    let logarithm = site(|n| if n == 0 { 0 } else { (20.0 * (n as f64).ln()) as u64 }, false);
    assert!(matches!(
        classify(&logarithm),
        SiteVerdict { class: GrowthClass::Unknown, reason: GrowthReason::Between { .. }, .. }
    ));
    assert!(matches!(classify(&site(|n| n / 1000, true)).reason, GrowthReason::TooFew { .. }));
}

#[test]
fn a_text_that_is_made_anew_and_longer_grows_though_its_blocks_do_not() {
    let rewritten = |bytes: fn(u64) -> u64| {
        let mut site = site(|_| 1, true);
        for run in &mut site.runs {
            run.end.bytes = bytes(run.requests);
            run.checkpoints.iter_mut().for_each(|mark| mark.live.bytes = bytes(mark.requests));
        }
        classify(&site).class
    };
    assert_eq!(rewritten(|n| 10 + n), GrowthClass::UnboundedGrowth);
    assert_eq!(rewritten(|n| 10 + n.min(900)), GrowthClass::Steady);
    assert_eq!(rewritten(|n| 10 + n % 7), GrowthClass::Steady);
}

/// The capacities of the standard library's containers, at requests that are no powers of two.
#[test]
fn containers_of_the_standard_library_grow_or_are_full() {
    let capacity = |push: &mut dyn FnMut(u64) -> usize, requests: u64| -> Vec<u64> {
        std::iter::once(0).chain((0..requests).map(|request| push(request) as u64 * 8)).collect()
    };
    let of = |make: fn() -> Box<dyn FnMut(u64) -> usize>| {
        let runs = [1300, 2600, 5200].map(|requests| {
            let bytes = capacity(&mut make(), requests);
            let held = |requests: u64| LiveTotal { blocks: 1, bytes: bytes[requests as usize] };
            let marks = checkpoint_requests(requests)
                .into_iter()
                .map(|requests| Checkpoint { requests, live: held(requests) });
            let end = held(requests);
            SiteRun {
                requests,
                end,
                own_peak: end,
                births: 1,
                checkpoints: marks.collect(),
                ..SiteRun::default()
            }
        });
        classify(&SiteHistory { runs: runs.into(), references: None }).class
    };
    let pushed = || -> Box<dyn FnMut(u64) -> usize> {
        let mut all = Vec::new();
        Box::new(move |request| {
            all.push(request);
            all.capacity()
        })
    };
    let mapped = || -> Box<dyn FnMut(u64) -> usize> {
        let mut all = std::collections::HashMap::new();
        Box::new(move |request| {
            all.insert(request, ());
            all.capacity()
        })
    };
    let last_thousand = || -> Box<dyn FnMut(u64) -> usize> {
        let mut last = std::collections::VecDeque::new();
        Box::new(move |request| {
            last.push_back(request);
            last.drain(..last.len().saturating_sub(1000));
            last.capacity()
        })
    };
    let cleared = || -> Box<dyn FnMut(u64) -> usize> {
        let mut buffer = Vec::new();
        Box::new(move |request| {
            buffer.clear();
            buffer.extend(0..request % 700);
            buffer.capacity()
        })
    };
    let made_large = || -> Box<dyn FnMut(u64) -> usize> {
        let mut buffer: Vec<u64> = Vec::with_capacity(4096);
        Box::new(move |request| {
            buffer.clear();
            buffer.extend(0..request % 100);
            buffer.capacity()
        })
    };
    assert_eq!(of(pushed), GrowthClass::UnboundedGrowth);
    assert_eq!(of(mapped), GrowthClass::UnboundedGrowth);
    assert_eq!(of(last_thousand), GrowthClass::BoundedCache);
    assert_eq!(of(cleared), GrowthClass::BoundedCache);
    assert_eq!(of(made_large), GrowthClass::FreedOnlyAtExit);
}

#[test]
fn a_later_limit_turns_the_verdict() {
    let limit_at = |limit: u64| classify(&site(|n| n.min(limit), true));
    assert_eq!(limit_at(2500).class, GrowthClass::BoundedCache);
    assert_eq!(limit_at(4000).class, GrowthClass::UnboundedGrowth);
    // It slows down, but not for long enough to be sure.
    assert!(limit_at(3300).confidence < limit_at(4000).confidence);
}

#[test]
fn what_was_there_before_the_first_request_is_not_in_flight() {
    let verdict = classify(&site(|n| 2000 + n.min(7), true));
    assert_eq!(
        (verdict.class, verdict.reason),
        (GrowthClass::Steady, GrowthReason::Exchanged { requests: 7.0 })
    );
}

#[test]
fn first_use_has_its_number_of_requests() {
    let class = |blocks: u64| classify(&site_from(320, |n| n.min(blocks), false)).class;
    assert_eq!(class(FIRST_USE_REQUESTS), GrowthClass::FreedOnlyAtExit);
    assert_eq!(class(FIRST_USE_REQUESTS + 8), GrowthClass::BoundedCache);
}

#[test]
fn marks_at_other_places_are_as_none() {
    let with = |keep: fn(&Checkpoint) -> bool| {
        let mut site = site(|n| n.min(600), false);
        site.runs.iter_mut().for_each(|run| run.checkpoints.retain(keep));
        classify(&site)
    };
    assert_eq!(with(|mark| mark.requests != 0), with(|_| false));
    assert_ne!(with(|_| true), with(|_| false));
}

#[test]
fn what_the_teardown_left_is_told() {
    let after = |after: Option<u64>| {
        let mut site = site(|n| n, false);
        site.runs[2].after_teardown = after.map(|blocks| LiveTotal { blocks, bytes: 100 * blocks });
        classify(&site).teardown
    };
    let words = [None, Some(0), Some(5), Some(4000)].map(after);
    assert_eq!(
        words,
        [None, Some(TeardownOutcome::Freed), Some(TeardownOutcome::Partly), Some(TeardownOutcome::Kept)]
    );
}

fn scaled(case: &Case, factor: u64) -> SiteHistory {
    let mut site = case.site.clone();
    let times = |held: &mut LiveTotal| held.bytes *= factor;
    for run in &mut site.runs {
        times(&mut run.end);
        times(&mut run.own_peak);
        run.checkpoints.iter_mut().for_each(|mark| times(&mut mark.live));
    }
    site
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn neither_the_unit_nor_the_order_of_the_runs_changes_a_verdict(factor in 1_u64..1000, turn in 1_usize..3) {
        for case in CASES.with(|cases| cases.clone()).iter().step_by(7) {
            let verdict = classify(&case.site);
            let mut other = scaled(case, factor);
            other.runs.rotate_left(turn);
            let again = classify(&other);
            prop_assert_eq!((again.class, again.confidence), (verdict.class, verdict.confidence), "{}", case.family);
            let (one, more) = (verdict.slope.unwrap(), again.slope.unwrap());
            let close = (one.bytes_each * factor as f64 - more.bytes_each).abs() <= 1e-9 * more.bytes_each.abs().max(1.0);
            prop_assert!(close, "{}: {:?} {:?}", case.family, one, more);
        }
    }

    #[test]
    fn no_figures_make_it_fall_over(
        figures in prop::collection::vec(any::<[u64; 5]>(), 0..5), scale in any::<u64>(), marked in any::<bool>()
    ) {
        let held = |figure: u64| LiveTotal { blocks: figure % 97, bytes: figure };
        let runs = figures.iter().map(|&[requests, end, peak, births, deaths]| {
            let requests = requests % scale.max(1);
            let mark = |at: u64| Checkpoint { requests: at, live: held(at.wrapping_mul(end)) };
            let marks = if marked { checkpoint_requests(requests).into_iter().map(mark).collect() } else { Vec::new() };
            SiteRun { requests, births, deaths, end: held(end), own_peak: held(peak), checkpoints: marks, ..SiteRun::default() }
        });
        let verdict = classify(&SiteHistory { runs: runs.collect(), references: None });
        prop_assert!((0.0..=1.0).contains(&verdict.confidence));
        prop_assert!(verdict.slope.is_none_or(|slope| slope.low <= slope.bytes_each && slope.bytes_each <= slope.high));
    }
}

thread_local! {
    static CASES: std::rc::Rc<Vec<Case>> = std::rc::Rc::new(tuning_cases().into_iter().chain(held_out_cases()).collect());
}
