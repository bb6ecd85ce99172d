//! Totals by type, with objgraph's names: `by_type`, `most_common_types`, `show_growth`.

use crate::snapshot::ObjectSnapshot;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The objects of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeCount {
    /// The type without paths: `Rc<Session>`.
    pub type_name: String,
    /// Number of objects.
    pub count: u64,
    /// Sum of their own bytes.
    pub bytes: u64,
}

/// The change of one type between two snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeGrowth {
    /// The type without paths: `Rc<Session>`.
    pub type_name: String,
    /// Number of objects now.
    pub count: u64,
    /// Change of the number of objects.
    pub count_diff: i64,
    /// Sum of their own bytes now.
    pub bytes: u64,
    /// Change of their own bytes.
    pub bytes_diff: i64,
}

impl ObjectSnapshot {
    /// The ids of a type's objects. Roots are variables and not objects.
    pub fn by_type(&self, type_name: &str) -> Vec<u32> {
        let of_type = |id: &u32| !self.is_root(*id) && &*self.nodes[*id as usize].type_name == type_name;
        self.ids().filter(of_type).collect()
    }

    /// The types with the most objects, most common first.
    pub fn most_common_types(&self, limit: usize) -> Vec<TypeCount> {
        let mut types: Vec<TypeCount> = self.count_types().into_values().collect();
        types.sort_by(|one, other| {
            (Reverse(one.count), &one.type_name).cmp(&(Reverse(other.count), &other.type_name))
        });
        types.truncate(limit);
        types
    }

    /// The types with more objects or more bytes than in an earlier snapshot, sorted by the number
    /// of new objects.
    pub fn growth_since(&self, earlier: &ObjectSnapshot, limit: usize) -> Vec<TypeGrowth> {
        let before = earlier.count_types();
        let growth = |(name, now): (&str, TypeCount)| {
            let (count, bytes) = before.get(name).map_or((0, 0), |before| (before.count, before.bytes));
            TypeGrowth {
                count_diff: now.count.wrapping_sub(count).cast_signed(),
                bytes_diff: now.bytes.wrapping_sub(bytes).cast_signed(),
                type_name: now.type_name,
                count: now.count,
                bytes: now.bytes,
            }
        };
        let mut growth: Vec<TypeGrowth> = self.count_types().into_iter().map(growth).collect();
        growth.retain(|growth| growth.count_diff > 0 || growth.bytes_diff > 0);
        growth.sort_by(|one, other| {
            let order = |growth: &TypeGrowth| Reverse((growth.count_diff, growth.bytes_diff));
            order(one).cmp(&order(other)).then_with(|| one.type_name.cmp(&other.type_name))
        });
        growth.truncate(limit);
        growth
    }

    /// [`ObjectSnapshot::most_common_types`] as text, one line per type, as objgraph prints it.
    pub fn show_most_common_types(&self, limit: usize) -> String {
        let types = self.most_common_types(limit);
        let width = types.iter().map(|count| count.type_name.chars().count()).max().unwrap_or(0);
        let line = |count: &TypeCount| {
            format!("{:<width$} {:>9} {:>12} B\n", count.type_name, count.count, count.bytes)
        };
        types.iter().map(line).collect()
    }

    /// [`ObjectSnapshot::growth_since`] as text, one line per type, as objgraph prints it.
    pub fn show_growth(&self, earlier: &ObjectSnapshot, limit: usize) -> String {
        let types = self.growth_since(earlier, limit);
        let width = types.iter().map(|growth| growth.type_name.chars().count()).max().unwrap_or(0);
        let line = |growth: &TypeGrowth| {
            let TypeGrowth { type_name, count, count_diff, bytes_diff, .. } = growth;
            format!("{type_name:<width$} {count:>9} {count_diff:>+9} {bytes_diff:>+12} B\n")
        };
        types.iter().map(line).collect()
    }

    fn count_types(&self) -> BTreeMap<&str, TypeCount> {
        let mut types: BTreeMap<&str, TypeCount> = BTreeMap::new();
        for node in self.nodes.iter().filter(|node| !node.root && !node.witness) {
            let entry = types.entry(&node.type_name).or_default();
            entry.count += 1;
            entry.bytes += node.shallow_bytes;
        }
        types.iter_mut().for_each(|(name, count)| count.type_name = (*name).to_owned());
        types
    }
}
