//! One site's blocks, counted as the recorder counts them: the simulated services make and free
//! them here.

use crate::growth::{Checkpoint, LiveTotal, SiteRun};

/// A live block of the site.
#[derive(Debug)]
pub(super) struct Block {
    bytes: u64,
    born_bytes: u64,
}

/// The allocation clock, and what the site has done so far.
#[derive(Debug, Default)]
pub(super) struct Heap {
    clock_bytes: u64,
    live: LiveTotal,
    run: SiteRun,
}

impl Heap {
    pub(super) fn allocate(&mut self, bytes: u64) -> Block {
        self.clock_bytes += bytes;
        // The clock includes the block's own bytes, so a block that dies at once has a lifetime of
        // 0.
        let block = Block { bytes, born_bytes: self.clock_bytes };
        self.run.births += 1;
        self.run.birth_bytes += bytes;
        self.live.blocks += 1;
        self.live.bytes += bytes;
        self.update_peak();
        block
    }

    pub(super) fn resize(&mut self, block: &mut Block, bytes: u64) {
        let grown = bytes.saturating_sub(block.bytes);
        let shrunk = block.bytes.saturating_sub(bytes);
        self.clock_bytes += grown;
        self.run.reallocations += 1;
        self.run.grown_bytes += grown;
        self.run.shrunk_bytes += shrunk;
        self.live.bytes = self.live.bytes + grown - shrunk;
        block.bytes = bytes;
        self.update_peak();
    }

    pub(super) fn free(&mut self, block: Block) {
        let lived = self.clock_bytes - block.born_bytes;
        let bucket = (u64::BITS - lived.leading_zeros()) as usize;
        if self.run.lifetimes.len() <= bucket {
            self.run.lifetimes.resize(bucket + 1, 0);
        }
        self.run.lifetimes[bucket] += 1;
        self.run.lifetime_bytes += lived;
        self.run.deaths += 1;
        self.live.blocks -= 1;
        self.live.bytes -= block.bytes;
    }

    /// Other sites allocate, which moves the clock.
    pub(super) fn allocate_elsewhere(&mut self, bytes: u64) {
        self.clock_bytes += bytes;
    }

    pub(super) fn record_checkpoint(&mut self, requests: u64) {
        self.run.checkpoints.push(Checkpoint { requests, live: self.live });
    }

    /// The figures as they are now.
    pub(super) fn close(&self, requests: u64) -> SiteRun {
        SiteRun { requests, end: self.live, ..self.run.clone() }
    }

    pub(super) fn live(&self) -> LiveTotal {
        self.live
    }

    fn update_peak(&mut self) {
        if self.live.bytes > self.run.own_peak.bytes {
            self.run.own_peak = self.live;
        }
    }
}
