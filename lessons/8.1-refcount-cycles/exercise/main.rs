//! Exercise of lesson 8.1: folders that know where they are, without a leak.
//!
//! Each tree is a root with folders in it, and each folder tells its path by going up to the root.
//! `mine` builds one tree after the other, adds up the paths, and lets go of each tree; yet all of
//! them are still there at the end. Edit it until `live at end` is 0 bytes and the checksum is what
//! it was.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p refcount-cycles --example refcount-cycles-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::cell::RefCell;
use std::rc::Rc;

lesson! {
    unit: "trees",
    default_scale: 20_000,
    baseline: mine,
    work "paths" {
        rust {
            mine: "build a tree, tell every path in it, and let go",
        }
    }
}

/// In both directions: a folder knows its folders, its parent, and the folder after it.
struct Folder {
    name: String,
    parent: Option<Rc<Folder>>,
    folders: RefCell<Vec<Rc<Folder>>>,
    next: RefCell<Option<Rc<Folder>>>,
}

fn make_folder(name: String, parent: Option<&Rc<Folder>>) -> Rc<Folder> {
    let parent = parent.map(Rc::clone);
    Rc::new(Folder { name, parent, folders: RefCell::default(), next: RefCell::default() })
}

/// Three folders in a root, three in each of them; neighbours form a ring.
fn make_tree(i: u64, depth: u32, parent: Option<&Rc<Folder>>) -> Rc<Folder> {
    let root = make_folder(format!("folder{i}"), parent);
    if depth > 0 {
        let inside: Vec<Rc<Folder>> = (0..3).map(|n| make_tree(3 * i + n, depth - 1, Some(&root))).collect();
        for (n, one) in inside.iter().enumerate() {
            one.next.replace(Some(Rc::clone(&inside[(n + 1) % inside.len()])));
        }
        root.folders.replace(inside);
    }
    root
}

fn path(folder: &Folder) -> String {
    match &folder.parent {
        Some(parent) => format!("{}/{}", path(parent), folder.name),
        None => folder.name.clone(),
    }
}

/// Every folder's path, with how long its next neighbour's name is.
fn add_to_checksum(folder: &Folder, sum: Checksum) -> Checksum {
    let next = folder.next.borrow().as_ref().map_or(0, |next| next.name.len() as u64);
    let sum = sum.row(&path(folder), next);
    folder.folders.borrow().iter().fold(sum, |sum, inside| add_to_checksum(inside, sum))
}

fn mine(rows: Scale) -> VariantResult<()> {
    let checksum = rows.iter().fold(Checksum::new(), |sum, i| add_to_checksum(&make_tree(i, 2, None), sum));
    VariantResult::new(checksum, ())
}
