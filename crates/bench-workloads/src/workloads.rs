//! All workloads by name. Each is a function from a scale to a result that proves the work and
//! keeps its data live.

mod deep;
mod live;
mod rows;
mod stacks;
mod threads;

/// What a workload has built; it stays live until the region is closed.
pub(crate) type BoxedWork = Box<dyn WorkResult>;

/// Proves that the work was done.
pub(crate) trait WorkResult {
    /// The checksum, equal in every program at the same scale.
    fn checksum(&self) -> u64;
}

/// A sum, for workloads that keep no data.
pub(crate) struct Sum(u64);

impl WorkResult for Sum {
    fn checksum(&self) -> u64 {
        self.0
    }
}

/// A workload; each defines what one of its rows is.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) run: fn(u64) -> BoxedWork,
}

pub(crate) const WORKLOADS: [Workload; 16] = [
    Workload { name: "slots", run: rows::slots },
    Workload { name: "list_dict", run: rows::list_dict },
    Workload { name: "batches", run: threads::batches },
    Workload { name: "handover", run: threads::handover },
    Workload { name: "alternation", run: threads::alternation },
    Workload { name: "alternation_alone", run: threads::alternation_alone },
    Workload { name: "crowd", run: threads::crowd },
    Workload { name: "deep_slots", run: deep::slots },
    Workload { name: "deep_alternation", run: deep::alternation },
    Workload { name: "random_depth", run: deep::random_depth },
    Workload { name: "random_path", run: deep::random_path },
    Workload { name: "stacks", run: stacks::repeated },
    Workload { name: "stacks_scattered", run: stacks::scattered },
    Workload { name: "live", run: live::blocks },
    Workload { name: "sites", run: live::sites },
    Workload { name: "sites_everywhere", run: live::sites_everywhere },
];
