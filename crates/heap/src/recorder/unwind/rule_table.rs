//! The rules that the process has needed so far, by return address. All threads share them and read
//! them without a lock.
//!
//! A slot is one word that holds a rule and enough of its address to tell it from every other
//! address of the same bucket, so no reader can see the rule of one address with another.

use super::rule::PackedRule;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};

/// 512 KiB of address space in the program's zeroed data; a page of it is used once it is touched.
static RULES: RuleTable = RuleTable::new();

/// How often the rules were dropped. A reader that keeps anything that follows from rules drops it
/// when this changes.
static GENERATION: AtomicUsize = AtomicUsize::new(0);

/// Addresses of programs have 48 bits on the systems that we know.
const ADDRESS_BITS: u32 = 48;
const BUCKET_BITS: u32 = 15;
const TAG_BITS: u32 = ADDRESS_BITS - BUCKET_BITS;
const WAYS: usize = 2;
const _: () = assert!(TAG_BITS + PackedRule::BITS <= u64::BITS);

struct RuleTable([[AtomicU64; WAYS]; 1 << BUCKET_BITS]);

impl RuleTable {
    const fn new() -> RuleTable {
        RuleTable([const { [const { AtomicU64::new(0) }; WAYS] }; 1 << BUCKET_BITS])
    }

    /// The bucket of an address, and its tag there. Both together are the address times an odd
    /// number modulo 2^48, with the high bits mixed into the low ones. Each step can be reversed, so
    /// no two addresses have both in common.
    #[inline(always)]
    fn place(&self, address: u64) -> (&[AtomicU64; WAYS], u64) {
        const MASK: u64 = (1 << ADDRESS_BITS) - 1;
        let product = address.wrapping_mul(0x9e37_79b9_7f4b) & MASK;
        let mixed = product ^ (product >> (ADDRESS_BITS / 2));
        let bucket = &self.0[mixed as usize % (1 << BUCKET_BITS)];
        (bucket, mixed >> BUCKET_BITS << PackedRule::BITS)
    }

    #[inline(always)]
    fn find(&self, address: u64) -> Option<PackedRule> {
        const RULE_MASK: u64 = (1 << PackedRule::BITS) - 1;
        if address >> ADDRESS_BITS != 0 {
            return None;
        }
        let (bucket, tag) = self.place(address);
        for slot in bucket {
            let word = slot.load(Relaxed);
            if word & !RULE_MASK == tag && word & RULE_MASK != 0 {
                return Some(PackedRule((word & RULE_MASK) as u32));
            }
        }
        None
    }

    /// Adds a rule; it replaces the older one of a full bucket.
    fn add(&self, address: u64, rule: PackedRule) {
        let (bucket, tag) = self.place(address);
        bucket[1].store(bucket[0].load(Relaxed), SeqCst);
        bucket[0].store(tag | u64::from(rule.0), SeqCst);
    }
}

/// The rule of a return address, if it was needed before.
#[inline(always)]
pub(super) fn find_rule(address: u64) -> Option<PackedRule> {
    RULES.find(address)
}

/// Remembers the rule of a return address. `generation` is that from before the rule was computed.
#[cold]
pub(super) fn add_rule(address: u64, rule: PackedRule, generation: usize) {
    if address >> ADDRESS_BITS != 0 {
        return;
    }
    RULES.add(address, rule);
    // Either the thread that drops all rules sees this one, or this thread sees the new generation.
    if GENERATION.load(SeqCst) != generation {
        RULES.place(address).0.iter().for_each(|slot| slot.store(0, SeqCst));
    }
}

#[inline(always)]
pub(super) fn generation() -> usize {
    GENERATION.load(Relaxed)
}

/// Drops all rules, because a module was loaded or unloaded.
pub(super) fn drop_all_rules() {
    GENERATION.fetch_add(1, SeqCst);
    for slot in RULES.0.iter().flatten() {
        // PERF: a page that was never used is not touched by a load of zero.
        if slot.load(SeqCst) != 0 {
            slot.store(0, SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_own_rule_or_none() {
        let table: Box<RuleTable> = Box::new(RuleTable::new());
        let address = |number: u64| 0x7fff_0000_0000 + number * 7;
        let rule = |number: u64| PackedRule(number as u32 + 1);
        let mut forgotten = 0;
        for number in 0..20_000 {
            table.add(address(number), rule(number));
        }
        for number in 0..40_000 {
            match table.find(address(number)) {
                Some(found) => assert_eq!((found, number < 20_000), (rule(number), true)),
                None => forgotten += u32::from(number < 20_000),
            }
        }
        assert!(forgotten < 2_000, "{forgotten} of 20,000");
    }
}
