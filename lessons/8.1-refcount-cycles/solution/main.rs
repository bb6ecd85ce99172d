//! One way to do the exercise of lesson 8.1: who stands above owns, and everybody else refers.
//!
//! A folder is owned by the one that it lies in, and by nobody else. The way up is a `Weak`, and so
//! is the way to the neighbour: a ring of `Rc`s would leak even without the way up. A root has no
//! parent: `Weak::new()` refers to nobody and allocates nothing.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p refcount-cycles --example refcount-cycles-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

lesson! {
    unit: "trees",
    default_scale: 20_000,
    baseline: mine,
    work "paths" {
        rust {
            mine: "the same, with one owner a folder",
        }
    }
}

/// Only `folders` owns.
struct Folder {
    name: String,
    parent: Weak<Folder>,
    folders: RefCell<Vec<Rc<Folder>>>,
    next: RefCell<Weak<Folder>>,
}

fn make_folder(name: String, parent: Option<&Rc<Folder>>) -> Rc<Folder> {
    let parent = parent.map(Rc::downgrade).unwrap_or_default();
    Rc::new(Folder { name, parent, folders: RefCell::default(), next: RefCell::default() })
}

/// Three folders in a root, three in each of them; neighbours form a ring.
fn make_tree(i: u64, depth: u32, parent: Option<&Rc<Folder>>) -> Rc<Folder> {
    let root = make_folder(format!("folder{i}"), parent);
    if depth > 0 {
        let inside: Vec<Rc<Folder>> = (0..3).map(|n| make_tree(3 * i + n, depth - 1, Some(&root))).collect();
        for (n, one) in inside.iter().enumerate() {
            one.next.replace(Rc::downgrade(&inside[(n + 1) % inside.len()]));
        }
        root.folders.replace(inside);
    }
    root
}

fn path(folder: &Folder) -> String {
    match folder.parent.upgrade() {
        Some(parent) => format!("{}/{}", path(&parent), folder.name),
        None => folder.name.clone(),
    }
}

/// Every folder's path, with how long its next neighbour's name is.
fn add_to_checksum(folder: &Folder, sum: Checksum) -> Checksum {
    let next = folder.next.borrow().upgrade().map_or(0, |next| next.name.len() as u64);
    let sum = sum.row(&path(folder), next);
    folder.folders.borrow().iter().fold(sum, |sum, inside| add_to_checksum(inside, sum))
}

fn mine(rows: Scale) -> VariantResult<()> {
    let checksum = rows.iter().fold(Checksum::new(), |sum, i| add_to_checksum(&make_tree(i, 2, None), sum));
    VariantResult::new(checksum, ())
}
