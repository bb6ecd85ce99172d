//! Which submissions are alike: fingerprints of their tokens, chosen by winnowing. For a person to look at, never a verdict.
//!
//! S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003
//! (<https://doi.org/10.1145/872757.872770>). Every run of [`GRAM`] tokens is hashed; of every [`WINDOW`] hashes in a row the least
//! is kept, of equal ones the last. Whatever two sources share over [`FOUND`] tokens then has a fingerprint in common, and what they
//! share over less than [`GRAM`] has none.
//!
//! Names, literals, comments and layout do not count (`tokens`): renaming and reformatting change nothing. What the starting point
//! already holds is taken out, and so is what many of the class have: that is the task, not a copy.

mod tokens;

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Tokens a hash.
pub const GRAM: usize = 20;
/// Hashes a window.
pub const WINDOW: usize = 8;
/// A shared run of so many tokens is always found: `WINDOW + GRAM - 1`.
pub const ALWAYS_FOUND: usize = WINDOW + GRAM - 1;
/// Fewer fingerprints in common are no sign of anything: a loop and a `push` are written by everybody.
const LEAST_SHARED: u32 = 12;
/// Of what the smaller source has, so many thousandths are in both: from here on it is called alike.
const LEAST_CONTAINED_THOUSANDTHS: u32 = 700;
/// What more than this part of the class has, and more than [`COMMON_AT_LEAST`] submissions, is common.
const COMMON_PART: usize = 10;
/// A small class's ring of copies is not the common way of writing it.
const COMMON_AT_LEAST: usize = 20;

/// The fingerprints of one submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprints(BTreeSet<u64>);

/// Two submissions that are alike, by their places in the list that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarPair {
    /// The one that stands first.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// Whether both have the same hash.
    pub identical: bool,
    /// Fingerprints in common.
    pub shared: u32,
    /// These as thousandths of what either has.
    pub jaccard_thousandths: u32,
    /// These as thousandths of what the smaller has.
    pub contained_thousandths: u32,
}

/// One submission, as far as it is compared.
#[derive(Clone, Debug, Default)]
pub struct ComparedSource {
    /// Of its source; empty without one.
    pub source_sha256: String,
    /// What it has besides the starting point.
    pub own: Fingerprints,
}

/// Every hash of the starting point: what is taken out of a submission.
#[derive(Clone, Debug, Default)]
pub struct StartingPoint(BTreeSet<u64>);

impl StartingPoint {
    /// Of the starting point's files.
    pub fn from_files<'a>(files: impl IntoIterator<Item = &'a str>) -> StartingPoint {
        StartingPoint(files.into_iter().flat_map(hash_grams).collect())
    }
}

impl Fingerprints {
    /// Of the files of one submission, without what the starting point holds. Every file stands for itself.
    pub fn from_files<'a>(files: impl IntoIterator<Item = &'a str>, start: &StartingPoint) -> Fingerprints {
        let chosen = files.into_iter().flat_map(|file| winnow(&hash_grams(file)));
        Fingerprints(chosen.filter(|gram| !start.0.contains(gram)).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none: the starting point, or next to nothing besides.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The pairs that are alike, the most alike first. Submissions without fingerprints of their own are in none.
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

/// Pairs of the same bytes. A ring of many is listed as each against the first of it: all of it against all of it says no more.
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

/// The least of every window, of equal ones the last; a source with fewer hashes than a window is one window.
fn winnow(grams: &[u64]) -> Vec<u64> {
    if grams.is_empty() {
        return Vec::new();
    }
    let window = WINDOW.min(grams.len());
    let mut chosen = Vec::new();
    let mut last = None;
    for (start, run) in grams.windows(window).enumerate() {
        // `min_by_key` gives the first of equal ones: from behind that is the last.
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

/// FNV-1a over the bytes of a token's number (<http://www.isthe.com/chongo/tech/comp/fnv/>): the same on every machine, which
/// std's hasher is not.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(hash: u64, token: u64) -> u64 {
    token
        .to_le_bytes()
        .iter()
        .fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests;
