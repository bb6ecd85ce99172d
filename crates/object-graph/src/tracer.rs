//! [`Tracer`]: what [`Trace`] shows values to. It walks by a queue of its own, never by recursion over what refers to what: a chain
//! of a million objects is as good as a flat list. Recursion goes only as deep as values lie within each other.

use crate::Trace;
use crate::block::Block;
use crate::guards::HeldGuards;
use crate::label::{Label, Path};
use crate::node::{Edge, ObjectNode, OpaqueReason, Strength};
use crate::type_name;
use std::any;
use std::collections::{HashMap, VecDeque};
use std::ops::Deref;
use std::sync::Arc;

/// Collects nodes and edges while values show what they refer to.
pub struct Tracer<'a> {
    pub(crate) nodes: Vec<ObjectNode>,
    /// Those of one node stand together, and the nodes in their order.
    pub(crate) edges: Vec<Edge>,
    /// By the address where a block starts.
    pub(crate) by_address: HashMap<usize, u32>,
    type_names: HashMap<&'static str, Arc<str>>,
    work: VecDeque<(u32, &'a (dyn Content + 'a))>,
    /// Whose contents are being shown.
    owner: u32,
    /// Where in its contents we are.
    path: Path,
    // Last: what stands above may point into it.
    held: HeldGuards<'a>,
}

/// What lies in a block, shown to the tracer once the block's turn has come.
pub(crate) trait Content {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>);
}

/// The block of an `Rc` or an `Arc`, as one pointer to it sees it.
pub(crate) struct Counted {
    pub(crate) block: Block,
    pub(crate) type_name: &'static str,
    pub(crate) strong: usize,
    pub(crate) weak: Option<usize>,
}

impl<'a> Tracer<'a> {
    pub(crate) fn new() -> Tracer<'a> {
        Tracer {
            nodes: Vec::new(),
            edges: Vec::new(),
            by_address: HashMap::new(),
            type_names: HashMap::new(),
            work: VecDeque::new(),
            owner: 0,
            path: Path::default(),
            held: HeldGuards::new(),
        }
    }

    /// A field of the value that is being shown.
    pub fn field<T: Trace + ?Sized>(&mut self, name: &'static str, value: &'a T) {
        self.trace_at(Label::Field(name), value);
    }

    /// Says that this value refers to something that cannot be seen: a closure, a file, another language's memory.
    pub fn hidden(&mut self) {
        self.opaque(OpaqueReason::Hidden);
    }

    pub(crate) fn opaque(&mut self, why: OpaqueReason) {
        if let Some(owner) = self.nodes.get_mut(self.owner as usize) {
            owner.opaque.get_or_insert(why);
        }
    }

    /// A value that is known by `label` within the one that is being shown.
    pub(crate) fn trace_at<T: Trace + ?Sized>(&mut self, label: Label, value: &'a T) {
        self.path.push(label);
        value.trace(self);
        self.path.pop();
    }

    /// A variable, not looked into yet. Its own bytes are not on the heap.
    pub(crate) fn add_root(&mut self, name: &str, is_witness: bool, type_name: &'static str) {
        let type_name = self.intern_type_name(type_name);
        self.add(ObjectNode {
            label: name.into(),
            root: !is_witness,
            witness: is_witness,
            ..ObjectNode::new(type_name)
        });
    }

    /// What lies in a variable, by the number of its root.
    pub(crate) fn trace_root(&mut self, root: u32, value: &'a dyn Trace) {
        self.owner = root;
        value.trace(self);
    }

    /// A block that only the value that is being shown refers to.
    pub(crate) fn add_owned<T: ?Sized>(
        &mut self,
        block: Option<Block>,
        content: Option<&'a (dyn Content + 'a)>,
    ) {
        let Some(block) = block else {
            // No block, no object: what lies there (values without a size) belongs to its owner.
            return content.into_iter().for_each(|content| content.contents(self));
        };
        if block.address().is_some_and(|address| self.by_address.contains_key(&address)) {
            // A root within a root: the first has shown it.
            return;
        }
        let node = ObjectNode::new(self.intern_type_name(any::type_name::<T>()));
        let id = self.add_block(node, &block);
        self.add_edge(id, Strength::Strong);
        self.work.extend(content.map(|content| (id, content)));
    }

    /// A block that others may refer to as well. `content` is asked only if it was not met before.
    pub(crate) fn counted(
        &mut self,
        counted: Counted,
        strength: Strength,
        content: impl FnOnce(&mut Tracer<'a>) -> Option<&'a (dyn Content + 'a)>,
    ) {
        let known = counted.block.address().and_then(|address| self.by_address.get(&address));
        if let Some(&known) = known {
            return self.add_edge(known, strength);
        }
        let mut node = ObjectNode::new(self.intern_type_name(counted.type_name));
        node.strong = Some(counted.strong as u64);
        node.weak = counted.weak.map(|weak| weak as u64);
        let id = self.add_block(node, &counted.block);
        self.add_edge(id, strength);
        let content = content(self);
        self.work.extend(content.map(|content| (id, content)));
    }

    /// Keeps a guard until the snapshot is taken, and gives what it guards.
    pub(crate) fn hold<G: Deref + 'a>(&mut self, guard: G) -> &'a G::Target {
        // SAFETY: what is lent goes to `Trace::trace` and into `work`. The first can give it to nobody but this tracer, since
        // it has to hold for any `'a`; the second stands above `held` and is not used when this is dropped.
        unsafe { self.held.hold(guard) }
    }

    /// Shows the contents of every block that was met, the first met first.
    pub(crate) fn trace_pending(&mut self) {
        while let Some((owner, content)) = self.work.pop_front() {
            self.owner = owner;
            content.contents(self);
        }
    }

    fn add_edge(&mut self, to: u32, strength: Strength) {
        self.edges.push(Edge { from: self.owner, to, label: self.path.label(), strength });
    }

    fn add(&mut self, node: ObjectNode) -> u32 {
        // Four billion objects take more memory than there are addresses for in a class.
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(node);
        id
    }

    fn add_block(&mut self, mut node: ObjectNode, block: &Block) -> u32 {
        node.shallow_bytes = block.bytes;
        node.blocks = block.count;
        node.is_exact = block.is_exact;
        node.birth = block.birth();
        let id = self.add(node);
        if let Some(address) = block.address() {
            self.by_address.insert(address, id);
        }
        id
    }

    fn intern_type_name(&mut self, name: &'static str) -> Arc<str> {
        Arc::clone(self.type_names.entry(name).or_insert_with(|| type_name::shorten(name).into()))
    }
}
