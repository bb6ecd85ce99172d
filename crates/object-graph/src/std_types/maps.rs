//! Traces maps and sets. The sizes of their tables are not available from the standard library and
//! are derived from its layout; `tests/sizes.rs` compares them with the recorder.

use crate::Trace;
use crate::label::Label;
use crate::walk::block::Block;
use crate::walk::tracer::{Content, Tracer};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::mem::MaybeUninit;

impl<K: Trace, V: Trace, S> Trace for HashMap<K, V, S> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let block = hash_table_block::<(K, V), K>(self.capacity(), self.keys());
        tracer.add_owned::<HashMap<K, V>>(block, (!(K::is_leaf() && V::is_leaf())).then_some(self));
    }
}

impl<K: Trace, V: Trace, S> Content for HashMap<K, V, S> {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let mut entries: Vec<(Option<String>, &K, &V)> =
            self.iter().map(|(key, value)| (key.key_name(), key, value)).collect();
        // A map's own order differs on every run. It is used only where keys have no names.
        entries.sort_by(|(one, ..), (other, ..)| compare_names(one.as_deref(), other.as_deref()));
        entries
            .into_iter()
            .enumerate()
            .for_each(|(index, (name, key, value))| trace_entry(tracer, index, name, key, value));
    }
}

impl<T: Trace, S> Trace for HashSet<T, S> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let block = hash_table_block::<T, T>(self.capacity(), self.iter());
        tracer.add_owned::<HashSet<T>>(block, (!T::is_leaf()).then_some(self));
    }
}

impl<T: Trace, S> Content for HashSet<T, S> {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let mut items: Vec<(Option<String>, &T)> = self.iter().map(|item| (item.key_name(), item)).collect();
        items.sort_by(|(one, _), (other, _)| compare_names(one.as_deref(), other.as_deref()));
        items
            .into_iter()
            .enumerate()
            .for_each(|(index, (name, item))| tracer.trace_at(key_label(index, name), item));
    }
}

impl<K: Trace, V: Trace> Trace for BTreeMap<K, V> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let block = tree_block::<K, V>(
            self.iter().map(|(key, value)| (std::ptr::from_ref(key), std::ptr::from_ref(value))),
        );
        tracer.add_owned::<BTreeMap<K, V>>(block, (!(K::is_leaf() && V::is_leaf())).then_some(self));
    }
}

impl<K: Trace, V: Trace> Content for BTreeMap<K, V> {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
        self.iter()
            .enumerate()
            .for_each(|(index, (key, value))| trace_entry(tracer, index, key.key_name(), key, value));
    }
}

impl<T: Trace> Trace for BTreeSet<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let block = tree_block::<T, ()>(self.iter().map(|item| (std::ptr::from_ref(item), std::ptr::null())));
        tracer.add_owned::<BTreeSet<T>>(block, (!T::is_leaf()).then_some(self));
    }
}

impl<T: Trace> Content for BTreeSet<T> {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
        self.iter()
            .enumerate()
            .for_each(|(index, item)| tracer.trace_at(key_label(index, item.key_name()), item));
    }
}

fn trace_entry<'a, K: Trace, V: Trace>(
    tracer: &mut Tracer<'a>,
    index: usize,
    name: Option<String>,
    key: &'a K,
    value: &'a V,
) {
    let label = key_label(index, name);
    if !K::is_leaf() {
        tracer.trace_at(Label::Text(format!("{label} key").into()), key);
    }
    tracer.trace_at(label, value);
}

/// `["ann"]`; keys without a name get their number.
fn key_label(index: usize, name: Option<String>) -> Label {
    match name {
        Some(name) => Label::Text(format!("[{name}]").into()),
        None => Label::Text(format!("[key {index}]").into()),
    }
}

/// Numbers by value, other names as text.
fn compare_names(one: Option<&str>, other: Option<&str>) -> std::cmp::Ordering {
    let number = |name: Option<&str>| name.and_then(|name| name.parse::<i128>().ok());
    number(one).cmp(&number(other)).then_with(|| one.cmp(&other))
}

/// Number of buckets that hashbrown examines together.
const GROUP: usize = if cfg!(target_feature = "sse2") { 16 } else { 8 };

/// The table of hashbrown, which implements the standard maps: entries, then a control byte per
/// bucket and for one more group (`TableLayout::calculate_layout_for`).
///
/// The capacity tells the number of buckets unless removed entries have left tombstones. In that
/// case the address range of the entries gives a lower bound, and the size is an estimate.
fn hash_table_block<'a, E, K: 'a>(capacity: usize, keys: impl Iterator<Item = &'a K>) -> Option<Block> {
    let told = buckets_for(capacity, size_of::<E>());
    let addresses = keys.map(|key| std::ptr::from_ref(key).addr());
    let span = addresses.fold(None, |span: Option<(usize, usize)>, address| {
        Some(span.map_or((address, address), |(low, high)| (low.min(address), high.max(address))))
    });
    let spanned = match span {
        Some((low, high)) if size_of::<E>() > 0 => ((high - low) / size_of::<E>() + 1).next_power_of_two(),
        _ => 0,
    };
    let buckets = told.max(spanned);
    if buckets == 0 {
        return None;
    }
    let align = GROUP.max(align_of::<E>());
    let bytes = buckets.saturating_mul(size_of::<E>()).next_multiple_of(align) + buckets + GROUP;
    Block::for_many(bytes, 1, told >= spanned && capacity == bucket_capacity(buckets))
}

/// Small tables keep one bucket free, large ones an eighth (`bucket_mask_to_capacity`).
fn bucket_capacity(buckets: usize) -> usize {
    if buckets <= 8 { buckets - 1 } else { buckets / 8 * 7 }
}

/// The least number of buckets with this capacity (`capacity_to_buckets`).
fn buckets_for(capacity: usize, entry_bytes: usize) -> usize {
    if capacity == 0 {
        return 0;
    }
    let least = match (GROUP, entry_bytes) {
        (16, 0..=1) => 16,
        (16, 2..=3) | (8, 0..=1) => 8,
        _ => 4,
    };
    let mut buckets = least;
    while bucket_capacity(buckets) < capacity {
        buckets *= 2;
    }
    buckets
}

/// Entries that fit into a B-tree node.
const TREE_CAPACITY: usize = 11;

/// A leaf in the standard library's layout.
#[expect(dead_code, reason = "only its size is asked for")]
struct Leaf<K, V> {
    parent: Option<std::ptr::NonNull<()>>,
    parent_index: MaybeUninit<u16>,
    length: u16,
    keys: [MaybeUninit<K>; TREE_CAPACITY],
    values: [MaybeUninit<V>; TREE_CAPACITY],
}

/// An inner node: a leaf with edges to one more node than it has entries.
#[repr(C)]
struct Inner<K, V>(Leaf<K, V>, [usize; TREE_CAPACITY + 1]);

/// The nodes of a B-tree, derived from the addresses of its entries in order. Entries of one node
/// are adjacent; between two entries of an inner node comes a leaf, and a leaf that is not the root
/// has at least five entries.
fn tree_block<K, V>(entries: impl Iterator<Item = (*const K, *const V)>) -> Option<Block> {
    let stride = if size_of::<K>() > 0 { size_of::<K>() } else { size_of::<V>() };
    let addresses = entries.map(|(key, value)| if size_of::<K>() > 0 { key.addr() } else { value.addr() });
    let (mut leaves, mut inner, mut length) = (0, 0, 0);
    // The first entries' addresses of the inner nodes on the path to the last entry.
    let mut open: Vec<usize> = Vec::new();
    let mut run: Option<(usize, usize)> = None;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for address in addresses {
        length += 1;
        match &mut run {
            Some((first, count)) if *count < TREE_CAPACITY && address == *first + *count * stride => {
                *count += 1;
            }
            _ => runs.extend(run.replace((address, 1))),
        }
    }
    runs.extend(run);
    if length == 0 {
        return None;
    }
    let alone = runs.len() == 1;
    for (first, count) in runs {
        if alone || count > 1 {
            leaves += 1;
            continue;
        }
        let known = open.iter().rposition(|&start| first > start && first < start + TREE_CAPACITY * stride);
        match known {
            Some(at) => open.truncate(at + 1),
            None => {
                inner += 1;
                open.push(first);
            }
        }
    }
    let bytes = leaves * size_of::<Leaf<K, V>>() + inner * size_of::<Inner<K, V>>();
    Block::for_many(bytes, leaves + inner, stride > 0)
}
