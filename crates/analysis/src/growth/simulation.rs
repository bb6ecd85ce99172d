//! Cases with a known answer: simulated services, event by event, labelled by what their program
//! does.
//!
//! Deterministic and free of any input: the same cases on every machine. The classifier was tuned
//! on [`tuning`] alone; [`held_out`] has seeds and scales of its own, and half of its families are
//! not in the tuning set.

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
    /// What it is, by its program.
    pub(crate) class: GrowthClass,
    /// What three runs of it look like.
    pub(crate) site: SiteHistory,
}

/// What the classifier may be tuned on: 80 cases a class.
pub(crate) fn tuning_cases() -> Vec<Case> {
    cases_per_class(Set::Tuning, 0x7475_6e65, 80, (400.0, 2000.0))
}

/// What it is judged by: 80 cases a class.
pub(crate) fn held_out_cases() -> Vec<Case> {
    held_out_cases_with_seed(0x6865_6c64)
}

/// As many other cases of the families of [`held_out`].
pub(crate) fn held_out_cases_with_seed(seed: u64) -> Vec<Case> {
    cases_per_class(Set::HeldOut, seed, 80, (300.0, 2500.0))
}

/// What stands near the lines between the classes, where chance decides: 12 cases a family.
pub(crate) fn borderline_cases(seed: u64) -> Vec<Case> {
    cases_per_family(Set::NearTheLines, seed)
}

/// What nobody can tell from the figures: see the head of the crate. 12 cases a family.
pub(crate) fn undecidable_cases(seed: u64) -> Vec<Case> {
    cases_per_family(Set::Beyond, seed)
}

fn cases_per_family(set: Set, seed: u64) -> Vec<Case> {
    let mut chance = Chance::new(seed);
    let dozens = families(set).into_iter().flat_map(|family| std::iter::repeat_n(family, 12));
    dozens.map(|family| simulate_case(family, &mut chance, (400.0, 2000.0))).collect()
}

/// So many cases of each class, its families in turns, at an N between the two.
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

/// One program, its parameters drawn once, run at N, 2N and 4N with other requests each time.
fn simulate_case(family: &Family, chance: &mut Chance, scales: (f64, f64)) -> Case {
    let smallest = chance.count(scales.0, scales.1) as u64;
    let others_bytes = chance.magnitude(100.0, 20_000.0);
    let references = family.references[chance.below(family.references.len())];
    let parameters = Chance::new(chance.next());
    let runs = [1, 2, 4].map(|times| {
        let mut service = (family.draw)(&mut parameters.clone(), smallest as f64);
        serve(service.as_mut(), smallest * times, others_bytes, &mut Chance::new(chance.next()))
    });
    Case { family: family.name, class: family.class, site: SiteHistory { runs: runs.into(), references } }
}

#[cfg(test)]
mod tests;
