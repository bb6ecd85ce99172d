//! Queries on small graphs with known answers: objgraph's questions, cycles, leaks, cells in use,
//! and what cannot be seen.

use heaplab_object_graph::{Graph, ObjectSnapshot, OpaqueReason, Roots, TypeGrowth, trace};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, RwLock};

struct Session {
    name: String,
    service: Weak<Service>,
}
trace!(Session { name, service });

#[derive(Default)]
struct Service {
    sessions: RefCell<HashMap<String, Rc<Session>>>,
    listeners: RefCell<Vec<Rc<Session>>>,
}
trace!(Service { sessions, listeners });

struct Ring {
    next: RefCell<Option<Rc<Ring>>>,
    load: Vec<u8>,
}
trace!(Ring { next, load });

/// A service from which `ann` has logged out, although a listener still refers to her.
fn service() -> Rc<Service> {
    let service = Rc::new(Service::default());
    for name in ["ben", "ann", "cid"] {
        let session = Rc::new(Session { name: name.to_owned(), service: Rc::downgrade(&service) });
        service.listeners.borrow_mut().push(Rc::clone(&session));
        service.sessions.borrow_mut().insert(name.to_owned(), session);
    }
    service.sessions.borrow_mut().remove("ann");
    service
}

fn ring(length: usize) -> Rc<Ring> {
    let first = Rc::new(Ring { next: RefCell::new(None), load: vec![1; 100] });
    let last = (1..length).fold(Rc::clone(&first), |next, _| {
        Rc::new(Ring { next: RefCell::new(Some(next)), load: vec![1; 100] })
    });
    *first.next.borrow_mut() = Some(last);
    first
}

fn english(picture: &Graph) -> Vec<&str> {
    picture.sentences.iter().map(|sentence| sentence.en.as_str()).collect()
}

fn ann(snapshot: &ObjectSnapshot, service: &Service) -> u32 {
    snapshot.find_id(&service.listeners.borrow()[1]).expect("a listener knows her")
}

#[test]
fn the_chain_is_the_real_one() {
    let service = service();
    let snapshot = Roots::new().variable("service", &service).snapshot();
    let ann = ann(&snapshot, &service);
    let chain = snapshot.find_chain_to(ann).unwrap();
    assert_eq!(
        snapshot.describe_chain(&chain),
        "service → Rc<Service> → listeners: Vec<Rc<Session>> → [1]: Rc<Session>"
    );
    let from_map = snapshot.find_backref_chain(ann, |_, node| node.type_name.starts_with("HashMap"));
    assert_eq!(from_map, None, "she has logged out");
    let ben = snapshot.find_id(&service.listeners.borrow()[0]).unwrap();
    let from_map = snapshot.find_backref_chain(ben, |_, node| node.type_name.starts_with("HashMap")).unwrap();
    assert_eq!(snapshot.edges()[from_map[0] as usize].label.to_string(), r#"["ben"]"#);
}

#[test]
fn a_picture_says_which_reference_to_break() {
    let service = service();
    let snapshot = Roots::new().variable("service", &service).snapshot();
    let ann = ann(&snapshot, &service);
    let picture = snapshot.show_backrefs(&[ann], 4, 10);
    let size = 16 + size_of::<Session>() as u64 + 3;
    let expected = format!("Break Vec<Rc<Session>> (#3)[1], and {size} bytes go free: 2 objects.");
    assert_eq!(english(&picture)[1], expected);
    assert_eq!(
        picture.sentences[1].zh,
        format!("断开 Vec<Rc<Session>> (#3)[1] 这个引用，会释放 {size} 字节，共 2 个对象。")
    );
    let marked: Vec<_> =
        picture.edges.iter().filter(|edge| edge.marked).map(|edge| (edge.from, edge.to)).collect();
    assert_eq!(marked, [(3, ann)]);

    // After the reference is broken, the sentence differs.
    service.listeners.borrow_mut().remove(0);
    let after = Roots::new().variable("service", &service).snapshot();
    let ben = after.by_type("Rc<Session>")[1];
    assert_ne!(english(&after.show_backrefs(&[ben], 4, 10))[1], expected);
}

#[test]
fn what_two_keep_no_single_reference_frees() {
    let shared = Rc::new(1u8);
    let snapshot =
        Roots::new().variable("one", &shared).variable("other", &vec![Rc::clone(&shared)]).snapshot();
    let picture = snapshot.show_backrefs(&[snapshot.find_id(&shared).unwrap()], 3, 10);
    let said =
        "No single reference of this chain, if broken, frees Rc<u8> (#2): others keep it alive as well.";
    assert_eq!(english(&picture), ["Rc<u8> (#2) is alive because of one → Rc<u8>.", said]);
    assert!(picture.edges.iter().all(|edge| !edge.marked));
}

#[test]
fn ids_are_the_same_on_every_run() {
    let labels = || {
        let map: HashMap<String, Box<u32>> = (0..50).map(|i| (format!("key {i}"), Box::new(i))).collect();
        let numbers: HashMap<u64, Box<u8>> = (0..50).map(|i| (i, Box::new(1))).collect();
        let snapshot = Roots::new().variable("map", &map).variable("numbers", &numbers).snapshot();
        snapshot.edges().iter().map(|edge| (edge.to, edge.label.to_string())).collect::<Vec<_>>()
    };
    let first = labels();
    assert_eq!(first[2], (4, r#"["key 0"] key"#.to_owned()));
    assert_eq!(first[102..105].iter().map(|edge| edge.1.as_str()).collect::<Vec<_>>(), ["[0]", "[1]", "[2]"]);
    assert!((0..5).all(|_| labels() == first));
}

#[test]
fn types_are_counted_as_objgraph_counts_them() {
    let service = service();
    let before = Roots::new().variable("service", &service).snapshot();
    let common = before.most_common_types(2);
    assert_eq!((common[0].type_name.as_str(), common[0].count), ("String", 5));
    assert_eq!((common[1].type_name.as_str(), common[1].count), ("Rc<Session>", 3));
    assert_eq!(before.by_type("Rc<Session>").len(), 3);
    assert_eq!(before.show_most_common_types(1), "String         5           15 B\n");
    let session = Session { name: "dot".to_owned(), service: Weak::new() };
    service.sessions.borrow_mut().insert("dot".to_owned(), Rc::new(session));
    let after = Roots::new().variable("service", &service).snapshot();
    let bytes = 16 + size_of::<Session>() as u64;
    let grown = TypeGrowth {
        type_name: "Rc<Session>".to_owned(),
        count: 4,
        count_diff: 1,
        bytes: 4 * bytes,
        bytes_diff: bytes.cast_signed(),
    };
    assert_eq!(after.growth_since(&before, 10)[1], grown);
    assert_eq!(after.growth_since(&before, 10)[0].count_diff, 2, "a key and a name");
    assert_eq!(after.growth_since(&before, 10).len(), 2);
    assert_eq!(after.show_growth(&before, 1), "String         7        +2           +6 B\n");
    assert_eq!(before.growth_since(&after, 10), []);
}

#[test]
fn a_cycle_keeps_itself() {
    let first = ring(3);
    let snapshot = Roots::new().variable("first", &first).snapshot();
    let rings = snapshot.by_type("Rc<Ring>");
    assert_eq!((snapshot.cycles(), rings.len()), (vec![rings], 3));
    assert_eq!(snapshot.simulate_root_drop(0).bytes, 0);
    let each = 16 + size_of::<Ring>() as u64 + 100;
    assert_eq!(snapshot.retained_bytes(0), Some(3 * each));
    let said = snapshot.show_refs(&[0], 3, 10);
    let kept = format!(
        "{} bytes more would stay, although nobody could reach them: they keep themselves alive in a cycle.",
        3 * each
    );
    assert_eq!(english(&said)[1], kept);
    assert_eq!(said.edges.iter().filter(|edge| edge.in_cycle).count(), 3);
    // Once the cycle is broken, two more objects are freed with the root.
    *first.next.borrow_mut() = None;
    let snapshot = Roots::new().variable("first", &first).snapshot();
    assert_eq!((snapshot.cycles(), snapshot.simulate_root_drop(0).bytes), (vec![], each));
}

#[test]
fn a_witness_shows_what_has_leaked_and_counts_for_nothing() {
    let lost = {
        let first = ring(4);
        Rc::downgrade(&first)
    };
    let each = 16 + size_of::<Ring>() as u64 + 100;
    let snapshot = Roots::new().witness("lost", &lost).snapshot();
    assert_eq!(snapshot.leaked_objects().len(), 8);
    let target = snapshot.by_type("Rc<Ring>")[0];
    let picture = snapshot.show_backrefs(&[target], 5, 10);
    let said =
        format!("No root reaches Rc<Ring> (#1), and it is not free. 8 such objects hold {} bytes.", 4 * each);
    assert_eq!(english(&picture)[0], said);
    assert!(
        picture
            .nodes
            .iter()
            .filter(|node| node.type_name == "Rc<Ring>")
            .all(|node| node.leaked && node.in_cycle)
    );
    // A clone as a witness is a strong reference that does not count.
    let clone = lost.upgrade().unwrap();
    let with_clone = Roots::new().witness("lost", &clone).snapshot();
    assert_eq!(with_clone.leaked_objects().len(), 8);
    let next = with_clone.find_backref_chain(target, |id, _| id != target).unwrap();
    // All but the block that `lost` keeps, which was not given as a root this time.
    assert_eq!(with_clone.simulate_break(&next).bytes, 4 * each - (16 + size_of::<Ring>() as u64));
    drop(clone);
    // A variable that was not given as a root holds them, so they have not leaked.
    let held = lost.upgrade().unwrap();
    let snapshot = Roots::new().witness("lost", &lost).snapshot();
    assert_eq!((snapshot.leaked_objects(), snapshot.unexplained_strong(1)), (vec![], 1));
    drop(held);
}

#[test]
fn a_value_that_is_gone_leaves_its_block() {
    let weak = [Rc::downgrade(&Rc::new([0u8; 48]))];
    let snapshot = Roots::new().variable("weak", &weak).snapshot();
    let node = &snapshot.nodes()[1];
    assert_eq!((node.is_dropped(), node.weak, node.shallow_bytes), (true, Some(1), 64));
    assert_eq!((snapshot.retained_bytes(0), snapshot.simulate_root_drop(0).bytes), (Some(64), 64));
    assert!(!snapshot.is_leaked(1));
    let told = snapshot.show_backrefs(&[1], 3, 10);
    assert_eq!(
        english(&told),
        ["Rc<[u8; 48]> (#1) was dropped; its block of 64 bytes stays as long as a Weak points to it."]
    );
}

#[test]
fn cells_in_use_are_reported_and_waited_for_by_nobody() {
    let borrowed = Rc::new(RefCell::new(vec![Box::new(1u8)]));
    let locked = Arc::new(Mutex::new(vec![Box::new(1u8)]));
    let read = Arc::new(RwLock::new(Box::new(1u8)));
    let (writer, holder, _reader) = (borrowed.borrow_mut(), locked.lock().unwrap(), read.read().unwrap());
    let hidden: Box<dyn Fn() -> usize> = {
        let captured = Rc::clone(&borrowed);
        Box::new(move || Rc::strong_count(&captured))
    };
    let all = (&borrowed, &locked);
    let roots = Roots::new().variable("borrowed", all.0).variable("locked", all.1);
    let snapshot = roots.variable("read", &read).variable("hidden", &hidden).snapshot();
    let opaque: Vec<_> =
        snapshot.nodes().iter().filter_map(|node| Some((&*node.type_name, node.opaque?))).collect();
    assert_eq!(
        opaque,
        [
            ("Rc<RefCell<Vec<Box<u8>>>>", OpaqueReason::Borrowed),
            ("Arc<Mutex<Vec<Box<u8>>>>", OpaqueReason::Locked),
            ("Box<dyn Fn() -> usize>", OpaqueReason::Hidden),
        ]
    );
    let captured = snapshot.find_id(&borrowed).unwrap();
    assert_eq!(snapshot.unexplained_strong(captured), 1, "what the closure holds shows in the count");
    let picture = snapshot.show_backrefs(&[captured], 3, 10);
    assert!(
        english(&picture)[2].starts_with("1 reference to Rc<RefCell<Vec<Box<u8>>>> (#4) no root explains"),
        "{picture:?}"
    );
    let outside = picture.nodes.last().unwrap();
    assert_eq!((outside.label.as_str(), outside.id), ("?", snapshot.nodes().len() as u32));
    assert_eq!(picture.edges.last().map(|edge| (edge.from, edge.label.as_str())), Some((outside.id, "× 1")));
    let said = english(&snapshot.show_refs(&[0], 3, 10))[1].to_owned();
    assert_eq!(said, "2 objects could not be looked into, because a cell in it was borrowed or locked.");
    drop((writer, holder));
    let after = Roots::new().variable("borrowed", &borrowed).variable("locked", &locked).snapshot();
    assert!(after.nodes().iter().all(|node| node.opaque.is_none()));
    assert!(borrowed.try_borrow_mut().is_ok() && locked.try_lock().is_ok());
}

#[test]
fn a_poisoned_lock_can_be_looked_into() {
    let poisoned = Arc::new(Mutex::new(String::from("half done")));
    let holder = Arc::clone(&poisoned);
    let panicked = std::thread::spawn(move || {
        let _guard = holder.lock().unwrap();
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    let snapshot = Roots::new().variable("poisoned", &poisoned).snapshot();
    assert_eq!(snapshot.by_type("String").len(), 1);
    assert!(snapshot.nodes().iter().all(|node| node.opaque.is_none()));
}

#[test]
fn a_picture_has_eighty_objects_and_counts_the_rest() {
    let list: Vec<Box<u32>> = (0..500).map(Box::new).collect();
    let snapshot = Roots::new().variable("list", &list).snapshot();
    let few = snapshot.show_refs(&[0], 3, 10);
    assert_eq!((few.nodes.len(), few.omitted_nodes), (12, 490));
    let many = snapshot.show_refs(&[0], 3, 1_000);
    assert_eq!((many.nodes.len(), many.omitted_nodes), (80, 422));
    let near = snapshot.show_refs(&[0], 1, 10);
    assert_eq!((near.nodes.len(), near.omitted_nodes), (2, 500));
    assert_eq!(snapshot.show_refs(&[9_999], 3, 10), Graph::default());
}

enum Shape {
    Empty,
    Named(String, u8),
    Both { left: Rc<Shape>, right: Rc<Shape> },
}
trace!(enum Shape { Empty, Named(name, size), Both { left, right } });

struct Generic<A, B>(A, Option<B>);
trace!(<A, B> Generic<A, B>(first, second));

struct Partly {
    seen: String,
    _socket: Option<std::net::TcpStream>,
}
trace!(Partly { seen, .. });

#[test]
fn one_line_makes_a_type_traceable() {
    let left = Rc::new(Shape::Named("left".to_owned(), 3));
    let shape = Shape::Both { left, right: Rc::new(Shape::Empty) };
    let tree = BTreeMap::from([(1u8, Partly { seen: "seen".to_owned(), _socket: None })]);
    let value = Generic(shape, Some(tree));
    let snapshot = Roots::new().variable("value", &value).snapshot();
    let edges: Vec<_> = snapshot.edges().iter().map(|edge| edge.label.to_string()).collect();
    assert_eq!(
        edges,
        ["first.left", "first.right", "second", "Named.name".trim_start_matches("Named."), "[1].seen"]
    );
}
