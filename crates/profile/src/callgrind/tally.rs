//! Sums by function, line and stack.

use super::{CALLERS, Counted, Function, Line, Stack};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where an instruction stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) address: u64,
    pub(super) line: u32,
}

/// What is added up while the file is read.
pub(super) struct Tally {
    pub(super) total: u64,
    /// By the chain of symbols that stands for a function: the innermost first, `'` between.
    contexts: HashMap<String, Context>,
    lines: BTreeMap<(String, u32), LineSums>,
}

#[derive(Default)]
struct Context {
    own: u64,
    calls: u64,
}

#[derive(Default)]
struct LineSums {
    exclusive: u64,
    called: u64,
    by_address: HashMap<u64, u64>,
}

impl Tally {
    pub(super) fn new() -> Tally {
        Tally { total: 0, contexts: HashMap::new(), lines: BTreeMap::new() }
    }

    /// Instructions of one address in one chain.
    pub(super) fn cost(&mut self, chain: &str, place: Place<'_>, cost: u64) {
        self.context(chain).own += cost;
        if let Some(line) = self.line(place) {
            line.exclusive += cost;
            *line.by_address.entry(place.address).or_default() += cost;
        }
    }

    /// Calls from one address, and what they cost inclusively.
    pub(super) fn call(&mut self, chain: &str, to: &str, place: Place<'_>, count: u64, cost: u64) {
        self.context(to).calls += count;
        // What an inner call of a recursive function cost is within what the outermost one cost.
        if !is_inner(chain)
            && let Some(line) = self.line(place)
        {
            line.called += cost;
        }
    }

    fn context(&mut self, chain: &str) -> &mut Context {
        if !self.contexts.contains_key(chain) {
            self.contexts.insert(chain.to_owned(), Context::default());
        }
        self.contexts.entry(chain.to_owned()).or_default()
    }

    fn line(&mut self, place: Place<'_>) -> Option<&mut LineSums> {
        // Line 0 is the compiler's own code, `???` has no debug information.
        let known = place.line > 0 && place.file != "???";
        known.then(|| self.lines.entry((place.file.to_owned(), place.line)).or_default())
    }

    pub(super) fn counted(self, name: impl Fn(&str) -> String) -> Counted {
        let mut named: HashMap<&str, String> = HashMap::new();
        let mut calls: HashMap<String, u64> = HashMap::new();
        let mut sums: BTreeMap<Vec<String>, u64> = BTreeMap::new();
        let mut cut = 0;
        for (chain, context) in &self.contexts {
            let frames: Vec<String> = chain
                .split('\'')
                .rev()
                .map(|symbol| named.entry(symbol).or_insert_with(|| name(symbol)).clone())
                .collect();
            cut += if frames.len() > CALLERS { context.own } else { 0 };
            *calls.entry(frames.last().cloned().unwrap_or_default()).or_default() += context.calls;
            *sums.entry(frames).or_default() += context.own;
        }
        let stacks: Vec<Stack> = sums.into_iter().map(|(frames, cost)| Stack { frames, cost }).collect();
        let lines = self.lines.into_iter().map(|((file, number), sums)| Line {
            file,
            number,
            hits: sums.by_address.into_values().max().unwrap_or(0),
            exclusive: sums.exclusive,
            inclusive: sums.exclusive + sums.called,
        });
        let functions = by_function(&stacks, |name| calls.get(name).copied().unwrap_or(0));
        let stacks = stacks.into_iter().filter(|stack| stack.cost > 0).collect();
        Counted { total: self.total, functions, lines: lines.collect(), stacks, cut }
    }
}

/// Sums by function, what a function cost by itself first.
pub(super) fn by_function(stacks: &[Stack], calls: impl Fn(&str) -> u64) -> Vec<Function> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for stack in stacks {
        let frames: HashSet<&str> = stack.frames.iter().map(String::as_str).collect();
        for frame in frames {
            sums.entry(frame).or_default().0 += stack.cost;
        }
        if let Some(innermost) = stack.frames.last() {
            sums.entry(innermost).or_default().1 += stack.cost;
        }
    }
    let function = |(name, (inclusive, exclusive)): (&str, (u64, u64))| Function {
        name: name.to_owned(),
        calls: calls(name),
        inclusive,
        exclusive,
    };
    let mut functions: Vec<Function> = sums.into_iter().map(function).collect();
    // They stand by name: the sort keeps that order where costs are equal, on every run.
    functions.sort_by_key(|function| std::cmp::Reverse((function.exclusive, function.inclusive)));
    functions
}

/// Whether the innermost function of a chain is among its own callers.
fn is_inner(chain: &str) -> bool {
    let mut symbols = chain.split('\'');
    let innermost = symbols.next();
    symbols.any(|symbol| Some(symbol) == innermost)
}
