//! What a picture teaches, said in words: computed from the snapshot, never written down.

use crate::node::Opaque;
use crate::snapshot::Snapshot;
use serde::Serialize;

/// One sentence in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// Sentences, and the reference that they are about.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) marked: Option<u32>,
}

impl Told {
    fn say(&mut self, en: String, zh: String) {
        self.sentences.push(Sentence { en, zh });
    }
}

/// Why an object is alive, and what to break.
pub(crate) fn backrefs(snapshot: &Snapshot, target: Option<u32>) -> Told {
    let mut told = Told::default();
    let Some(target) = target else { return told };
    let name = snapshot.called(target);
    match snapshot.chain_to(target) {
        Some(chain) if !chain.is_empty() => {
            let way = snapshot.written(&chain);
            told.say(
                format!("{name} is alive because of {way}."),
                format!("{name} 之所以还活着，是因为：{way}。"),
            );
            told.marked = snapshot.edge_to_break(&chain, target);
            match told.marked {
                Some(edge) => breaking(snapshot, edge, &mut told),
                None => told.say(
                    format!("No single reference of this chain, if broken, frees {name}: others keep it alive as well."),
                    format!("单独断开这条链上的任何一个引用，{name} 都不会被释放：还有别的引用让它活着。"),
                ),
            }
        }
        _ if snapshot.is_leaked(target) => leaked(snapshot, &name, &mut told),
        _ => {}
    }
    cycle(snapshot, target, &name, &mut told);
    unexplained(snapshot, target, &name, &mut told);
    gone(snapshot, target, &name, &mut told);
    told
}

/// What would go with an object, and what could not be seen.
pub(crate) fn refs(snapshot: &Snapshot, of: Option<u32>) -> Told {
    let mut told = Told::default();
    let Some(id) = of else { return told };
    let name = snapshot.called(id);
    let retained = snapshot.retained_bytes(id);
    let freed = if snapshot.is_root(id) { snapshot.dropping_root(id) } else { snapshot.releasing(id) };
    if let Some(retained) = retained {
        let really = bytes(freed.bytes);
        told.say(
            format!("If {name} goes, {} go free.", really.en),
            format!("{name} 一消失，就会释放{}。", really.zh),
        );
        if retained > freed.bytes {
            let kept = bytes(retained - freed.bytes);
            told.say(
                format!(
                    "{} more would stay, although nobody could reach them: they keep themselves alive in a cycle.",
                    kept.en
                ),
                format!("另外{}虽然再也没人能到达，却不会被释放：它们结成环，互相让对方活着。", kept.zh),
            );
        }
    }
    hidden(snapshot, &mut told);
    told
}

/// "Break this edge and N bytes go free".
fn breaking(snapshot: &Snapshot, edge: u32, told: &mut Told) {
    let freed = snapshot.breaking(&[edge]);
    let (edge, size) = (snapshot.reference(edge), bytes(freed.bytes));
    let (count, objects) =
        (number(freed.objects.len() as u64), if freed.objects.len() == 1 { "object" } else { "objects" });
    told.say(
        format!("Break {edge}, and {} go free: {count} {objects}.", size.en),
        format!("断开 {edge} 这个引用，会释放{}，共 {count} 个对象。", size.zh),
    );
}

fn leaked(snapshot: &Snapshot, name: &str, told: &mut Told) {
    let all = snapshot.leaked();
    let size = bytes(all.iter().map(|&id| snapshot.nodes()[id as usize].shallow_bytes).sum());
    let count = number(all.len() as u64);
    told.say(
        format!("No root reaches {name}, and it is not free. {count} such objects hold {}.", size.en),
        format!("没有任何根能到达 {name}，它却没有被释放。这样的对象共 {count} 个，占{}。", size.zh),
    );
}

fn cycle(snapshot: &Snapshot, target: u32, name: &str, told: &mut Told) {
    let cycles = snapshot.cycles();
    if let Some(cycle) = cycles.iter().find(|cycle| cycle.binary_search(&target).is_ok()) {
        let count = number(cycle.len() as u64);
        told.say(
            format!(
                "{name} is in a cycle of strong references, {count} in all: counting alone never frees it."
            ),
            format!("{name} 在一个强引用环里，环上共 {count} 个对象：光靠引用计数，永远释放不了。"),
        );
    }
}

fn unexplained(snapshot: &Snapshot, target: u32, name: &str, told: &mut Told) {
    match snapshot.unexplained(target) {
        0 => {}
        1 => told.say(
            format!("1 reference to {name} no root explains: a variable that was not named, or a closure."),
            format!("{name} 还有 1 个引用，给出的根都解释不了：可能是没有列出的变量，也可能被闭包捕获了。"),
        ),
        count => told.say(
            format!(
                "{} references to {name} no root explains: variables that were not named, or closures.",
                number(count)
            ),
            format!(
                "{name} 还有 {} 个引用，给出的根都解释不了：可能是没有列出的变量，也可能被闭包捕获了。",
                number(count)
            ),
        ),
    }
}

fn gone(snapshot: &Snapshot, target: u32, name: &str, told: &mut Told) {
    let Some(node) = snapshot.node(target).filter(|node| node.is_gone()) else { return };
    let size = bytes(node.shallow_bytes);
    told.say(
        format!("{name} was dropped; its block of {} stays as long as a Weak points to it.", size.en),
        format!("{name} 的值已经析构，但只要还有 Weak 指着它，它那块{}的内存就还在。", size.zh),
    );
}

fn hidden(snapshot: &Snapshot, told: &mut Told) {
    let of = |why: Opaque| snapshot.nodes().iter().filter(|node| node.opaque == Some(why)).count() as u64;
    let (busy, hidden) = (of(Opaque::Borrowed) + of(Opaque::Locked), of(Opaque::Hidden));
    if busy > 0 {
        told.say(
            format!(
                "{} could not be looked into, because a cell in it was borrowed or locked.",
                objects(busy)
            ),
            format!("有 {} 个对象没能看进去：里面的单元正被借用，或者被锁住了。", number(busy)),
        );
    }
    if hidden > 0 {
        told.say(
            format!("{} could not be looked into: nobody sees what a closure has captured.", objects(hidden)),
            format!("有 {} 个对象没能看进去：闭包捕获了什么，从外面看不见。", number(hidden)),
        );
    }
}

impl Snapshot {
    /// `Rc<Session>` with its id, or a root by its name.
    pub(crate) fn called(&self, id: u32) -> String {
        match self.node(id) {
            Some(node) if !node.label.is_empty() => node.label.to_string(),
            Some(node) => format!("{} (#{id})", node.type_name),
            None => format!("#{id}"),
        }
    }

    /// A chain from its start to its end: `service → bus → listeners → [0] → Rc<Session> (#7)`. A long one in part.
    pub fn written(&self, chain: &[u32]) -> String {
        const MOST: usize = 12;
        let Some(&first) = chain.first() else { return String::new() };
        let steps: Vec<&u32> = if chain.len() > MOST {
            chain[..MOST / 2].iter().chain(&chain[chain.len() - MOST / 2..]).collect()
        } else {
            chain.iter().collect()
        };
        let mut way = self.called(self.edge(first).from);
        for (index, &&number) in steps.iter().enumerate() {
            let edge = self.edge(number);
            if chain.len() > MOST && index == MOST / 2 {
                way += &format!(" → … ({}) …", chain.len() - steps.len());
            }
            way += &match edge.label.to_string() {
                label if label.is_empty() => format!(" → {}", self.nodes()[edge.to as usize].type_name),
                label => format!(" → {label}: {}", self.nodes()[edge.to as usize].type_name),
            };
        }
        way
    }

    /// One reference: `Vec<Rc<Session>> (#3)[0]`, `service.bus`.
    pub fn reference(&self, number: u32) -> String {
        let edge = self.edge(number);
        let label = edge.label.to_string();
        let dot = if label.is_empty() || label.starts_with('[') { "" } else { "." };
        format!("{}{dot}{label}", self.called(edge.from))
    }
}

fn objects(count: u64) -> String {
    format!("{} object{}", number(count), if count == 1 { "" } else { "s" })
}

fn bytes(count: u64) -> Sentence {
    let digits = number(count);
    let unit = if count == 1 { "byte" } else { "bytes" };
    Sentence { en: format!("{digits} {unit}"), zh: format!(" {digits} 字节") }
}

/// With a comma after every three digits.
fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
