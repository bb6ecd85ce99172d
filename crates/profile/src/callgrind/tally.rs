//! Sums by function, line and stack.

use super::{CallgrindProfile, FunctionCost, InstructionCost, LineCost, MAX_CALLERS, StackCost};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// The location of an instruction.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) object: &'a str,
    pub(super) file: &'a str,
    pub(super) address: u64,
    pub(super) line: u32,
}

/// Sums while the file is read.
pub(super) struct Tally {
    pub(super) total: u64,
    /// By the chain of symbols, the innermost first, separated by `'`.
    contexts: HashMap<String, ChainCost>,
    instructions: HashMap<(Rc<str>, u64), InstructionCost>,
    objects: HashSet<Rc<str>>,
    files: HashSet<Rc<str>>,
}

#[derive(Default)]
struct ChainCost {
    own: u64,
    calls: u64,
}

impl Tally {
    pub(super) fn new() -> Tally {
        Tally {
            total: 0,
            contexts: HashMap::new(),
            instructions: HashMap::new(),
            objects: HashSet::new(),
            files: HashSet::new(),
        }
    }

    /// Adds instructions of one address in one chain.
    pub(super) fn add_cost(&mut self, chain: &str, place: Place<'_>, cost: u64) {
        self.chain_mut(chain).own += cost;
        self.instruction_mut(place).exclusive += cost;
    }

    /// Adds calls from one address, and their inclusive cost.
    pub(super) fn add_call(&mut self, chain: &str, to: &str, place: Place<'_>, count: u64, cost: u64) {
        self.chain_mut(to).calls += count;
        // The cost of an inner call of a recursive function is contained in the outermost call's.
        let called = if is_recursive_call(chain) { 0 } else { cost };
        self.instruction_mut(place).called += called;
    }

    fn chain_mut(&mut self, chain: &str) -> &mut ChainCost {
        if !self.contexts.contains_key(chain) {
            self.contexts.insert(chain.to_owned(), ChainCost::default());
        }
        self.contexts.entry(chain.to_owned()).or_default()
    }

    fn instruction_mut(&mut self, place: Place<'_>) -> &mut InstructionCost {
        let object = intern(&mut self.objects, place.object);
        let file = intern(&mut self.files, place.file);
        self.instructions.entry((Rc::clone(&object), place.address)).or_insert_with(|| InstructionCost {
            object,
            address: place.address,
            file,
            line: place.line,
            exclusive: 0,
            called: 0,
        })
    }

    pub(super) fn into_profile(self, name: impl Fn(&str) -> String) -> CallgrindProfile {
        let mut named: HashMap<&str, String> = HashMap::new();
        let mut sums: BTreeMap<Vec<String>, ChainCost> = BTreeMap::new();
        let mut cut = 0;
        for (chain, context) in &self.contexts {
            let frames: Vec<String> = chain
                .split('\'')
                .rev()
                .map(|symbol| named.entry(symbol).or_insert_with(|| name(symbol)).clone())
                .collect();
            cut += if frames.len() > MAX_CALLERS { context.own } else { 0 };
            let of_names = sums.entry(frames).or_default();
            of_names.own += context.own;
            of_names.calls += context.calls;
        }
        let stack = |(frames, sums): (Vec<String>, ChainCost)| StackCost {
            frames,
            cost: sums.own,
            calls: sums.calls,
        };
        let stacks: Vec<StackCost> = sums.into_iter().map(stack).collect();
        let functions = sum_by_function(&stacks);
        let stacks = stacks.into_iter().filter(|stack| stack.cost > 0).collect();
        let mut instructions: Vec<InstructionCost> = self.instructions.into_values().collect();
        instructions.sort_by(|a, b| (&a.object, a.address).cmp(&(&b.object, b.address)));
        CallgrindProfile { total: self.total, functions, instructions, stacks, cut }
    }
}

/// Sums by line, in the order of files and lines.
pub(super) fn sum_by_line(
    instructions: &[InstructionCost],
    mut place: impl FnMut(&InstructionCost) -> Option<(String, u32)>,
) -> Vec<LineCost> {
    let mut lines: BTreeMap<(String, u32), LineCost> = BTreeMap::new();
    for one in instructions {
        let Some((file, number)) = place(one) else { continue };
        let line = lines.entry((file, number)).or_default();
        line.hits = line.hits.max(one.exclusive);
        line.exclusive += one.exclusive;
        line.inclusive += one.exclusive + one.called;
    }
    lines.into_iter().map(|((file, number), sums)| LineCost { file, number, ..sums }).collect()
}

fn intern(known: &mut HashSet<Rc<str>>, text: &str) -> Rc<str> {
    if let Some(known) = known.get(text) {
        return Rc::clone(known);
    }
    let new: Rc<str> = text.into();
    known.insert(Rc::clone(&new));
    new
}

/// Sums by function, sorted by the functions' own cost, the highest first.
pub(super) fn sum_by_function(stacks: &[StackCost]) -> Vec<FunctionCost> {
    let mut sums: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for stack in stacks {
        let frames: HashSet<&str> = stack.frames.iter().map(String::as_str).collect();
        for frame in frames {
            sums.entry(frame).or_default().0 += stack.cost;
        }
        if let Some(innermost) = stack.frames.last() {
            let sums = sums.entry(innermost).or_default();
            sums.1 += stack.cost;
            sums.2 += stack.calls;
        }
    }
    let function = |(name, (inclusive, exclusive, calls)): (&str, (u64, u64, u64))| FunctionCost {
        name: name.to_owned(),
        calls,
        inclusive,
        exclusive,
    };
    let mut functions: Vec<FunctionCost> = sums.into_iter().map(function).collect();
    // They are sorted by name: the stable sort keeps that order where costs are equal.
    functions.sort_by_key(|function| std::cmp::Reverse((function.exclusive, function.inclusive)));
    functions
}

/// Whether the innermost function of a chain is among its own callers.
fn is_recursive_call(chain: &str) -> bool {
    let mut symbols = chain.split('\'');
    let innermost = symbols.next();
    symbols.any(|symbol| Some(symbol) == innermost)
}
