//! [`Roots`]: the variables that a snapshot starts from.

use crate::Trace;
use crate::snapshot::ObjectSnapshot;
use crate::walk::tracer::Tracer;
use std::any::type_name;

/// The variables that a snapshot starts from, in order. What none of them reaches is not seen.
///
/// Roots must not lie in each other: give `&service`, not also `&service.sessions`.
#[derive(Default)]
#[must_use = "roots are nothing until a snapshot is taken from them"]
pub struct Roots<'a> {
    roots: Vec<Root<'a>>,
}

struct Root<'a> {
    name: &'a str,
    is_witness: bool,
    type_name: &'static str,
    value: &'a dyn Trace,
}

impl<'a> Roots<'a> {
    /// An empty set of roots.
    pub fn new() -> Roots<'a> {
        Roots::default()
    }

    /// Adds a variable that keeps alive what it refers to.
    pub fn variable<T: Trace>(self, name: &'a str, value: &'a T) -> Roots<'a> {
        self.push(name, false, value)
    }

    /// Adds a pointer that exists only for inspection, such as a `Weak` or a cloned `Rc` to
    /// something that may have leaked. No answer counts its references.
    pub fn witness<T: Trace>(self, name: &'a str, value: &'a T) -> Roots<'a> {
        self.push(name, true, value)
    }

    fn push<T: Trace>(mut self, name: &'a str, is_witness: bool, value: &'a T) -> Roots<'a> {
        self.roots.push(Root { name, is_witness, type_name: type_name::<T>(), value });
        self
    }

    /// Follows every reference. Free cells and locks stay borrowed meanwhile; others are reported.
    /// The recorder does not record it.
    pub fn snapshot(self) -> ObjectSnapshot {
        heaplab_heap::untracked(|| {
            let mut tracer = Tracer::new();
            for root in &self.roots {
                tracer.add_root(root.name, root.is_witness, root.type_name);
            }
            (0..).zip(&self.roots).for_each(|(id, root)| tracer.trace_root(id, root.value));
            tracer.trace_pending();
            let nodes = std::mem::take(&mut tracer.nodes);
            let edges = std::mem::take(&mut tracer.edges);
            let by_address = std::mem::take(&mut tracer.by_address);
            drop(tracer);
            ObjectSnapshot::new(nodes, edges, by_address)
        })
    }
}
