//! The collector against an oracle that knows no counts: it marks from the roots, slowly and
//! obviously. On 10,000 random programs, with finalisers that save, both must agree after every
//! step on who is alive.

use super::world::{Node, World};
use crate::{Gc, OLDEST};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const CASES: u32 = 10_000;
/// With as many births as that no collection starts by itself: the program says when.
const MOST_STEPS: usize = 1_200;

/// What happens next, and to whom.
type Step = (u8, u16, u16);

#[test]
fn it_frees_what_the_oracle_says_on_ten_thousand_random_graphs() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let small = prop::collection::vec(any::<Step>(), 0..80);
    let large = prop::collection::vec(any::<Step>(), 0..MOST_STEPS);
    let seen = std::cell::Cell::new([0; 4]);
    let outcome = TestRunner::new_with_rng(config, rng).run(&prop_oneof![24 => small, 1 => large], |steps| {
        let [most, freed, resurrected, young] = seen.get();
        let case = run(&steps)?;
        let most = case[0].max(most);
        seen.set([most, freed + case[1], resurrected + case[2], young + case[3]]);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let [most, freed, resurrected, young] = seen.get();
    println!("up to {most} nodes; {freed} freed, {young} of them young; {resurrected} resurrected");
    assert!(
        most > 200 && freed > 50_000 && young > 1_000 && resurrected > 10_000,
        "nothing was put to the test"
    );
}

/// Both through the same steps. Returns nodes, freed, resurrected, and freed while the oldest were
/// left alone.
fn run(steps: &[Step]) -> Result<[usize; 4], TestCaseError> {
    let world = World::default();
    let mut roots: Vec<Gc<Node>> = Vec::new();
    let mut oracle = Oracle::default();
    let mut seen = [0; 4];
    for &(kind, a, b) in steps {
        match kind % 16 {
            0..4 => {
                let node = world.node(oracle.nodes.len());
                let rescue = (kind % 16 == 0).then_some(usize::from(a % 3));
                node.rescue.set(rescue);
                roots.push(node);
                oracle.make(rescue);
            }
            4..11 => {
                if let (Some(from), Some(to)) = (pick(&roots, a), pick(&roots, b)) {
                    from.refer_to(&to);
                    oracle.nodes[from.id].refs.push(to.id);
                }
            }
            11 => {
                if let Some(from) = pick(&roots, a)
                    && !from.refs.borrow().is_empty()
                {
                    let index = usize::from(b) % from.refs.borrow().len();
                    let cut = from.refs.borrow_mut().swap_remove(index);
                    drop(cut);
                    oracle.nodes[from.id].refs.swap_remove(index);
                }
            }
            12..15 => {
                if !roots.is_empty() {
                    let index = usize::from(a) % roots.len();
                    roots.swap_remove(index);
                    oracle.roots.swap_remove(index);
                }
            }
            _ => {
                let generation = usize::from(a % 4).min(OLDEST);
                let run = world.heap.collect(generation);
                let expected = oracle.collect(generation);
                prop_assert_eq!([run.examined, run.freed, run.resurrected], expected);
                seen[1] += run.freed;
                seen[2] += run.resurrected;
                seen[3] += if generation < OLDEST { run.freed } else { 0 };
            }
        }
        // A birth or one more reference kills nobody.
        if kind % 16 >= 11 {
            settle(&world, &mut roots, &mut oracle)?;
        }
    }
    seen[0] = oracle.nodes.len();
    // Everybody lets go. Each finaliser has one turn left at most, so that this comes to an end
    // with nobody alive.
    loop {
        roots.clear();
        oracle.roots.clear();
        settle(&world, &mut roots, &mut oracle)?;
        let run = world.heap.collect(OLDEST);
        prop_assert_eq!([run.examined, run.freed, run.resurrected], oracle.collect(OLDEST));
        seen[1] += run.freed;
        seen[2] += run.resurrected;
        settle(&world, &mut roots, &mut oracle)?;
        if roots.is_empty() {
            break;
        }
    }
    prop_assert_eq!(world.heap.live_objects(), 0);
    Ok(seen)
}

/// The counts do their work, the saved become roots (in an order that both know), and everybody is
/// looked at.
fn settle(world: &World, roots: &mut Vec<Gc<Node>>, oracle: &mut Oracle) -> Result<(), TestCaseError> {
    oracle.free_what_nobody_refers_to();
    let mut saved = world.rescued.take();
    saved.sort_by_key(|node| node.id);
    roots.extend(saved);
    oracle.rescued.sort_unstable();
    oracle.roots.append(&mut oracle.rescued);
    prop_assert_eq!(roots.iter().map(|root| root.id).collect::<Vec<_>>(), oracle.roots.clone());
    prop_assert_eq!(world.alive(), oracle.nodes.iter().map(|node| node.alive).collect::<Vec<_>>());
    for root in roots {
        prop_assert_eq!(root.generation(), Some(oracle.nodes[root.id].generation));
    }
    Ok(())
}

/// A root, or somebody up to three references away from one.
fn pick(roots: &[Gc<Node>], number: u16) -> Option<Gc<Node>> {
    let mut number = usize::from(number);
    let mut node = roots.get(number.checked_rem(roots.len())?)?.clone();
    for _ in 0..number % 4 {
        number /= 4;
        let refs = node.refs.borrow();
        let Some(next) = number.checked_rem(refs.len()).and_then(|index| refs.get(index)).cloned() else {
            break;
        };
        drop(refs);
        node = next;
    }
    Some(node)
}

#[derive(Default)]
struct Oracle {
    nodes: Vec<Known>,
    roots: Vec<usize>,
    rescued: Vec<usize>,
}

struct Known {
    alive: bool,
    generation: usize,
    refs: Vec<usize>,
    rescue: Option<usize>,
    finalized: bool,
}

impl Oracle {
    fn make(&mut self, rescue: Option<usize>) {
        self.roots.push(self.nodes.len());
        self.nodes.push(Known { alive: true, generation: 0, refs: Vec::new(), rescue, finalized: false });
    }

    fn alive(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&id| self.nodes[id].alive).collect()
    }

    /// Whether it had to run.
    fn finalize(&mut self, id: usize) -> bool {
        let node = &mut self.nodes[id];
        let first = !std::mem::replace(&mut node.finalized, true);
        if first && let Some(&saved) = node.rescue.and_then(|index| node.refs.get(index)) {
            self.rescued.push(saved);
        }
        first
    }

    fn mark(&self, from: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marked = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut marked[id], true) {
                open.extend(&self.nodes[id].refs);
            }
        }
        marked
    }

    fn collect(&mut self, generation: usize) -> [usize; 3] {
        let (examined, older): (Vec<usize>, Vec<usize>) =
            self.alive().into_iter().partition(|&id| self.nodes[id].generation <= generation);
        let reached = self.mark(self.roots.iter().chain(&older).copied());
        let (survivors, garbage): (Vec<usize>, Vec<usize>) = examined.iter().partition(|&&id| reached[id]);
        for &id in &examined {
            self.nodes[id].generation = (generation + 1).min(OLDEST);
        }
        // All of them, before anybody is freed.
        let finalized = garbage.iter().filter(|&&id| self.finalize(id)).count();
        let held = self.roots.iter().chain(&self.rescued).chain(&older).chain(&survivors).copied();
        let reached = self.mark(held);
        let (resurrected, freed): (Vec<usize>, Vec<usize>) = garbage.iter().partition(|&&id| reached[id]);
        assert!(finalized > 0 || resurrected.is_empty());
        for &id in &freed {
            self.nodes[id].alive = false;
        }
        self.free_what_nobody_refers_to();
        [examined.len(), freed.len(), resurrected.len()]
    }

    /// Reference counting, without counts: until nobody is left to whom nobody refers.
    fn free_what_nobody_refers_to(&mut self) {
        loop {
            let mut referred = vec![false; self.nodes.len()];
            let by_nodes = self.nodes.iter().filter(|node| node.alive).flat_map(|node| &node.refs);
            for &id in by_nodes.chain(&self.roots).chain(&self.rescued) {
                referred[id] = true;
            }
            let unreferred: Vec<usize> = self.alive().into_iter().filter(|&id| !referred[id]).collect();
            if unreferred.is_empty() {
                return;
            }
            for id in unreferred {
                self.finalize(id);
                self.nodes[id].alive = false;
            }
        }
    }
}
