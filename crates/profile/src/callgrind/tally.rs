//! Sums by function, line and stack.

use super::{CALLERS, Counted, Function, Instruction, Line, Stack};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// Where an instruction stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) object: &'a str,
    pub(super) file: &'a str,
    pub(super) address: u64,
    pub(super) line: u32,
}

/// What is added up while the file is read.
pub(super) struct Tally {
    pub(super) total: u64,
    /// By the chain of symbols that stands for a function: the innermost first, `'` between.
    contexts: HashMap<String, Context>,
    instructions: HashMap<(Rc<str>, u64), Instruction>,
    objects: HashSet<Rc<str>>,
    files: HashSet<Rc<str>>,
}

#[derive(Default)]
struct Context {
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

    /// Instructions of one address in one chain.
    pub(super) fn cost(&mut self, chain: &str, place: Place<'_>, cost: u64) {
        self.context(chain).own += cost;
        self.instruction(place).exclusive += cost;
    }

    /// Calls from one address, and what they cost inclusively.
    pub(super) fn call(&mut self, chain: &str, to: &str, place: Place<'_>, count: u64, cost: u64) {
        self.context(to).calls += count;
        // What an inner call of a recursive function cost is within what the outermost one cost.
        let called = if is_inner(chain) { 0 } else { cost };
        self.instruction(place).called += called;
    }

    fn context(&mut self, chain: &str) -> &mut Context {
        if !self.contexts.contains_key(chain) {
            self.contexts.insert(chain.to_owned(), Context::default());
        }
        self.contexts.entry(chain.to_owned()).or_default()
    }

    fn instruction(&mut self, place: Place<'_>) -> &mut Instruction {
        let object = shared(&mut self.objects, place.object);
        let file = shared(&mut self.files, place.file);
        self.instructions.entry((Rc::clone(&object), place.address)).or_insert_with(|| Instruction {
            object,
            address: place.address,
            file,
            line: place.line,
            exclusive: 0,
            called: 0,
        })
    }

    pub(super) fn counted(self, name: impl Fn(&str) -> String) -> Counted {
        let mut named: HashMap<&str, String> = HashMap::new();
        let mut sums: BTreeMap<Vec<String>, Context> = BTreeMap::new();
        let mut cut = 0;
        for (chain, context) in &self.contexts {
            let frames: Vec<String> = chain
                .split('\'')
                .rev()
                .map(|symbol| named.entry(symbol).or_insert_with(|| name(symbol)).clone())
                .collect();
            cut += if frames.len() > CALLERS { context.own } else { 0 };
            let of_names = sums.entry(frames).or_default();
            of_names.own += context.own;
            of_names.calls += context.calls;
        }
        let stack =
            |(frames, sums): (Vec<String>, Context)| Stack { frames, cost: sums.own, calls: sums.calls };
        let stacks: Vec<Stack> = sums.into_iter().map(stack).collect();
        let functions = by_function(&stacks);
        let stacks = stacks.into_iter().filter(|stack| stack.cost > 0).collect();
        let mut instructions: Vec<Instruction> = self.instructions.into_values().collect();
        instructions.sort_by(|a, b| (&a.object, a.address).cmp(&(&b.object, b.address)));
        Counted { total: self.total, functions, instructions, stacks, cut }
    }
}

/// Sums by line, in the order of files and lines.
pub(super) fn by_line(
    instructions: &[Instruction],
    mut place: impl FnMut(&Instruction) -> Option<(String, u32)>,
) -> Vec<Line> {
    let mut lines: BTreeMap<(String, u32), Line> = BTreeMap::new();
    for one in instructions {
        let Some((file, number)) = place(one) else { continue };
        let line = lines.entry((file, number)).or_default();
        line.hits = line.hits.max(one.exclusive);
        line.exclusive += one.exclusive;
        line.inclusive += one.exclusive + one.called;
    }
    lines.into_iter().map(|((file, number), sums)| Line { file, number, ..sums }).collect()
}

fn shared(known: &mut HashSet<Rc<str>>, text: &str) -> Rc<str> {
    if let Some(known) = known.get(text) {
        return Rc::clone(known);
    }
    let new: Rc<str> = text.into();
    known.insert(Rc::clone(&new));
    new
}

/// Sums by function, what a function cost by itself first.
pub(super) fn by_function(stacks: &[Stack]) -> Vec<Function> {
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
    let function = |(name, (inclusive, exclusive, calls)): (&str, (u64, u64, u64))| Function {
        name: name.to_owned(),
        calls,
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
