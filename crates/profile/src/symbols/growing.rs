//! Names for a recording that grows: nodes and modules are added, and each address is looked up
//! once, when somebody asks for it.

use super::module::ModuleSymbols;
use super::{
    OVERFLOW, Roots, UnnamedModule, debug_file, frame_without_location, python_frame, resolve_address,
};
use crate::Frame;
use crate::raw::tables::NameTables;
use crate::raw::{self, Node, RawPython};
use std::collections::HashMap;
use std::rc::Rc;

/// The call tree of a process that runs, and the names that were asked for so far.
pub struct GrowingNames {
    symbols: ModuleSymbols,
    modules: usize,
    nodes: Vec<Node>,
    python: RawPython,
    roots: Roots,
    known: HashMap<u64, Rc<[Frame]>>,
}

impl GrowingNames {
    /// Begins with the root alone.
    pub fn new(roots: &Roots) -> GrowingNames {
        let symbols = ModuleSymbols::new(&[], roots, debug_file::debug_folders());
        GrowingNames {
            symbols,
            modules: 0,
            nodes: vec![Node::default()],
            python: RawPython::default(),
            roots: roots.clone(),
            known: HashMap::new(),
        }
    }

    /// How many nodes are known: the number of the next one.
    pub fn next_node(&self) -> usize {
        self.nodes.len()
    }

    /// Adds what [`raw::tables::read_names_from`] has read from [`GrowingNames::next_node`] on. Nodes
    /// whose parent is not before them are not of a recording; they become children of the root.
    pub fn add(&mut self, tables: NameTables) {
        for node in &tables.nodes {
            let is_sound = (node.parent as usize) < self.nodes.len();
            self.nodes.push(Node { parent: if is_sound { node.parent } else { 0 }, ..*node });
        }
        self.symbols.add_modules(tables.modules.get(self.modules..).unwrap_or_default());
        self.modules = self.modules.max(tables.modules.len());
        self.python = tables.python;
    }

    /// The whole stack of a site, the root first, as [`super::symbolize`] has it. `None` for a node
    /// that was not added yet. The first address of a file with much debug information may take
    /// seconds.
    pub fn name_stack(&mut self, node: u32) -> Option<Vec<Frame>> {
        if node as usize >= self.nodes.len() {
            return None;
        }
        let mut addresses: Vec<u64> = self.walk(node).map(|node| node.address).collect();
        if addresses.is_empty() {
            return Some(vec![frame_without_location(OVERFLOW)]);
        }
        addresses.reverse();
        let mut frames = Vec::new();
        for address in addresses {
            let known = self.known.entry(address).or_insert_with(|| match raw::python_location(address) {
                Some(location) => Rc::new([python_frame(&self.python, location, &self.roots)]),
                None => resolve_address(address, &mut self.symbols),
            });
            frames.extend_from_slice(known);
        }
        Some(frames)
    }

    /// The modules with addresses that got no name or no line.
    pub fn list_unnamed(&self) -> Vec<UnnamedModule> {
        self.symbols.list_unnamed()
    }

    /// The nodes from the innermost frame to the outermost, without the root.
    fn walk(&self, node: u32) -> impl Iterator<Item = &Node> {
        let child_of_root = |index: u32| Some(index).filter(|index| *index != 0);
        std::iter::successors(child_of_root(node), move |index| {
            child_of_root(self.nodes.get(*index as usize)?.parent)
        })
        .filter_map(|index| self.nodes.get(index as usize))
    }
}
