//! The counters of one site in one thread. Only that thread writes them; other threads may read
//! them at any time.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

/// The number of lifetime classes: powers of two of the allocation clock, and the last class has
/// everything from 1 GiB. PERF: the classes of 32 sites fill a page, and so do the counters of 32
/// sites.
pub(super) const LIFETIMES: usize = 32;

/// A counter with one writer. PERF: it uses a load and a store, where a locked addition takes 5 ns.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    pub(super) fn clear(&self) {
        self.0.store(0, Relaxed);
    }

    #[inline]
    pub(super) fn add(&self, amount: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    #[inline]
    pub(super) fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    #[inline]
    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A counter with one writer that may be negative: a thread may free more than it allocated.
#[derive(Default)]
pub(super) struct SignedCounter(AtomicI64);

impl SignedCounter {
    pub(super) const fn new() -> SignedCounter {
        SignedCounter(AtomicI64::new(0))
    }

    #[inline]
    pub(super) fn add(&self, amount: i64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    #[inline]
    pub(super) fn set(&self, value: i64) {
        self.0.store(value, Relaxed);
    }

    #[inline]
    pub(super) fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

#[derive(Default)]
pub(super) struct SiteCounters {
    pub(super) births: Counter,
    pub(super) birth_bytes: Counter,
    pub(super) reallocations: Counter,
    pub(super) reallocated_bytes: Counter,
    pub(super) grown_bytes: Counter,
    pub(super) shrunk_bytes: Counter,
    pub(super) live_blocks: SignedCounter,
    pub(super) live_bytes: SignedCounter,
    pub(super) own_peak_blocks: SignedCounter,
    pub(super) own_peak_bytes: SignedCounter,
    /// The live figures when the last peak before `epoch` ended; meaningless while `epoch` is older
    /// than the current one.
    saved_blocks: SignedCounter,
    saved_bytes: SignedCounter,
    epoch: Counter,
    pub(super) deaths: Counter,
    pub(super) lifetime_bytes: Counter,
    /// The sum, over the live blocks, of the allocation clock at their allocation. It gives their
    /// mean age at the end.
    pub(super) live_birth_clock_bytes: SignedCounter,
}

// PERF: two cache lines per site, and 32 sites per page.
const _: () = assert!(size_of::<SiteCounters>() == 128);

/// The number of freed blocks per lifetime class.
pub(super) type Lifetimes = [AtomicU32; LIFETIMES];

impl SiteCounters {
    #[inline]
    pub(super) fn count_alloc(&self, size: u64, seal: u64) {
        self.save_peak_figures(seal);
        self.births.add(1);
        self.birth_bytes.add(size);
        self.live_blocks.add(1);
        self.live_bytes.add(size as i64);
        self.update_own_peak();
    }

    /// Adds the clock value of a new block; the block itself is included in it.
    #[inline]
    pub(super) fn add_alloc_clock(&self, clock_bytes: u64) {
        self.live_birth_clock_bytes.add(clock_bytes.cast_signed());
    }

    #[inline]
    pub(super) fn count_realloc(&self, old: u64, new: u64, seal: u64) {
        self.save_peak_figures(seal);
        self.reallocations.add(1);
        self.reallocated_bytes.add(new);
        self.grown_bytes.add(new.saturating_sub(old));
        self.shrunk_bytes.add(old.saturating_sub(new));
        self.live_bytes.add(new.wrapping_sub(old) as i64);
        self.update_own_peak();
    }

    #[inline]
    pub(super) fn count_free(
        &self,
        size: u64,
        born_at: u64,
        clock_bytes: u64,
        lifetimes: &Lifetimes,
        seal: u64,
    ) {
        let lifetime = clock_bytes.saturating_sub(born_at);
        self.save_peak_figures(seal);
        self.deaths.add(1);
        self.live_blocks.add(-1);
        self.live_bytes.add((size as i64).wrapping_neg());
        self.lifetime_bytes.add(lifetime);
        self.live_birth_clock_bytes.add(born_at.cast_signed().wrapping_neg());
        let power = (u64::BITS - lifetime.leading_zeros()) as usize;
        let bucket = &lifetimes[power.min(LIFETIMES - 1)];
        bucket.store(bucket.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Blocks and bytes at the global peak: the saved figures if this site has changed since the
    /// peak ended, otherwise the live figures. `is_at_peak`: the region is at its peak now.
    pub(super) fn figures_at_peak(&self, seal: u64, rising: bool) -> (i64, i64) {
        if !rising && self.epoch.get() == seal {
            (self.saved_blocks.get(), self.saved_bytes.get())
        } else {
            (self.live_blocks.get(), self.live_bytes.get())
        }
    }

    /// Whether no event is half counted: allocations minus frees must equal the live blocks.
    pub(super) fn is_consistent(&self) -> bool {
        let left = self.births.get().wrapping_sub(self.deaths.get());
        left as i64 == self.live_blocks.get()
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.births.get() == 0 && self.deaths.get() == 0 && self.reallocations.get() == 0
    }

    /// At the first change of an epoch the live figures are those of the peak, so they are saved.
    #[inline]
    fn save_peak_figures(&self, seal: u64) {
        if self.epoch.get() != seal {
            self.saved_blocks.set(self.live_blocks.get());
            self.saved_bytes.set(self.live_bytes.get());
            self.epoch.0.store(seal, Relaxed);
        }
    }

    /// `>=`: of equal peaks the latest counts, as in dhat.
    #[inline]
    fn update_own_peak(&self) {
        let live = self.live_bytes.get();
        if live >= self.own_peak_bytes.get() {
            self.own_peak_bytes.set(live);
            self.own_peak_blocks.set(self.live_blocks.get());
        }
    }
}
