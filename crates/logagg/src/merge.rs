//! Merging partial results: their keys go through the same counter as lines do, so the same limit of memory holds.

use std::fs::File;

use crate::counter::Counter;
use crate::engine::{Options, Outcome, estimated, exact};
use crate::error::{Error, Result};
use crate::ledger::Tally;
use crate::partial::{Head, Reader};
use crate::plan::Plan;
use crate::sketch::Sketch;
use crate::spill::SpillFile;

/// Merges in the order given: malformed lines are numbered through.
pub fn merge(files: &[String], options: &Options) -> Result<Outcome> {
    let plan = Plan::new(options.memory, options.threads, 0, false)?;
    let spill = SpillFile::new(&options.temp_dir);
    let mut counter = Counter::new(&spill, plan.tables, 0);
    let mut sketch = Sketch::default();
    let mut tally = Tally::default();
    let mut first: Option<Head> = None;
    for name in files {
        let file =
            File::open(name).map_err(|source| Error::Input { name: name.clone(), offset: 0, source })?;
        let reader = Reader::new(name, file)?;
        let head = first.get_or_insert_with(|| reader.head().clone());
        if head != reader.head() {
            let what = format!("it counts {}, and {} counts {}", reader.head(), files[0], head);
            return Err(Error::Partial { name: name.clone(), what });
        }
        let (next, _) = reader.read(&mut sketch, &mut |key, count| counter.add(key, count))?;
        tally.join_checked(&next).ok_or_else(|| Error::Partial {
            name: name.clone(),
            what: "more lines than 64 bits can count".into(),
        })?;
    }
    if first.is_some_and(|head| head.sketch) {
        return estimated(sketch, tally, None);
    }
    exact(vec![counter], tally, &plan, options.top, &spill, None)
}
