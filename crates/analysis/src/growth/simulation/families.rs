//! The kinds of program that cases are drawn from. A family's label follows from what its program
//! does, whatever the figures of one run of it look like.

mod beyond;
mod bounded;
mod growth;
mod once;
mod steady;

use super::rng::Chance;
use super::service::Service;
use crate::growth::Reachability;
use heaplab_record::GrowthClass;

/// A kind of program, with its parameters still to be drawn.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) class: GrowthClass,
    /// What a graph of the references would say; nothing where none is taken. One of them is drawn.
    pub(super) references: &'static [Option<Reachability>],
    /// Draws the parameters for a workload of about so many requests.
    pub(super) draw: fn(&mut Chance, f64) -> Box<dyn Service>,
}

const fn family(
    name: &'static str,
    class: GrowthClass,
    references: &'static [Option<Reachability>],
    draw: fn(&mut Chance, f64) -> Box<dyn Service>,
) -> Family {
    Family { name, class, references, draw }
}

/// The families of a set of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// What the classifier may be tuned on.
    Tuning,
    /// What it is judged by. Half of the families are those of the tuning set with other
    /// parameters, half are new.
    HeldOut,
    /// What stands near the lines between the classes, where chance decides.
    NearTheLines,
    /// What cannot be known from the figures.
    Beyond,
}

/// All families of a set, in a fixed order.
pub(super) fn families(set: Set) -> Vec<&'static Family> {
    let of = |shared: &'static [Family], tuned: &'static [Family], held_out: &'static [Family]| {
        let own = if set == Set::Tuning { tuned } else { held_out };
        shared.iter().chain(own)
    };
    match set {
        Set::NearTheLines => return beyond::NEAR_THE_LINES.iter().collect(),
        Set::Beyond => return beyond::BEYOND.iter().collect(),
        Set::Tuning | Set::HeldOut => {}
    }
    of(&growth::SHARED, &growth::TUNED, &growth::HELD_OUT)
        .chain(of(&growth::CYCLES_SHARED, &growth::CYCLES_TUNED, &growth::CYCLES_HELD_OUT))
        .chain(of(&bounded::SHARED, &bounded::TUNED, &bounded::HELD_OUT))
        .chain(of(&once::SHARED, &once::TUNED, &once::HELD_OUT))
        .chain(of(&steady::SHARED, &steady::TUNED, &steady::HELD_OUT))
        .collect()
}

/// Owned by something that the service holds, if a graph was taken at all.
const OWNED: &[Option<Reachability>] = &[None, Some(Reachability::Reachable)];
/// Forgotten.
const LOST: &[Option<Reachability>] = &[None, Some(Reachability::Unreachable)];
/// On cycles that nothing leads to.
const ORPHANED: &[Option<Reachability>] = &[Some(Reachability::OrphanedCycle)];
/// On cycles that something leads to.
const HELD_CYCLE: &[Option<Reachability>] = &[Some(Reachability::ReachableCycle)];

/// The probability of a leak that leaves at least a dozen blocks behind at the smallest scale.
fn leaking(chance: &mut Chance, requests: f64) -> f64 {
    chance.magnitude((12.0 / requests).max(0.015), 0.3)
}
