//! Compares counters that spill all the time with a map.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn hold(keys: &[(u8, u32, u64)], budget: usize, counters: usize) {
    let file = SpillFile::new(&std::env::temp_dir());
    let mut expected: HashMap<Vec<u8>, u64> = HashMap::new();
    let mut all: Vec<Counter> = (0..counters).map(|_| Counter::new(&file, budget, 0)).collect();
    for (index, &(kind, value, count)) in keys.iter().enumerate() {
        let text = format!("/{value}").repeat(1 + value as usize % 5);
        let key = match kind % 3 {
            0 => Key::V4(value),
            1 => Key::V6(u128::from(value) << 50 | u128::from(value)),
            _ => Key::Text(text.as_bytes()),
        };
        *expected.entry(key.to_text().into_owned()).or_default() += count;
        all[index % counters].add(key, count).unwrap();
    }
    let parts: Vec<SpilledPartitions> =
        all.into_iter().map(|counter| counter.into_partitions().unwrap()).collect();
    let mut found = HashMap::new();
    for partition in 0..PARTITIONS {
        drain_partition(&parts, partition, &file, budget, 0, &mut |key, count| {
            assert_eq!(found.insert(key.to_text().into_owned(), count), None, "a key comes once");
            Ok(())
        })
        .unwrap();
    }
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn spilled_or_not_the_counts_are_those_of_a_map(
        keys in prop::collection::vec((any::<u8>(), prop_oneof![0u32..50, any::<u32>()], prop_oneof![1u64..4, 1u64..1 << 40]), 0..3000),
        budget in 4096usize..400_000,
        counters in 1usize..4,
    ) {
        hold(&keys, budget, counters);
    }
}

#[test]
fn partitions_that_do_not_fit_are_parted_again() {
    let keys: Vec<(u8, u32, u64)> = (0..120_000u32).map(|value| (0, value / 2 * 977, 1)).collect();
    hold(&keys, 4096, 2);
}

#[test]
fn a_count_goes_on_beyond_32_bits() {
    let file = SpillFile::new(&std::env::temp_dir());
    let mut counter = Counter::new(&file, 1 << 20, 0);
    counter.add(Key::V4(7), u64::from(u32::MAX) - 1).unwrap();
    for _ in 0..5 {
        counter.count_v4(7);
    }
    counter.flush().unwrap();
    counter.add(Key::V4(7), 1 << 40).unwrap();
    let mut all = Vec::new();
    counter
        .drain(&mut |key, count| {
            all.push((key.to_text().into_owned(), count));
            Ok(())
        })
        .unwrap();
    assert_eq!(all, [(b"0.0.0.7".to_vec(), u64::from(u32::MAX) + 4 + (1 << 40))]);
}
