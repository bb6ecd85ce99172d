//! Every workload by its name. Each is a function from a scale to something that proves what was done and keeps it alive.

mod deep;
mod live;
mod rows;
mod threads;

/// What a workload has built, alive until the region is closed.
pub(crate) type BoxedWork = Box<dyn WorkResult>;

/// Something that shows that the work was done.
pub(crate) trait WorkResult {
    /// The same in every program at the same scale.
    fn checksum(&self) -> u64;
}

/// The sum of what was made and freed on the way.
pub(crate) struct Sum(u64);

impl WorkResult for Sum {
    fn checksum(&self) -> u64 {
        self.0
    }
}

/// One piece of work. What a row is, is its own.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) run: fn(u64) -> BoxedWork,
}

pub(crate) const WORKLOADS: [Workload; 11] = [
    Workload { name: "slots", run: rows::slots },
    Workload { name: "list_dict", run: rows::list_dict },
    Workload { name: "batches", run: threads::batches },
    Workload { name: "handover", run: threads::handover },
    Workload { name: "alternation", run: threads::alternation },
    Workload { name: "alternation_alone", run: threads::alternation_alone },
    Workload { name: "deep_slots", run: deep::slots },
    Workload { name: "deep_alternation", run: deep::alternation },
    Workload { name: "live", run: live::blocks },
    Workload { name: "sites", run: live::sites },
    Workload { name: "sites_everywhere", run: live::sites_everywhere },
];
