//! `def add(item, bag=[])`, letter by letter: Rust has no default arguments, so there is no place
//! for the trap.

pub fn add(item: u64, bag: Vec<u64> = Vec::new()) -> Vec<u64> {
    let mut bag = bag;
    bag.push(item);
    bag
}
