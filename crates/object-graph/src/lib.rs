//! Who refers to whom: the reference graph of a running program, and what keeps an object alive.
//! It is objgraph for Rust.
//!
//! ```
//! use heaplab_object_graph::{Roots, trace};
//! use std::rc::Rc;
//!
//! struct Session { name: String }
//! trace!(Session { name });
//!
//! struct Service { listeners: Vec<Rc<Session>>, sessions: Vec<Rc<Session>> }
//! trace!(Service { listeners, sessions });
//!
//! let ann = Rc::new(Session { name: "ann".to_owned() });
//! let mut service = Service { listeners: vec![Rc::clone(&ann)], sessions: vec![Rc::clone(&ann)] };
//! service.sessions.clear();
//!
//! let snapshot = Roots::new().variable("service", &service).snapshot();
//! let id = snapshot.find_id(&ann).expect("the service refers to it");
//! let chain = snapshot.find_chain_to(id).expect("a root keeps it");
//! let text = snapshot.describe_chain(&chain);
//! assert_eq!(text, "service → listeners: Vec<Rc<Session>> → [0]: Rc<Session>");
//! // `ann` itself is a variable too, and was not given as a root.
//! assert_eq!(snapshot.unexplained_strong(id), 1);
//! ```
//!
//! The crate's README.md explains the terms and what a snapshot cannot see. [`Roots::snapshot`] (in
//! `walk`) makes an [`ObjectSnapshot`] by the [`Trace`] implementations (those for the standard
//! library are in `std_types`); `queries` answers questions about it; `graph` selects what to draw
//! and explains it in sentences. Each module uses only those before it.

mod graph;
mod label;
mod node;
mod queries;
mod snapshot;
mod std_types;
mod type_name;
mod walk;

pub use graph::MOST_DRAWN;
pub use heaplab_heap::AllocSite;
pub use heaplab_record::{Graph, GraphEdge, GraphNode, Strength};
pub use label::Label;
pub use node::{Edge, ObjectNode, OpaqueReason};
pub use queries::break_effect::FreedObjects;
pub use queries::type_counts::{TypeCount, TypeGrowth};
pub use snapshot::ObjectSnapshot;
pub use std_types::block_pointer::BlockPointer;
pub use walk::roots::Roots;
pub use walk::trace::Trace;
pub use walk::tracer::Tracer;
