//! What a snapshot is made of: objects and the references between them.

use crate::label::Label;
use heaplab_heap::AllocSite;
use serde::Serialize;
use std::sync::Arc;

/// One object: what one value owns on the heap (the block of a `Box`, an `Rc`, a `Vec`, a `String`, the table of a map), or a
/// root. A value that lies within another is no object of its own: it belongs to the one it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectNode {
    /// The type of its owner or of the pointers to it, without paths: `Rc<Session>`, `Vec<String>`.
    pub type_name: Arc<str>,
    /// The name of a root; empty for what is none.
    pub label: Box<str>,
    /// Requested bytes of its own block, counts and unused capacity included: what the recorder counts. 0 for a root.
    pub shallow_bytes: u64,
    /// How many blocks these are: 1, but for trees and lists, and 0 for a root.
    pub blocks: u64,
    /// Whether `shallow_bytes` is exact; a map that has been much removed from is an estimate.
    pub is_exact: bool,
    /// The strong count, for what is counted. 0 for a value that is gone while `Weak` pointers keep its block.
    pub strong: Option<u64>,
    /// The weak count, for what is counted.
    pub weak: Option<u64>,
    /// Which stack made it, where the recorder was at work.
    pub birth: Option<AllocSite>,
    /// A variable that keeps others alive.
    pub root: bool,
    /// A pointer that was handed over to be able to look: it counts as if it were not there.
    pub witness: bool,
    /// It refers to something that could not be looked into.
    pub opaque: Option<OpaqueReason>,
}

impl ObjectNode {
    pub(crate) fn new(type_name: Arc<str>) -> ObjectNode {
        ObjectNode {
            type_name,
            label: Box::default(),
            shallow_bytes: 0,
            blocks: 0,
            is_exact: true,
            strong: None,
            weak: None,
            birth: None,
            root: false,
            witness: false,
            opaque: None,
        }
    }

    /// Whether its value was dropped, and only `Weak` pointers keep its block.
    pub fn is_dropped(&self) -> bool {
        self.strong == Some(0)
    }
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who refers, by its id.
    pub from: u32,
    /// To whom, by its id.
    pub to: u32,
    /// By which field, index or key.
    pub label: Label,
    /// Whether it keeps alive.
    pub strength: Strength,
}

/// Whether a reference keeps alive what it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// It does.
    Strong,
    /// It keeps the block, but not the value in it.
    Weak,
}

/// Why an object could not be looked into as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpaqueReason {
    /// A `RefCell` that is mutably borrowed.
    Borrowed,
    /// A `Mutex` or an `RwLock` that is locked.
    Locked,
    /// A closure, or whatever else says nothing of what it refers to.
    Hidden,
}
