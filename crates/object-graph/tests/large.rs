//! Chains of a million objects, which recursion could not follow, and 100,000 objects that refer to
//! each other. The time is printed (`--nocapture`) and not asserted.

use heaplab_object_graph::{Roots, trace};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

const CHAIN: usize = 1_000_000;

struct Boxed {
    next: Option<Box<Boxed>>,
}
trace!(Boxed { next });

struct Counted {
    next: RefCell<Option<Rc<Counted>>>,
    others: RefCell<Vec<Rc<Counted>>>,
}
trace!(Counted { next, others });

#[test]
fn a_chain_of_a_million_boxes() {
    let mut chain = Boxed { next: None };
    (0..CHAIN).for_each(|_| chain = Boxed { next: Some(Box::new(Boxed { next: chain.next.take() })) });
    let started = Instant::now();
    let snapshot = Roots::new().variable("chain", &chain).snapshot();
    println!("a million boxes traced in {:?}", started.elapsed());
    assert_eq!(snapshot.nodes().len(), CHAIN + 1);
    assert_eq!(snapshot.retained_bytes(0), Some(8 * CHAIN as u64));
    assert_eq!(snapshot.simulate_root_drop(0).blocks, CHAIN as u64);
    let last = CHAIN as u32;
    let way = snapshot.find_chain_to(last).unwrap();
    assert_eq!(way.len(), CHAIN);
    assert!(snapshot.describe_chain(&way).contains("→ … (999988) …"));
    let picture = snapshot.show_backrefs(&[last], 3, 10);
    assert_eq!((picture.nodes.len(), picture.omitted_nodes), (4, CHAIN as u64 - 3));
    println!("… and asked in {:?}", started.elapsed());
    // Dropping a chain of boxes would recurse, so it is taken apart.
    while let Some(next) = chain.next.take() {
        chain = *next;
    }
}

#[test]
fn a_ring_of_a_million_counted_objects() {
    let first = Rc::new(Counted { next: RefCell::default(), others: RefCell::default() });
    let last = (1..CHAIN).fold(Rc::clone(&first), |next, _| {
        Rc::new(Counted { next: RefCell::new(Some(next)), others: RefCell::default() })
    });
    *first.next.borrow_mut() = Some(last);
    let snapshot = Roots::new().variable("first", &first).snapshot();
    assert_eq!(snapshot.cycles().iter().map(Vec::len).collect::<Vec<_>>(), [CHAIN]);
    assert_eq!(snapshot.simulate_root_drop(0).bytes, 0);
    let each = 16 + size_of::<Counted>() as u64;
    assert_eq!(snapshot.retained_bytes(0), Some(each * CHAIN as u64));
    let closing = snapshot.referrers(1)[1];
    assert_eq!(snapshot.simulate_break(&[0, closing]).bytes, each * CHAIN as u64);
    drop(snapshot);
    let mut next = first.next.take();
    while let Some(object) = next {
        next = object.next.take();
    }
}

#[test]
fn a_hundred_thousand_objects_with_three_references_each() {
    const OBJECTS: usize = 100_000;
    let object = || Rc::new(Counted { next: RefCell::default(), others: RefCell::default() });
    let all: Vec<Rc<Counted>> = (0..OBJECTS).map(|_| object()).collect();
    let mut state = 1usize;
    for from in &all {
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            from.others.borrow_mut().push(Rc::clone(&all[(state >> 33) % OBJECTS]));
        }
    }
    let started = Instant::now();
    let snapshot = Roots::new().variable("all", &all).snapshot();
    println!("{} objects traced in {:?}", snapshot.nodes().len() - 1, started.elapsed());
    assert_eq!(snapshot.nodes().len(), 2 * OBJECTS + 2);
    assert_eq!(snapshot.retained_bytes(0), Some(snapshot.bytes()));
    println!("… and dominated in {:?}", started.elapsed());
    let cycles = snapshot.cycles();
    assert!(cycles[0].len() > OBJECTS, "three random references an object make one large component");
    all.iter().for_each(|object| object.others.borrow_mut().clear());
}
