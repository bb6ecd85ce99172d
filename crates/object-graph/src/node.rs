//! What a snapshot consists of: objects and the references between them.

use crate::label::Label;
use heaplab_heap::AllocSite;
pub(crate) use heaplab_record::Strength;
use std::sync::Arc;

/// A root, or one object: what one value owns on the heap (the block of a `Box`, an `Rc`, a `Vec`
/// or a `String`, the table of a map). A value inside another value is not an object of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectNode {
    /// The type of the owner, or of the pointers to it, without paths: `Rc<Session>`,
    /// `Vec<String>`.
    pub type_name: Arc<str>,
    /// The name of a root; empty for other objects.
    pub label: Box<str>,
    /// Requested bytes of its own block, with counts and unused capacity, as the recorder counts
    /// them. 0 for a root.
    pub shallow_bytes: u64,
    /// Number of blocks: 1, except for trees and lists; 0 for a root.
    pub blocks: u64,
    /// Whether `shallow_bytes` is exact. The size of a map after many removals is an estimate.
    pub is_exact: bool,
    /// The strong count of a counted object; 0 for a dropped value whose block `Weak` pointers
    /// keep.
    pub strong: Option<u64>,
    /// The weak count of a counted object.
    pub weak: Option<u64>,
    /// The stack that allocated it, if the recorder was active.
    pub alloc_site: Option<AllocSite>,
    /// A variable that keeps others alive.
    pub root: bool,
    /// A pointer passed only for inspection; its references do not count.
    pub witness: bool,
    /// Why the object could not be traced completely.
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
            alloc_site: None,
            root: false,
            witness: false,
            opaque: None,
        }
    }

    /// Whether the value was dropped, so that only `Weak` pointers keep its block.
    pub fn is_dropped(&self) -> bool {
        self.strong == Some(0)
    }
}

/// A reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The id of the referring object.
    pub from: u32,
    /// The id of the object referred to.
    pub to: u32,
    /// The field, index or key.
    pub label: Label,
    /// Whether the reference keeps the object alive.
    pub strength: Strength,
}

/// Why an object could not be traced completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpaqueReason {
    /// A `RefCell` that is mutably borrowed.
    Borrowed,
    /// A `Mutex` or `RwLock` that is locked.
    Locked,
    /// A closure or another value that does not reveal what it refers to.
    Hidden,
}
