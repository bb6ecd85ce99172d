//! Tests "break this edge and N bytes go free" on random graphs of up to 200 objects by really
//! breaking the edge and comparing the recorder's live bytes. Strong and weak references, cycles,
//! variables that are not given as roots; fixed seeds. There is no test harness, since its threads
//! would allocate.

use heaplab_heap::{Heap, Region, live_bytes, region};
use heaplab_object_graph::{ObjectSnapshot, Roots, Strength, trace};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::{Rc, Weak};

#[global_allocator]
static HEAP: Heap = Heap::recording();

const SLOTS: usize = 4;

struct Object {
    name: String,
    strong: RefCell<Vec<Option<Rc<Object>>>>,
    weak: RefCell<Vec<Weak<Object>>>,
    boxed: Option<Box<[u64]>>,
}
trace!(Object { name, strong, weak, boxed });

/// How to build a graph: the references of each object, the roots, and the objects held by a
/// variable that is not a root.
#[derive(Clone, Debug)]
struct Plan {
    names: Vec<usize>,
    strong: Vec<(usize, usize)>,
    weak: Vec<(usize, usize)>,
    roots: Vec<usize>,
    untold: Vec<usize>,
    choice: usize,
    /// References go only from lower to higher numbers.
    acyclic: bool,
}

struct Built {
    roots: Vec<Rc<Object>>,
    untold: Vec<Rc<Object>>,
}

fn plans() -> impl Strategy<Value = Plan> {
    (1usize..200).prop_flat_map(|count| {
        let edges = |most| prop::collection::vec((0..count, 0..count), 0..most);
        (
            prop::collection::vec(0usize..60, count),
            edges(2 * count),
            edges(count / 3 + 1),
            prop::collection::vec(0..count, 1..4),
            prop::collection::vec(0..count, 0..3),
            any::<usize>(),
            any::<bool>(),
        )
            .prop_map(|(names, strong, weak, roots, untold, choice, acyclic)| Plan {
                names,
                strong,
                weak,
                roots,
                untold,
                choice,
                acyclic,
            })
    })
}

fn build(plan: &Plan) -> Built {
    let object = |&length: &usize| {
        Rc::new(Object {
            name: "x".repeat(length),
            strong: RefCell::new(vec![None; SLOTS]),
            weak: RefCell::new(Vec::new()),
            boxed: (length % 3 == 0).then(|| vec![7; length].into_boxed_slice()),
        })
    };
    let objects: Vec<Rc<Object>> = plan.names.iter().map(object).collect();
    for &(from, to) in &plan.strong {
        let (from, to) = if plan.acyclic { (from.min(to), from.max(to)) } else { (from, to) };
        if plan.acyclic && from == to {
            continue;
        }
        if let Some(free) = objects[from].strong.borrow_mut().iter_mut().find(|slot| slot.is_none()) {
            *free = Some(Rc::clone(&objects[to]));
        }
    }
    for &(from, to) in &plan.weak {
        objects[from].weak.borrow_mut().push(Rc::downgrade(&objects[to]));
    }
    let handles = |chosen: &[usize]| chosen.iter().map(|&index| Rc::clone(&objects[index])).collect();
    Built { roots: handles(&plan.roots), untold: handles(&plan.untold) }
}

fn snapshot(built: &Built) -> ObjectSnapshot {
    let snapshot = Roots::new().variable("roots", &built.roots).snapshot();
    assert!(snapshot.nodes().iter().all(|node| node.opaque.is_none()));
    snapshot
}

fn measured_bytes(work: impl FnOnce()) -> u64 {
    let before = live_bytes().expect("the heap probe is at work");
    work();
    before - live_bytes().expect("the heap probe is at work")
}

/// Every object that the roots reach, by weak references too.
fn objects(built: &Built) -> Vec<Rc<Object>> {
    let mut seen = HashSet::new();
    let mut turn: Vec<Rc<Object>> = built.roots.clone();
    let mut objects = Vec::new();
    while let Some(object) = turn.pop() {
        if seen.insert(Rc::as_ptr(&object)) {
            turn.extend(object.strong.borrow().iter().flatten().cloned());
            turn.extend(object.weak.borrow().iter().filter_map(Weak::upgrade));
            objects.push(object);
        }
    }
    objects
}

/// References from a slot of one object to another object: those that this test can break.
fn slots(snapshot: &ObjectSnapshot) -> Vec<u32> {
    let is_slot = |&number: &u32| {
        let edge = &snapshot.edges()[number as usize];
        let (from, to) = (&snapshot.nodes()[edge.from as usize], &snapshot.nodes()[edge.to as usize]);
        &*from.type_name == "Vec<Option<Rc<Object>>>" && &*to.type_name == "Rc<Object>"
    };
    (0..snapshot.edges().len() as u32).filter(is_slot).collect()
}

fn break_really(number: u32, built: &Built, snapshot: &ObjectSnapshot) {
    let edge = &snapshot.edges()[number as usize];
    let buffer = edge.from;
    let owner = snapshot.edges()[snapshot.referrers(buffer)[0] as usize].from;
    let object = objects(built).into_iter().find(|object| snapshot.find_id(object) == Some(owner));
    let object = object.expect("a root reaches it");
    let label = edge.label.to_string();
    let index: usize = label.trim_matches(['[', ']']).parse().expect("a slot is an index");
    let broken = object.strong.borrow_mut()[index].take();
    assert_eq!(broken.as_ref().and_then(|to| snapshot.find_id(to)), Some(edge.to));
}

fn open(plan: &Plan) -> (Region, Built, ObjectSnapshot) {
    let measured = region().expect("no other region is open");
    let built = build(plan);
    let snapshot = snapshot(&built);
    (measured, built, snapshot)
}

fn breaking_one_edge_frees_what_is_said(plan: &Plan) -> Result<(), TestCaseError> {
    let (_measured, built, snapshot) = open(plan);
    let slots = slots(&snapshot);
    if slots.is_empty() {
        return Ok(());
    }
    let number = slots[plan.choice % slots.len()];
    let said = snapshot.simulate_break(&[number]);
    let really = measured_bytes(|| break_really(number, &built, &snapshot));
    prop_assert_eq!(said.bytes, really);
    Ok(())
}

/// Breaks every reference to one object, which without cycles frees what it retains.
fn releasing_an_object_frees_what_is_said(plan: &Plan) -> Result<(), TestCaseError> {
    let (_measured, mut built, snapshot) = open(plan);
    let targets = snapshot.by_type("Rc<Object>");
    let target = targets[plan.choice % targets.len()];
    let (said, retained) = (snapshot.simulate_release(target), snapshot.retained_bytes(target));
    let is_target = |object: &Rc<Object>| snapshot.find_id(object) == Some(target);
    let really = measured_bytes(|| {
        // The list of objects keeps them all alive until every reference is broken.
        for object in objects(&built) {
            for slot in object.strong.borrow_mut().iter_mut() {
                drop(slot.take_if(|to| is_target(to)));
            }
            object.weak.borrow_mut().retain(|to| snapshot.find_id(to) != Some(target));
        }
        built.roots.retain(|object| !is_target(object));
    });
    prop_assert_eq!(said.bytes, really);
    if plan.acyclic && snapshot.unexplained_strong(target) == 0 && !is_weakly_held(&snapshot, target) {
        prop_assert_eq!(retained, Some(really));
    }
    Ok(())
}

fn is_weakly_held(snapshot: &ObjectSnapshot, id: u32) -> bool {
    let is_weak = |&edge: &u32| snapshot.edges()[edge as usize].strength == Strength::Weak;
    snapshot.referrers(id).iter().any(is_weak)
}

fn dropping_the_roots_frees_what_is_said(plan: &Plan) -> Result<(), TestCaseError> {
    let (_measured, built, snapshot) = open(plan);
    let said = snapshot.simulate_root_drop(0);
    let Built { roots, untold } = built;
    let really = measured_bytes(|| drop(roots));
    prop_assert_eq!(said.bytes, really);
    prop_assert!(snapshot.retained_bytes(0) >= Some(said.bytes));
    if plan.acyclic {
        prop_assert_eq!(snapshot.retained_bytes(0), Some(really));
    }
    drop(untold);
    Ok(())
}

/// A slow, obvious model: remove an object and see what is no longer reached.
fn retained_is_what_is_not_reached_without(plan: &Plan) -> Result<(), TestCaseError> {
    let (_measured, _built, snapshot) = open(plan);
    let all = reached_bytes(&snapshot, None);
    for id in 0..snapshot.nodes().len() as u32 {
        let expected = all.0.contains(&id).then(|| all.1 - reached_bytes(&snapshot, Some(id)).1);
        prop_assert_eq!(snapshot.retained_bytes(id), expected, "object {}", id);
    }
    Ok(())
}

/// A slow, obvious model: an object is in a cycle if strong references lead from it back to it.
fn cycles_lead_back(plan: &Plan) -> Result<(), TestCaseError> {
    let (_measured, _built, snapshot) = open(plan);
    let mut in_cycles = 0;
    for id in 0..snapshot.nodes().len() as u32 {
        let (mut seen, mut turn) = (HashSet::new(), vec![id]);
        while let Some(from) = turn.pop() {
            let edges = snapshot.references(from).map(|number| &snapshot.edges()[number as usize]);
            let strong = edges.filter(|edge| edge.strength == Strength::Strong).map(|edge| edge.to);
            turn.extend(strong.filter(|&to| seen.insert(to)));
        }
        prop_assert_eq!(snapshot.is_in_cycle(id), seen.contains(&id), "object {}", id);
        in_cycles += usize::from(seen.contains(&id));
    }
    prop_assert_eq!(snapshot.cycles().iter().map(Vec::len).sum::<usize>(), in_cycles);
    prop_assert!(!plan.acyclic || in_cycles == 0);
    Ok(())
}

/// The objects that are reached, and the bytes of all kept blocks: those of the objects, and those
/// that weak references keep without the values. A dropped value is only its block, which weak
/// references reach.
fn reached_bytes(snapshot: &ObjectSnapshot, without: Option<u32>) -> (HashSet<u32>, u64) {
    let is_gone = |id: u32| snapshot.nodes()[id as usize].is_dropped();
    let ids = || 0..snapshot.nodes().len() as u32;
    let is_kept_weakly = |&id: &u32| snapshot.unexplained_weak(id) > 0;
    let is_start = |&id: &u32| {
        snapshot.nodes()[id as usize].root
            || snapshot.unexplained_strong(id) > 0
            || is_gone(id) && is_kept_weakly(&id)
    };
    let mut blocks: HashSet<u32> = ids().filter(|id| !is_gone(*id) && is_kept_weakly(id)).collect();
    let mut values = HashSet::new();
    let mut turn: Vec<u32> = ids().filter(is_start).collect();
    while let Some(id) = turn.pop() {
        if Some(id) == without || !values.insert(id) {
            continue;
        }
        blocks.insert(id);
        for number in snapshot.references(id) {
            let edge = &snapshot.edges()[number as usize];
            if edge.strength == Strength::Strong || is_gone(edge.to) {
                turn.push(edge.to);
            } else {
                blocks.insert(edge.to);
            }
        }
    }
    let bytes = blocks.iter().map(|&id| snapshot.nodes()[id as usize].shallow_bytes).sum();
    (values, bytes)
}

fn run(cases: u32, test: fn(&Plan) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(failure) = runner.run(&plans(), |plan| test(&plan)) {
        panic!("{failure}");
    }
}

fn main() {
    run(400, breaking_one_edge_frees_what_is_said);
    run(400, releasing_an_object_frees_what_is_said);
    run(400, dropping_the_roots_frees_what_is_said);
    run(60, retained_is_what_is_not_reached_without);
    run(60, cycles_lead_back);
    println!("breaking: ok");
}
