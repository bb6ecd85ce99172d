//! What one thread counts at one site. Only that thread writes; a snapshot may read at any time.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Powers of two of the allocation clock that lifetimes are told apart by; the last has all from 1 GiB on. PERF: 32 rows of
/// them fill a page, as 32 sites do.
pub(super) const LIFETIMES: usize = 32;

/// A counter that one thread writes. PERF: a load and a store, where a locked add costs 5 ns.
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

/// A figure that one thread writes and that may be below zero: a thread may free more than it made.
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

/// The counters of a site in a thread.
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
    /// What was live when the peak before this seal was left; of no meaning while the seal is an older one.
    saved_blocks: SignedCounter,
    saved_bytes: SignedCounter,
    epoch: Counter,
    pub(super) deaths: Counter,
    pub(super) lifetime_bytes: Counter,
    /// The sum of the allocation clock at the births of the blocks that live: how old they are at the end.
    pub(super) live_birth_clock_bytes: SignedCounter,
}

// PERF: two cache lines a site, and 32 sites a page.
const _: () = assert!(size_of::<SiteCounters>() == 128);

/// How long the blocks of a site lived.
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

    /// As it was when the block was handed out, with the block itself counted.
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

    /// Blocks and bytes at the global peak: what was kept when the last seal was broken, or, if nothing has changed here
    /// since, what is live now. `rising` is whether the peak is now.
    pub(super) fn figures_at_peak(&self, seal: u64, rising: bool) -> (i64, i64) {
        if !rising && self.epoch.get() == seal {
            (self.saved_blocks.get(), self.saved_bytes.get())
        } else {
            (self.live_blocks.get(), self.live_bytes.get())
        }
    }

    /// Whether no event is half counted: what was born here and has not died here is live.
    pub(super) fn is_consistent(&self) -> bool {
        let left = self.births.get().wrapping_sub(self.deaths.get());
        left as i64 == self.live_blocks.get()
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.births.get() == 0 && self.deaths.get() == 0 && self.reallocations.get() == 0
    }

    /// The first change after the peak was left: what is live is what the peak had.
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
