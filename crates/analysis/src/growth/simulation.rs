//! Cases with a known answer: simulated services, event by event, labelled by what their program
//! does.
//!
//! Deterministic and without input: the cases are the same on every machine. The classifier was
//! tuned on [`tuning_cases`] alone; [`held_out_cases`] have other seeds and scales, and half of
//! their families are not in the tuning set.

mod capacity;
mod families;
mod flight;
mod heap;
mod rng;
mod service;
mod stores;

use super::{CLASSES, SiteHistory};
use families::{Family, Set, families};
use heaplab_record::GrowthClass;
use rng::Chance;
use service::serve;

/// A site with its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// The kind of program.
    pub(crate) family: &'static str,
    /// Its class, by what the program does.
    pub(crate) class: GrowthClass,
    /// Three runs of it.
    pub(crate) site: SiteHistory,
}

/// The cases that the classifier may be tuned on: 80 per class.
pub(crate) fn tuning_cases() -> Vec<Case> {
    cases_per_class(Set::Tuning, 0x7475_6e65, 80, (400.0, 2000.0))
}

/// The cases that it is judged by: 80 per class.
pub(crate) fn held_out_cases() -> Vec<Case> {
    held_out_cases_with_seed(0x6865_6c64)
}

/// Other cases of the same families as [`held_out_cases`].
pub(crate) fn held_out_cases_with_seed(seed: u64) -> Vec<Case> {
    cases_per_class(Set::HeldOut, seed, 80, (300.0, 2500.0))
}

/// Cases near the thresholds, where chance decides: 12 per family.
pub(crate) fn borderline_cases(seed: u64) -> Vec<Case> {
    cases_per_family(Set::NearTheLines, seed)
}

/// Cases that the figures cannot decide, as the documentation of [`super`] lists: 12 per family.
pub(crate) fn undecidable_cases(seed: u64) -> Vec<Case> {
    cases_per_family(Set::Beyond, seed)
}

fn cases_per_family(set: Set, seed: u64) -> Vec<Case> {
    let mut chance = Chance::new(seed);
    let dozens = families(set).into_iter().flat_map(|family| std::iter::repeat_n(family, 12));
    dozens.map(|family| simulate_case(family, &mut chance, (400.0, 2000.0))).collect()
}

/// `each` cases per class, its families in turn, at an N between the two scales.
fn cases_per_class(set: Set, seed: u64, each: usize, scales: (f64, f64)) -> Vec<Case> {
    let mut chance = Chance::new(seed);
    let families = families(set);
    let in_turns = |class: &GrowthClass| {
        let of_class = families.iter().filter(|family| family.class == *class);
        of_class.cycle().take(each).collect::<Vec<_>>()
    };
    let drawn = CLASSES.iter().flat_map(in_turns);
    drawn.map(|family| simulate_case(family, &mut chance, scales)).collect()
}

/// One program with parameters drawn once, run at N, 2N and 4N with other requests each time.
fn simulate_case(family: &Family, chance: &mut Chance, scales: (f64, f64)) -> Case {
    let smallest = chance.count(scales.0, scales.1) as u64;
    let others_bytes = chance.magnitude(100.0, 20_000.0);
    let references = family.references[chance.draw_below(family.references.len())];
    let parameters = Chance::new(chance.next());
    let runs = [1, 2, 4].map(|times| {
        let mut service = (family.draw)(&mut parameters.clone(), smallest as f64);
        serve(service.as_mut(), smallest * times, others_bytes, &mut Chance::new(chance.next()))
    });
    Case { family: family.name, class: family.class, site: SiteHistory { runs: runs.into(), references } }
}

#[cfg(test)]
mod tests;
