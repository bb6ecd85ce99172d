//! [`Tracer`] collects what [`Trace`] passes to it. It follows references by a queue and not by
//! recursion, so a chain of a million objects is no problem. Recursion is only as deep as values
//! are nested.

use crate::Trace;
use crate::label::{Label, Path};
use crate::node::{Edge, ObjectNode, OpaqueReason, Strength};
use crate::type_name;
use crate::walk::block::Block;
use crate::walk::guards::HeldGuards;
use std::any;
use std::collections::{HashMap, VecDeque};
use std::ops::Deref;
use std::sync::Arc;

/// Collects nodes and edges while values are traced.
pub struct Tracer<'a> {
    pub(crate) nodes: Vec<ObjectNode>,
    /// Sorted by the node they start from.
    pub(crate) edges: Vec<Edge>,
    pub(crate) by_address: HashMap<usize, u32>,
    type_names: HashMap<&'static str, Arc<str>>,
    work: VecDeque<(u32, &'a (dyn Content + 'a))>,
    /// The node whose contents are being traced.
    owner: u32,
    /// The path within its contents.
    path: Path,
    // Last, because the fields above may point into it.
    held: HeldGuards<'a>,
}

/// The contents of a block, traced when the block's turn comes.
pub(crate) trait Content {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>);
}

/// The block of an `Rc` or `Arc`, as seen from one pointer to it.
pub(crate) struct CountedBlock {
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

    /// Traces a field of the current value.
    pub fn field<T: Trace + ?Sized>(&mut self, name: &'static str, value: &'a T) {
        self.trace_at(Label::Field(name), value);
    }

    /// Marks the current object as referring to something that cannot be seen: a closure, a file,
    /// another language's memory.
    pub fn mark_hidden(&mut self) {
        self.mark_opaque(OpaqueReason::Hidden);
    }

    pub(crate) fn mark_opaque(&mut self, why: OpaqueReason) {
        if let Some(owner) = self.nodes.get_mut(self.owner as usize) {
            owner.opaque.get_or_insert(why);
        }
    }

    pub(crate) fn trace_at<T: Trace + ?Sized>(&mut self, label: Label, value: &'a T) {
        self.path.push(label);
        value.trace(self);
        self.path.pop();
    }

    pub(crate) fn add_root(&mut self, name: &str, is_witness: bool, type_name: &'static str) {
        let type_name = self.intern_type_name(type_name);
        self.add(ObjectNode {
            label: name.into(),
            root: !is_witness,
            witness: is_witness,
            ..ObjectNode::new(type_name)
        });
    }

    pub(crate) fn trace_root(&mut self, root: u32, value: &'a dyn Trace) {
        self.owner = root;
        value.trace(self);
    }

    pub(crate) fn add_owned<T: ?Sized>(
        &mut self,
        block: Option<Block>,
        content: Option<&'a (dyn Content + 'a)>,
    ) {
        let Some(block) = block else {
            // Without a block there is no object; what lies there belongs to the owner.
            return content.into_iter().for_each(|content| content.contents(self));
        };
        if block.address().is_some_and(|address| self.by_address.contains_key(&address)) {
            // A root within a root: it has been traced from the first one.
            return;
        }
        let node = ObjectNode::new(self.intern_type_name(any::type_name::<T>()));
        let id = self.add_block(node, &block);
        self.add_edge(id, Strength::Strong);
        self.work.extend(content.map(|content| (id, content)));
    }

    /// Adds a block that others may refer to as well. `content` is called only for a new block.
    pub(crate) fn add_counted(
        &mut self,
        counted: CountedBlock,
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

    /// Keeps a guard until the snapshot is complete, and returns what it guards.
    pub(crate) fn hold<G: Deref + 'a>(&mut self, guard: G) -> &'a G::Target {
        // SAFETY: the reference goes only to `Trace::trace` and into `work`. `trace` must accept
        // any `'a`, so it can store the reference only in this tracer; `work` is declared before
        // `guards` and is not used while this is dropped.
        unsafe { self.held.hold(guard) }
    }

    /// Traces the contents of all pending blocks, first in, first out.
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
        // More than four billion objects would not fit into memory.
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(node);
        id
    }

    fn add_block(&mut self, mut node: ObjectNode, block: &Block) -> u32 {
        node.shallow_bytes = block.bytes;
        node.blocks = block.count;
        node.is_exact = block.is_exact;
        node.alloc_site = block.alloc_site();
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
