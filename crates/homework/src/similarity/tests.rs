//! Winnowing's two guarantees on random sources, and a class with copies.

use super::*;
use proptest::prelude::*;

const ADDS: &str = "pub fn list(rows: Rows) -> Vec<Row> { let mut all = Vec::with_capacity(rows.len()); for row in rows { \
    if row.score > 3 { all.push(Row { id: row.id, score: row.score * 2 }); } else { all.push(row); } } all.shrink_to_fit(); all }";
const FOLDS: &str = "pub fn list(rows: Rows) -> Vec<Row> { rows.enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, row)| { \
    let score = match row.score { 0 => 1, 1..=9 => row.score, _ => 10 }; Row { score, ..row } }).collect::<Vec<_>>() }";
const START: &str = "pub fn list(rows: Rows) -> Vec<Row> { let mut all = Vec::new(); while let Some(row) = rows.next() { all.push(row.clone()); } \
    all } pub fn generator(rows: Rows) -> impl Iterator<Item = Row> { let all = list(rows); all.into_iter() }";

fn compared(source: &str, start: &StartingPoint) -> ComparedSource {
    // Here the source itself stands for its hash.
    ComparedSource { source_sha256: source.to_owned(), own: Fingerprints::from_files([source], start) }
}

fn pairs(sources: &[&str]) -> Vec<SimilarPair> {
    let start = StartingPoint::from_files([START]);
    find_similar(&sources.iter().map(|source| compared(source, &start)).collect::<Vec<_>>())
}

#[test]
fn a_renamed_copy_is_found_and_an_own_way_is_not() {
    let renamed =
        ADDS.replace("all", "result").replace("row", "entry").replace("; ", ";\n\n    // my own idea\n");
    let found = pairs(&[ADDS, FOLDS, &renamed]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].one, found[0].other, found[0].identical), (0, 2, false));
    assert_eq!((found[0].jaccard_thousandths, found[0].contained_thousandths), (1000, 1000));
}

#[test]
fn a_copy_in_a_longer_source_is_contained_in_it() {
    let longer = format!("{ADDS}\n{}", FOLDS.replace("list", "another"));
    let found = pairs(&[ADDS, &longer]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contained_thousandths > 800 && found[0].jaccard_thousandths < 700, "{found:?}");
}

#[test]
fn the_starting_point_is_nobodys_copy() {
    assert!(pairs(&[START, START, START]).is_empty());
    let with = |own: &str| format!("{START}\n{own}");
    assert!(pairs(&[&with(ADDS), &with(FOLDS)]).is_empty(), "only the starting point is in both");
    assert_eq!(pairs(&[&with(ADDS), &with(ADDS)]).len(), 1);
}

#[test]
fn a_ring_of_the_same_is_listed_against_its_first() {
    let found = pairs(&[ADDS, FOLDS, ADDS, ADDS]);
    let of: Vec<_> = found.iter().filter(|pair| pair.identical).map(|pair| (pair.one, pair.other)).collect();
    assert_eq!(of, [(0, 2), (0, 3)]);
}

#[test]
fn what_the_class_has_in_common_is_no_copy() {
    let spelled: Vec<String> = (0..60).map(|at| format!("{ADDS} // {at}")).collect();
    let class: Vec<&str> = spelled.iter().map(String::as_str).collect();
    assert!(pairs(&class).is_empty(), "sixty who write the same write what the task asks for");
    assert_eq!(pairs(&class[..3]).len(), 3);
}

/// Sources whose tokens differ from each other after normalization.
fn source(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<&'static str>> {
    const WORDS: [&str; 16] =
        ["fn", "let", "for", "if", "+", "-", "(", ")", "{", "}", "name", "7", "\"t\"", "=", ";", "match"];
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), length)
}

proptest! {
    #[test]
    fn a_shared_run_is_always_found(
        (before, shared, after) in (source(0..60), source(ALWAYS_FOUND..ALWAYS_FOUND + 40), source(0..60)),
    ) {
        let none = StartingPoint::default();
        let whole = [before, shared.clone(), after].concat().join(" ");
        let part = shared.join(" ");
        let (whole, part) = (Fingerprints::from_files([&*whole], &none), Fingerprints::from_files([&*part], &none));
        prop_assert!(whole.0.intersection(&part.0).next().is_some());
    }

    #[test]
    fn what_is_chosen_is_some_gram_and_a_short_source_has_none(words in source(0..200)) {
        let text = words.join("\n");
        let chosen = Fingerprints::from_files([&*text], &StartingPoint::default());
        let all: BTreeSet<u64> = hash_grams(&text).into_iter().collect();
        prop_assert!(chosen.0.is_subset(&all));
        prop_assert_eq!(chosen.is_empty(), words.len() < GRAM);
        // Winnowing's guarantee, checked the slow way: every window has a chosen hash.
        for window in hash_grams(&text).windows(WINDOW) {
            prop_assert!(window.iter().any(|gram| chosen.0.contains(gram)));
        }
        prop_assert!(Fingerprints::from_files([&*text], &StartingPoint::from_files([&*text])).is_empty());
    }

    #[test]
    fn shares_are_the_same_from_both_sides_and_within_bounds((a, b) in (source(0..150), source(0..150))) {
        let none = StartingPoint::default();
        let (a, b) = (a.join(" "), b.join(" "));
        let (a, b) = (compared(&a, &none), compared(&b, &none));
        let (ab, ba) = (find_similar(&[a.clone(), b.clone()]), find_similar(&[b.clone(), a.clone()]));
        prop_assert_eq!(ab.len(), ba.len());
        for (ab, ba) in ab.iter().zip(&ba) {
            prop_assert_eq!((ab.shared, ab.jaccard_thousandths, ab.contained_thousandths),
                (ba.shared, ba.jaccard_thousandths, ba.contained_thousandths));
            // Compared with plain sets.
            let (both, either) = (a.own.0.intersection(&b.own.0).count(), a.own.0.union(&b.own.0).count());
            prop_assert_eq!(ab.jaccard_thousandths as usize, both * 1000 / either);
            prop_assert_eq!(ab.contained_thousandths as usize, both * 1000 / a.own.len().min(b.own.len()));
            prop_assert!(ab.jaccard_thousandths <= ab.contained_thousandths && ab.contained_thousandths <= 1000);
        }
    }

    #[test]
    fn no_source_is_too_strange(text in ".{0,300}") {
        let _ = Fingerprints::from_files([&*text], &StartingPoint::default());
    }
}
