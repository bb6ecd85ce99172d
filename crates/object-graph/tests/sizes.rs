//! Shallow sizes are what the recorder counts, and blocks know the line that allocated them, for
//! every kind of owner. There is no test harness, since its threads would allocate.

use heaplab_heap::{Heap, Totals, live_bytes, region};
use heaplab_object_graph::{ObjectSnapshot, Roots, Trace, trace};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::pin::Pin;
use std::rc::{self, Rc};
use std::sync::{self, Arc, Mutex};

#[global_allocator]
static HEAP: Heap = Heap::recording();

#[repr(align(64))]
struct Wide(#[expect(dead_code, reason = "there to be wide")] u8);
trace!(Wide { .. });

struct Owner {
    name: String,
    parts: Vec<Option<Box<u32>>>,
    next: Option<Rc<RefCell<Owner>>>,
}
trace!(Owner { name, parts, next });

struct Empty;
trace!(Empty);

/// Builds a value, traces it, and compares its bytes and blocks with what the recorder saw.
fn check<T: Trace>(what: &str, make: impl FnOnce() -> T) {
    let measured = region().expect("no other region is open");
    let value = make();
    let snapshot = Roots::new().variable("value", &value).snapshot();
    let Totals::Heap(totals) = measured.close() else { panic!("the heap probe is at work") };
    assert_eq!(snapshot.bytes(), totals.end_bytes, "{what}: bytes of {:#?}", snapshot.nodes());
    let blocks: u64 = snapshot.nodes().iter().map(|node| node.blocks).sum();
    assert_eq!(blocks, totals.end_blocks, "{what}: blocks");
    assert!(snapshot.nodes().iter().all(|node| node.is_exact), "{what}: an estimate");
}

fn pointers() {
    check("Box", || Box::new(7u8));
    check("Box of nothing", || Box::new(()));
    check("Box<[u16]>", || vec![1u16; 9].into_boxed_slice());
    check("Box<str>", || "text".to_owned().into_boxed_str());
    check("Box<dyn Trace>", || Box::new([0u64; 5]) as Box<dyn Trace>);
    check("Box<dyn Fn>", || {
        let captured = [1u8; 40];
        Box::new(move || captured.len()) as Box<dyn Fn() -> usize>
    });
    check("Pin<Box>", || Box::pin(7u64) as Pin<Box<u64>>);
    check("Rc<u8>", || Rc::new(1u8));
    check("Rc<()>", || Rc::new(()));
    check("Rc<u128>", || Rc::new(1u128));
    check("Rc<str>", || Rc::<str>::from("some text"));
    check("Rc<[u8]>", || Rc::<[u8]>::from(vec![1; 100]));
    check("Rc<dyn Trace>", || Rc::new(Wide(1)) as Rc<dyn Trace>);
    check("Arc<Wide>", || Arc::new(Wide(1)));
    check("Arc<Mutex<Vec>>", || Arc::new(Mutex::new(vec![1u8; 30])));
    check("two of one Rc", || {
        let one = Rc::new(String::from("shared"));
        (Rc::clone(&one), one)
    });
    check("Weak of nothing", rc::Weak::<u8>::new);
    check("a dead rc::Weak", || Rc::downgrade(&Rc::new([0u8; 50])));
    check("a dead sync::Weak", || Arc::downgrade(&Arc::new(Wide(1))));
    check("a dead Weak<dyn Trace>", || Rc::downgrade(&(Rc::new([0u16; 33]) as Rc<dyn Trace>)));
    check("a dead Weak<[u32]>", || Arc::downgrade(&Arc::<[u32]>::from(vec![1; 7])));
    check("a live Weak", || {
        let one = Rc::new(String::from("shared"));
        (Rc::downgrade(&one), one)
    });
    check("nested", || {
        let last = Owner { name: "last".to_owned(), parts: vec![], next: None };
        let next = Some(Rc::new(RefCell::new(last)));
        Owner { name: String::with_capacity(77), parts: (0..5).map(|i| Some(Box::new(i))).collect(), next }
    });
    check("a vector of nothing", || (0..5).map(|_| Box::new(Empty)).collect::<Vec<_>>());
    check("OnceCell", || OnceCell::from(Box::new(1u8)));
}

fn sequences() {
    check("Vec with room", || Vec::<u32>::with_capacity(10));
    check("Vec of Strings", || (0..10).map(|i| "x".repeat(i)).collect::<Vec<String>>());
    check("String", || String::with_capacity(33));
    check("array and tuple", || {
        ([Box::new(1u8), Box::new(2)], (Some(Box::new(3u16)), Ok::<_, u8>(Box::new(1u64))))
    });
    check("VecDeque", || (0..20u64).collect::<VecDeque<_>>());
    check("VecDeque, wrapped", || {
        let mut ring: VecDeque<Box<u8>> = (0..8).map(Box::new).collect();
        ring.pop_front();
        ring.push_back(Box::new(9));
        ring
    });
    check("LinkedList", || (0..9u8).collect::<LinkedList<_>>());
    check("BinaryHeap", || {
        (0..9u8).map(Box::new).map(std::cmp::Reverse).collect::<Vec<_>>().len().to_string()
    });
    check("BinaryHeap of Strings", || {
        ["b", "a"].map(String::from).into_iter().collect::<BinaryHeap<_>>().into_vec()
    });
}

fn maps() {
    for count in [0u64, 1, 3, 4, 7, 8, 14, 15, 28, 29, 100, 1_000] {
        check("HashMap<u64, u64>", || (0..count).map(|i| (i, i)).collect::<HashMap<_, _>>());
        check("HashMap<u64, [u8; 24]>", || (0..count).map(|i| (i, [0u8; 24])).collect::<HashMap<_, _>>());
        check("HashSet<u8>", || (0..count).map(|i| i as u8).collect::<HashSet<_>>());
        check("HashSet<u16>", || (0..count).map(|i| i as u16).collect::<HashSet<_>>());
        check("HashMap<String, Box<u8>>", || {
            (0..count).map(|i| (i.to_string(), Box::new(1u8))).collect::<HashMap<_, _>>()
        });
        check("HashMap<u8, Wide>", || (0..count).map(|i| (i as u8, Wide(0))).collect::<HashMap<_, _>>());
        check("BTreeMap<u64, u64>", || (0..count).map(|i| (i, i)).collect::<BTreeMap<_, _>>());
        check("BTreeMap<u64, u8>, by insertion", || {
            let mut map = BTreeMap::new();
            map.extend((0..count).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15), 1u8)));
            map
        });
        check("BTreeMap<u8, String>", || {
            (0..count).map(|i| (i as u8, i.to_string())).collect::<BTreeMap<_, _>>()
        });
        check("BTreeSet<u32>", || (0..count as u32).rev().collect::<BTreeSet<_>>());
    }
    check("BTreeMap<u64, ()>, thinned", || {
        let mut map: BTreeMap<u64, ()> = (0..5_000).map(|i| (i, ())).collect();
        map.retain(|key, ()| key % 7 == 0 || key % 64 == 5);
        map
    });
    check("HashMap with room", || HashMap::<u32, String>::with_capacity(1_000));
    check("an emptied HashMap", || {
        let mut map: HashMap<u32, u32> = (0..3).map(|i| (i, i)).collect();
        map.clear();
        map
    });
}

/// Insertions and removals leave tombstones behind; the size must then be marked as an estimate, or
/// be right.
fn an_estimate_is_called_one() {
    let (mut exact, mut estimates) = (0, 0);
    for round in 0..50u32 {
        let measured = region().expect("no other region is open");
        let mut map: HashMap<u32, u32> = (0..500).map(|i| (i, i)).collect();
        for i in 0..2_000 + round {
            map.remove(&(i % 490));
            map.insert(10_000 + i, i);
            if map.len() > 30 {
                map.retain(|key, _| key % 17 == round % 17);
            }
        }
        let Totals::Heap(totals) = measured.close() else { panic!("the heap probe is at work") };
        let snapshot = Roots::new().variable("map", &map).snapshot();
        let table = &snapshot.nodes()[1];
        assert!(!table.is_exact || table.shallow_bytes == totals.end_bytes, "{table:?}, measured {totals:?}");
        exact += usize::from(table.is_exact);
        estimates += usize::from(!table.is_exact);
    }
    println!("{exact} tables were known, {estimates} estimated");
    assert!(estimates > 0, "no map came under pressure: this test looks at nothing");
}

#[inline(never)]
fn made() -> (Vec<Rc<u8>>, Arc<Wide>, Box<dyn Trace>, u32) {
    let line = line!() + 1;
    let list = Vec::with_capacity(2);
    let (wide, boxed) = (Arc::new(Wide(1)), Box::new(1u8) as Box<dyn Trace>);
    let mut list: Vec<Rc<u8>> = list;
    list.push(Rc::new(7));
    (list, wide, boxed, line)
}

fn a_node_knows_its_line() {
    let measured = region().expect("no other region is open");
    let (list, wide, boxed, line) = made();
    let snapshot = Roots::new().variable("a", &list).variable("b", &wide).variable("c", &boxed).snapshot();
    let lines = |snapshot: &ObjectSnapshot| -> Vec<String> {
        let picture = snapshot.show_refs(&[0, 1, 2], 3, 10);
        picture
            .nodes
            .into_iter()
            .filter_map(|node| Some(format!("{}: {}", node.type_name, node.born_at?)))
            .collect()
    };
    let at = |name: &str, line: u32| format!("{name}: crates/object-graph/tests/sizes.rs:{line}");
    let expected = [
        at("Vec<Rc<u8>>", line),
        at("Arc<Wide>", line + 1),
        at("Box<dyn Trace>", line + 1),
        at("Rc<u8>", line + 3),
    ];
    assert_eq!(lines(&snapshot), expected);
    let before = live_bytes();
    let again = Roots::new().variable("a", &list).variable("b", &wide).variable("c", &boxed).snapshot();
    assert_eq!(lines(&again).len(), 4);
    assert_eq!(live_bytes(), before, "looking is not seen");
    drop(measured);
}

fn held_guards_are_given_back() {
    let shared = Rc::new(RefCell::new(String::from("x")));
    let weak: (rc::Weak<RefCell<String>>, sync::Weak<u8>) = (Rc::downgrade(&shared), sync::Weak::new());
    let snapshot = Roots::new().variable("weak", &weak).snapshot();
    assert_eq!(snapshot.nodes().len(), 3);
    shared.borrow_mut().push('y');
    assert_eq!((Rc::strong_count(&shared), Rc::weak_count(&shared)), (1, 1));
}

fn main() {
    pointers();
    sequences();
    maps();
    an_estimate_is_called_one();
    a_node_knows_its_line();
    held_guards_are_given_back();
    println!("sizes: ok");
}
