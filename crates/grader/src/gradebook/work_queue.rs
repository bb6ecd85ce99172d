//! Grades many submissions at once: each worker takes the next one until none is left.
//!
//! A submission that makes the grader fail or panic gets a verdict too. Two things end the queue: a
//! signal, and a machine on which no submission can be graded.

use anyhow::{Result, anyhow};
use heaplab_command::exit::ExitReason;
use heaplab_command::interrupt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// How the queue ended.
#[derive(Debug)]
pub(super) enum QueueEnd {
    /// Every job was done.
    Done,
    /// A signal arrived; the results so far were handed over.
    Signal(i32),
}

/// Runs `work` for `0..count`, `jobs` at a time, and hands each result to `done` on this thread in
/// the order of completion.
///
/// # Errors
/// The first [`ExitReason::MissingRequirement`], or error of `done`; no more jobs are started after
/// it.
pub(super) fn run_jobs<T: Send>(
    count: usize,
    jobs: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
    mut done: impl FnMut(usize, Result<T>) -> Result<()>,
) -> Result<QueueEnd> {
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, count.max(1)) {
            let sender = sender.clone();
            let (next, stopped, work) = (&next, &stopped, &work);
            scope.spawn(move || {
                while !stopped.load(Ordering::Relaxed) && interrupt::check().is_ok() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, catch_panics(|| work(index)))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut ended = QueueEnd::Done;
        let mut lacks = None;
        for (index, result) in results {
            match result.as_ref().err().and_then(|error| error.downcast_ref::<ExitReason>()) {
                Some(ExitReason::Interrupted(signal)) => ended = QueueEnd::Signal(*signal),
                Some(ExitReason::MissingRequirement(_)) => {
                    stopped.store(true, Ordering::Relaxed);
                    lacks = lacks.or(result.err());
                }
                _ => {
                    if let Err(error) = done(index, result) {
                        stopped.store(true, Ordering::Relaxed);
                        lacks = lacks.or(Some(error));
                    }
                }
            }
        }
        if let Err(ExitReason::Interrupted(signal)) = interrupt::check() {
            ended = QueueEnd::Signal(signal);
        }
        lacks.map_or(Ok(ended), Err)
    })
}

/// Turns a panic into an error.
fn catch_panics<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(anyhow!("the grader itself failed: {}", said.unwrap_or_else(|| "no word why".to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    #[test]
    fn a_bad_one_stops_no_other() {
        let mut results = BTreeMap::new();
        let work = |index: usize| match index {
            3 => panic!("index {index} is odd"),
            5 => Err(anyhow!("no")),
            _ => Ok(index * 2),
        };
        let ended = run_jobs(40, 4, work, |index, result| {
            results.insert(index, result.map_err(|error| error.to_string()));
            Ok(())
        });
        assert!(matches!(ended, Ok(QueueEnd::Done)));
        assert_eq!(results.len(), 40);
        assert_eq!(results[&3], Err("the grader itself failed: index 3 is odd".to_owned()));
        assert_eq!(results[&5], Err("no".to_owned()));
        assert!(
            results
                .iter()
                .filter(|(index, _)| ![3, 5].contains(*index))
                .all(|(index, result)| *result == Ok(index * 2))
        );
    }

    #[test]
    fn what_the_machine_lacks_ends_the_whole_and_keeps_what_is_done() {
        let begun = Mutex::new(0);
        let mut done = 0;
        let work = |index: usize| {
            *begun.lock().unwrap() += 1;
            if index == 4 {
                Err(ExitReason::MissingRequirement("landlock".to_owned()).into())
            } else {
                Ok(())
            }
        };
        let ended = run_jobs(1000, 1, work, |_, _| {
            done += 1;
            // Gives the worker time to see the stop.
            std::thread::sleep(std::time::Duration::from_millis(1));
            Ok(())
        });
        let error = ended.unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(ExitReason::MissingRequirement(_))), "{error}");
        assert!(done >= 4);
        run_jobs(0, 2, |_| Ok(()), |_, _| Ok(())).unwrap();
    }

    #[test]
    fn several_work_at_once() {
        let barrier = std::sync::Barrier::new(3);
        let ended = run_jobs(3, 3, |_| Ok(barrier.wait().is_leader()), |_, _| Ok(()));
        assert!(ended.is_ok());
    }
}
