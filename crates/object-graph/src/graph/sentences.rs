//! Explains a graph in sentences, computed from the snapshot.

use crate::node::OpaqueReason;
use crate::snapshot::ObjectSnapshot;
use heaplab_record::Text;

/// The sentences, and the reference that they are about.
#[derive(Default)]
pub(crate) struct Explanation {
    pub(crate) sentences: Vec<Text>,
    pub(crate) marked: Option<u32>,
}

impl Explanation {
    fn push(&mut self, en: String, zh: String) {
        self.sentences.push(Text { en, zh });
    }
}

/// Why an object is alive, and what to break.
pub(crate) fn explain_backrefs(snapshot: &ObjectSnapshot, target: Option<u32>) -> Explanation {
    let mut explanation = Explanation::default();
    let Some(target) = target else { return explanation };
    let name = snapshot.display_name(target);
    match snapshot.find_chain_to(target) {
        Some(chain) if !chain.is_empty() => {
            let path = snapshot.describe_chain(&chain);
            explanation.push(
                format!("{name} is alive because of {path}."),
                format!("{name} 之所以还活着，是因为：{path}。"),
            );
            explanation.marked = snapshot.find_edge_to_break(&chain, target);
            match explanation.marked {
                Some(edge) => explain_break(snapshot, edge, &mut explanation),
                None => explanation.push(
                    format!("No single reference of this chain, if broken, frees {name}: others keep it alive as well."),
                    format!("单独断开这条链上的任何一个引用，{name} 都不会被释放：还有别的引用让它活着。"),
                ),
            }
        }
        _ if snapshot.is_leaked(target) => explain_leak(snapshot, &name, &mut explanation),
        _ => {}
    }
    explain_cycle(snapshot, target, &name, &mut explanation);
    explain_unexplained(snapshot, target, &name, &mut explanation);
    explain_dropped(snapshot, target, &name, &mut explanation);
    explanation
}

/// What would be freed with an object, and what could not be traced.
pub(crate) fn explain_refs(snapshot: &ObjectSnapshot, of: Option<u32>) -> Explanation {
    let mut explanation = Explanation::default();
    let Some(id) = of else { return explanation };
    let name = snapshot.display_name(id);
    let retained = snapshot.retained_bytes(id);
    let freed =
        if snapshot.is_root(id) { snapshot.simulate_root_drop(id) } else { snapshot.simulate_release(id) };
    if let Some(retained) = retained {
        let really = format_bytes(freed.bytes);
        explanation.push(
            format!("If {name} goes, {} go free.", really.en),
            format!("{name} 一消失，就会释放{}。", really.zh),
        );
        if retained > freed.bytes {
            let kept = format_bytes(retained - freed.bytes);
            explanation.push(
                format!(
                    "{} more would stay, although nobody could reach them: they keep themselves alive in a cycle.",
                    kept.en
                ),
                format!("另外{}虽然再也没人能到达，却不会被释放：它们结成环，互相让对方活着。", kept.zh),
            );
        }
    }
    explain_opaque(snapshot, &mut explanation);
    explanation
}

fn explain_break(snapshot: &ObjectSnapshot, edge: u32, explanation: &mut Explanation) {
    let freed = snapshot.simulate_break(&[edge]);
    let (edge, size) = (snapshot.describe_edge(edge), format_bytes(freed.bytes));
    let (count, objects) = (
        group_digits(freed.objects.len() as u64),
        if freed.objects.len() == 1 { "object" } else { "objects" },
    );
    explanation.push(
        format!("Break {edge}, and {} go free: {count} {objects}.", size.en),
        format!("断开 {edge} 这个引用，会释放{}，共 {count} 个对象。", size.zh),
    );
}

fn explain_leak(snapshot: &ObjectSnapshot, name: &str, explanation: &mut Explanation) {
    let all = snapshot.leaked_objects();
    let size = format_bytes(all.iter().map(|&id| snapshot.nodes()[id as usize].shallow_bytes).sum());
    let count = group_digits(all.len() as u64);
    explanation.push(
        format!("No root reaches {name}, and it is not free. {count} such objects hold {}.", size.en),
        format!("没有任何根能到达 {name}，它却没有被释放。这样的对象共 {count} 个，占{}。", size.zh),
    );
}

fn explain_cycle(snapshot: &ObjectSnapshot, target: u32, name: &str, explanation: &mut Explanation) {
    let cycles = snapshot.cycles();
    if let Some(cycle) = cycles.iter().find(|cycle| cycle.binary_search(&target).is_ok()) {
        let count = group_digits(cycle.len() as u64);
        explanation.push(
            format!(
                "{name} is in a cycle of strong references, {count} in all: counting alone never frees it."
            ),
            format!("{name} 在一个强引用环里，环上共 {count} 个对象：光靠引用计数，永远释放不了。"),
        );
    }
}

fn explain_unexplained(snapshot: &ObjectSnapshot, target: u32, name: &str, explanation: &mut Explanation) {
    match snapshot.unexplained_strong(target) {
        0 => {}
        1 => explanation.push(
            format!("1 reference to {name} no root explains: a variable that was not named, or a closure."),
            format!("{name} 还有 1 个引用，给出的根都解释不了：可能是没有列出的变量，也可能被闭包捕获了。"),
        ),
        count => explanation.push(
            format!(
                "{} references to {name} no root explains: variables that were not named, or closures.",
                group_digits(count)
            ),
            format!(
                "{name} 还有 {} 个引用，给出的根都解释不了：可能是没有列出的变量，也可能被闭包捕获了。",
                group_digits(count)
            ),
        ),
    }
}

fn explain_dropped(snapshot: &ObjectSnapshot, target: u32, name: &str, explanation: &mut Explanation) {
    let Some(node) = snapshot.node(target).filter(|node| node.is_dropped()) else { return };
    let size = format_bytes(node.shallow_bytes);
    explanation.push(
        format!("{name} was dropped; its block of {} stays as long as a Weak points to it.", size.en),
        format!("{name} 的值已经析构，但只要还有 Weak 指着它，它那块{}的内存就还在。", size.zh),
    );
}

fn explain_opaque(snapshot: &ObjectSnapshot, explanation: &mut Explanation) {
    let of =
        |why: OpaqueReason| snapshot.nodes().iter().filter(|node| node.opaque == Some(why)).count() as u64;
    let (busy, hidden) = (of(OpaqueReason::Borrowed) + of(OpaqueReason::Locked), of(OpaqueReason::Hidden));
    if busy > 0 {
        explanation.push(
            format!(
                "{} could not be looked into, because a cell in it was borrowed or locked.",
                format_objects(busy)
            ),
            format!("有 {} 个对象没能看进去：里面的单元正被借用，或者被锁住了。", group_digits(busy)),
        );
    }
    if hidden > 0 {
        explanation.push(
            format!(
                "{} could not be looked into: nobody sees what a closure has captured.",
                format_objects(hidden)
            ),
            format!("有 {} 个对象没能看进去：闭包捕获了什么，从外面看不见。", group_digits(hidden)),
        );
    }
}

impl ObjectSnapshot {
    /// The name of a root, or a type with an id: `Rc<Session> (#7)`.
    pub(crate) fn display_name(&self, id: u32) -> String {
        match self.node(id) {
            Some(node) if !node.label.is_empty() => node.label.to_string(),
            Some(node) => format!("{} (#{id})", node.type_name),
            None => format!("#{id}"),
        }
    }

    /// A chain from its start to its end, `service → bus → listeners → [0] → Rc<Session>`; the
    /// middle of a long one is left out.
    pub fn describe_chain(&self, chain: &[u32]) -> String {
        const MOST: usize = 12;
        let Some(&first) = chain.first() else { return String::new() };
        let steps: Vec<&u32> = if chain.len() > MOST {
            chain[..MOST / 2].iter().chain(&chain[chain.len() - MOST / 2..]).collect()
        } else {
            chain.iter().collect()
        };
        let mut path = self.display_name(self.edge(first).from);
        for (index, &&number) in steps.iter().enumerate() {
            let edge = self.edge(number);
            if chain.len() > MOST && index == MOST / 2 {
                path += &format!(" → … ({}) …", chain.len() - steps.len());
            }
            path += &match edge.label.to_string() {
                label if label.is_empty() => format!(" → {}", self.nodes()[edge.to as usize].type_name),
                label => format!(" → {label}: {}", self.nodes()[edge.to as usize].type_name),
            };
        }
        path
    }

    /// One reference: `Vec<Rc<Session>> (#3)[0]`, `service.bus`.
    pub fn describe_edge(&self, number: u32) -> String {
        let edge = self.edge(number);
        let label = edge.label.to_string();
        let dot = if label.is_empty() || label.starts_with('[') { "" } else { "." };
        format!("{}{dot}{label}", self.display_name(edge.from))
    }
}

fn format_objects(count: u64) -> String {
    format!("{} object{}", group_digits(count), if count == 1 { "" } else { "s" })
}

fn format_bytes(count: u64) -> Text {
    let digits = group_digits(count);
    let unit = if count == 1 { "byte" } else { "bytes" };
    Text { en: format!("{digits} {unit}"), zh: format!(" {digits} 字节") }
}

fn group_digits(value: u64) -> String {
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
