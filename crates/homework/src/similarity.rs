//! Which submissions are alike, by winnowing fingerprints of their tokens. The result is for a
//! person to look at and never changes a verdict.
//!
//! S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document
//! Fingerprinting", SIGMOD 2003 (<https://doi.org/10.1145/872757.872770>). Every run of [`GRAM`]
//! tokens is hashed, and of every [`WINDOW`] consecutive hashes the smallest is kept, the last one
//! of equal ones. Two sources that share [`ALWAYS_FOUND`] tokens in a row have a fingerprint in
//! common; those that share fewer than [`GRAM`] have none.
//!
//! Names, literals, comments and layout do not count (`tokens`), so renaming and reformatting
//! change nothing. Fingerprints of the starting point, and those that many of the class have, are
//! left out: they belong to the task.

mod tokens;

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Tokens per hash.
pub const GRAM: usize = 20;
/// Hashes per window.
pub const WINDOW: usize = 8;
/// A shared run of so many tokens is always found.
pub const ALWAYS_FOUND: usize = WINDOW + GRAM - 1;
/// Fewer common fingerprints mean nothing: everybody writes a loop and a `push`.
const LEAST_SHARED: u32 = 12;
/// Pairs are listed from this share of the smaller source on, in thousandths.
const LEAST_CONTAINED_THOUSANDTHS: u32 = 700;
/// A fingerprint is common if more than this part of the class has it, and more than
/// [`COMMON_AT_LEAST`] submissions.
const COMMON_PART: usize = 10;
/// In a small class, a ring of copies must not count as the common way.
const COMMON_AT_LEAST: usize = 20;

/// The fingerprints of one submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprints(BTreeSet<u64>);

/// A pair of similar submissions, by their positions in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarPair {
    /// The first of the two.
    pub one: usize,
    /// The second.
    pub other: usize,
    /// Whether their sources have the same hash.
    pub identical: bool,
    /// Number of common fingerprints.
    pub shared: u32,
    /// The same in thousandths of the fingerprints of both together.
    pub jaccard_thousandths: u32,
    /// The same in thousandths of the fingerprints of the smaller one.
    pub contained_thousandths: u32,
}

/// A submission's source as far as it is compared.
#[derive(Clone, Debug, Default)]
pub struct ComparedSource {
    /// Hash of the source; empty without one.
    pub source_sha256: String,
    /// Its fingerprints without the starting point's.
    pub own: Fingerprints,
}

/// All hashes of the starting point, which are left out of the fingerprints.
#[derive(Clone, Debug, Default)]
pub struct StartingPoint(BTreeSet<u64>);

impl StartingPoint {
    /// Hashes the starting point's files.
    pub fn from_files<'a>(files: impl IntoIterator<Item = &'a str>) -> StartingPoint {
        StartingPoint(files.into_iter().flat_map(hash_grams).collect())
    }
}

impl Fingerprints {
    /// The fingerprints of a submission's files, without the starting point's. No run of tokens
    /// crosses files.
    pub fn from_files<'a>(files: impl IntoIterator<Item = &'a str>, start: &StartingPoint) -> Fingerprints {
        let chosen = files.into_iter().flat_map(|file| winnow(&hash_grams(file)));
        Fingerprints(chosen.filter(|gram| !start.0.contains(gram)).collect())
    }

    /// Number of fingerprints.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none: only the starting point, or little more.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The similar pairs, the most similar first. Submissions without fingerprints are in no pair.
pub fn find_similar(class: &[ComparedSource]) -> Vec<SimilarPair> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, one) in class.iter().enumerate() {
        for &fingerprint in &one.own.0 {
            holders.entry(fingerprint).or_default().push(index);
        }
    }
    let common = COMMON_AT_LEAST.max(class.len() / COMMON_PART);
    holders.retain(|_, holders| holders.len() <= common);
    let mut left = vec![0_u32; class.len()];
    let mut shared: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for holders in holders.values() {
        for (at, &one) in holders.iter().enumerate() {
            left[one] += 1;
            for &other in &holders[at + 1..] {
                *shared.entry((one, other)).or_default() += 1;
            }
        }
    }
    let same = |one: usize, other: usize| class[one].source_sha256 == class[other].source_sha256;
    let near = shared.into_iter().filter(|&((one, other), _)| !same(one, other));
    let near = near.map(|((one, other), shared)| compare_pair(one, other, shared, &left));
    let mut found: BTreeMap<(usize, usize), SimilarPair> = near
        .filter(|pair| {
            pair.shared >= LEAST_SHARED && pair.contained_thousandths >= LEAST_CONTAINED_THOUSANDTHS
        })
        .map(|pair| ((pair.one, pair.other), pair))
        .collect();
    for (one, other) in find_identical(class) {
        let shared = u32::try_from(class[one].own.len()).unwrap_or(u32::MAX);
        let full = SimilarPair {
            one,
            other,
            identical: true,
            shared,
            jaccard_thousandths: 1000,
            contained_thousandths: 1000,
        };
        found.insert((one, other), full);
    }
    let mut found: Vec<SimilarPair> = found.into_values().collect();
    found.sort_by_key(|pair| {
        (
            !pair.identical,
            std::cmp::Reverse((pair.contained_thousandths, pair.jaccard_thousandths, pair.shared)),
        )
    });
    found
}

fn compare_pair(one: usize, other: usize, shared: u32, left: &[u32]) -> SimilarPair {
    let (a, b) = (left[one], left[other]);
    let thousandths = |of: u32| shared.saturating_mul(1000).checked_div(of).unwrap_or(0);
    SimilarPair {
        one,
        other,
        identical: false,
        shared,
        jaccard_thousandths: thousandths(a + b - shared),
        contained_thousandths: thousandths(a.min(b)),
    }
}

/// Pairs of equal sources. Each further one is paired with the first of its group only.
fn find_identical(class: &[ComparedSource]) -> Vec<(usize, usize)> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut pairs = Vec::new();
    for (index, one) in class.iter().enumerate() {
        if one.own.is_empty() || one.source_sha256.is_empty() {
            continue;
        }
        match first.entry(&one.source_sha256) {
            std::collections::hash_map::Entry::Occupied(first) => pairs.push((*first.get(), index)),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(index);
            }
        }
    }
    pairs
}

/// The hash of every run of [`GRAM`] tokens, in their order.
fn hash_grams(source: &str) -> Vec<u64> {
    let tokens = tokens::tokenize(source);
    tokens.windows(GRAM).map(|run| run.iter().fold(FNV_OFFSET, |hash, &token| fnv(hash, token))).collect()
}

/// The smallest hash of every window, the last one of equal ones. A source with fewer hashes than a
/// window is one window.
fn winnow(grams: &[u64]) -> Vec<u64> {
    if grams.is_empty() {
        return Vec::new();
    }
    let window = WINDOW.min(grams.len());
    let mut chosen = Vec::new();
    let mut last = None;
    for (start, run) in grams.windows(window).enumerate() {
        // `min_by_key` returns the first of equal ones; in reverse order that is the last.
        let least = run.iter().enumerate().rev().min_by_key(|&(_, hash)| *hash);
        if let Some((place, &hash)) = least
            && last != Some(start + place)
        {
            last = Some(start + place);
            chosen.push(hash);
        }
    }
    chosen
}

/// FNV-1a over the bytes of a token's number (<http://www.isthe.com/chongo/tech/comp/fnv/>). Unlike
/// std's hasher it is the same on every machine.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(hash: u64, token: u64) -> u64 {
    token
        .to_le_bytes()
        .iter()
        .fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests;
