//! Who refers to whom: the reference graph of a running program, and what keeps an object alive.
//! objgraph, for Rust.
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
//! let id = snapshot.id_of(&ann).expect("the service refers to it");
//! let chain = snapshot.chain_to(id).expect("a root keeps it");
//! assert_eq!(snapshot.written(&chain), "service → listeners: Vec<Rc<Session>> → [0]: Rc<Session>");
//! // `ann` itself is a variable too, and was not given as a root.
//! assert_eq!(snapshot.unexplained(id), 1);
//! println!("{}", snapshot.show_backrefs(&[id], 3, 10).to_dot());
//! ```
//!
//! **An object** is what one value owns on the heap: the block of a `Box`, an `Rc`, a `Vec`, a
//! `String`, the table of a map. Its shallow size is what was asked of the allocator for it. A
//! value that lies in another (a field, an item, what is in a `RefCell`) belongs to the object that
//! it lies in.
//!
//! **What is not seen**: what no root reaches; what a closure has captured; what a cell holds that
//! is borrowed or locked; what a type leaves out of its [`trace!`]. Where such a thing refers to a
//! counted object, the object's count says so: [`Snapshot::unexplained`]. A cycle that has leaked
//! is visible only to those who still have a pointer to it ([`Roots::witness`]).
//!
//! - `trace`: [`Trace`] and [`trace!`]; `leaves`, `pointers`, `cells`, `sequences`, `maps`: the
//!   standard library's types.
//! - `roots`, `tracer`: the walk. `block`: where blocks start and how large they are; `held`: what
//!   must stay borrowed.
//! - `snapshot`: objects and references; `pointed`: an object by a pointer to it.
//! - `chain`, `types`: objgraph's questions. `dominators`, `breaking`, `cycles`: those that its
//!   users ask for.
//! - `picture`, `sentences`, `dot`: what to draw, and what it says.

mod block;
mod block_pointer;
mod break_effect;
mod cells;
mod cycles;
mod dominators;
mod dot;
mod guards;
mod label;
mod leaf_types;
mod maps;
mod node;
mod picture;
mod pointers;
mod reference_chain;
mod roots;
mod sentences;
mod sequences;
mod snapshot;
mod trace;
mod tracer;
mod type_name;
mod types;

pub use block_pointer::BlockPointer;
pub use break_effect::FreedObjects;
pub use heaplab_heap::AllocSite;
pub use label::Label;
pub use node::{Edge, ObjectNode, OpaqueReason, Strength};
pub use picture::{MOST_DRAWN, Picture, PictureEdge, PictureNode};
pub use roots::Roots;
pub use sentences::Sentence;
pub use snapshot::ObjectSnapshot;
pub use trace::Trace;
pub use tracer::Tracer;
pub use types::{TypeCount, TypeGrowth};
