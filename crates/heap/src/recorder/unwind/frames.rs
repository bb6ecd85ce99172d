//! The return addresses of one stack.

use heaplab_profile::raw::CUT_ADDRESS;
use std::mem::MaybeUninit;

/// Frames that are kept of a stack.
pub(in crate::recorder) const MAX_FRAMES: usize = 128;

/// The return addresses of a stack, the innermost first.
pub(in crate::recorder) struct Frames {
    addresses: [MaybeUninit<u64>; MAX_FRAMES],
    length: usize,
    pub(in crate::recorder) hash: u64,
    /// The factor of the next address in the hash.
    factor: u64,
    /// The stack does not reach the place where the thread began.
    pub(in crate::recorder) cut: bool,
    /// A frame was found by its frame pointer, because its code has no unwind tables.
    pub(in crate::recorder) guessed: bool,
}

impl Frames {
    pub(in crate::recorder) fn new() -> Frames {
        // PERF: this kilobyte is not zeroed at every walk.
        Frames {
            addresses: [const { MaybeUninit::uninit() }; MAX_FRAMES],
            length: 0,
            hash: 0,
            factor: 1,
            cut: false,
            guessed: false,
        }
    }

    /// Adds the next outer address. Without room for it, the outermost address is replaced by
    /// [`CUT_ADDRESS`], and `false` is returned.
    #[inline]
    pub(in crate::recorder) fn push(&mut self, address: u64) -> bool {
        if let Some(slot) = self.addresses.get_mut(self.length) {
            slot.write(address);
            self.length += 1;
            self.hash = self.hash.wrapping_add(mix(address).wrapping_mul(self.factor));
            self.factor = self.factor.wrapping_mul(HASH_FACTOR);
            return true;
        }
        let factor = HASH_POWERS[MAX_FRAMES - 1];
        let change = mix(CUT_ADDRESS).wrapping_sub(mix(self.last()));
        self.hash = self.hash.wrapping_add(change.wrapping_mul(factor));
        self.addresses[MAX_FRAMES - 1].write(CUT_ADDRESS);
        self.cut = true;
        false
    }

    #[inline]
    pub(in crate::recorder) fn addresses(&self) -> &[u64] {
        // SAFETY: `push` has written every one of the first `length` slots.
        unsafe { std::slice::from_raw_parts(self.addresses.as_ptr().cast::<u64>(), self.length) }
    }

    #[inline]
    pub(super) fn length(&self) -> usize {
        self.length
    }

    fn last(&self) -> u64 {
        self.addresses().last().copied().unwrap_or(0)
    }
}

/// The hash of a stack is the polynomial `Σ mix(address[i]) · HASH_FACTOR^i`. So the hash of a
/// whole stack follows from the hashes of its inner and its outer part.
const HASH_FACTOR: u64 = 0x9fb2_1c65_1e98_df25;
const HASH_POWERS: [u64; MAX_FRAMES + 1] = {
    let mut powers = [1u64; MAX_FRAMES + 1];
    let mut i = 1;
    while i <= MAX_FRAMES {
        powers[i] = powers[i - 1].wrapping_mul(HASH_FACTOR);
        i += 1;
    }
    powers
};

#[inline]
fn mix(address: u64) -> u64 {
    let product = address.wrapping_mul(0x517c_c1b7_2722_0a95);
    product ^ (product >> 32)
}

/// The hash of these addresses, as [`Frames`] computes it.
pub(super) fn mix_addresses(addresses: &[u64]) -> u64 {
    let terms = addresses.iter().zip(HASH_POWERS).map(|(&address, factor)| mix(address).wrapping_mul(factor));
    terms.fold(0, u64::wrapping_add)
}

/// The hash of a stack whose innermost `inner_length` addresses have the hash `inner`, and whose
/// other addresses have the hash `outer`.
#[inline]
pub(super) fn join_hashes(inner: u64, inner_length: usize, outer: u64) -> u64 {
    inner.wrapping_add(HASH_POWERS[inner_length.min(MAX_FRAMES)].wrapping_mul(outer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(addresses: impl IntoIterator<Item = u64>) -> Frames {
        let mut frames = Frames::new();
        addresses.into_iter().for_each(|address| {
            frames.push(address);
        });
        frames
    }

    #[test]
    fn a_hash_is_joined_from_two_parts() {
        let (inner, outer) = (frames(1000..1007), frames(500..530));
        let whole = frames((1000..1007).chain(500..530));
        assert_eq!(whole.hash, join_hashes(inner.hash, 7, outer.hash));
        assert_ne!(whole.hash, join_hashes(outer.hash, 30, inner.hash));
    }

    #[test]
    fn a_deep_stack_ends_with_the_mark_of_a_cut() {
        let deep = frames(5000..5000 + 300);
        assert!(deep.cut && deep.length() == MAX_FRAMES);
        assert_eq!(deep.addresses()[126..], [5126, CUT_ADDRESS]);
        let mut expected = frames(5000..5127);
        expected.push(CUT_ADDRESS);
        assert!(!expected.cut);
        assert_eq!(deep.hash, expected.hash);
    }
}
