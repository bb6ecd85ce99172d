//! Judges one finished run: why there is no record, and what speaks against a record.

use super::sandboxed_child::{ChildEnd, ChildOutcome};
use heaplab_homework::HarnessRecord;
use heaplab_homework::reason::{FoundReason, ReasonCode, sanitize_excerpt};
use std::os::unix::process::ExitStatusExt as _;

/// Allowed above the peak of live bytes and the empty harness.
const TOLERANCE_BYTES: u64 = 4 << 20;
/// Overhead per block: the recorder's header of 16 bytes, the C library's 8, and up to 15 of
/// padding.
const BLOCK_BYTES: u64 = 39;

/// The reason why a run has no record.
pub(super) fn find_failure(outcome: &ChildOutcome) -> Option<FoundReason> {
    const SIGSYS: i32 = 31;
    const SIGXCPU: i32 = 24;
    const PANICKED: i32 = 2;
    let code = match outcome.end {
        ChildEnd::Wall => ReasonCode::Timeout,
        ChildEnd::Memory => ReasonCode::OutOfMemory,
        ChildEnd::Threads => ReasonCode::TooManyThreads,
        ChildEnd::Output => ReasonCode::OutputFlood,
        ChildEnd::Exited(status) => match (status.signal(), status.code()) {
            (Some(SIGSYS), _) => ReasonCode::ForkRefused,
            (Some(SIGXCPU), _) => ReasonCode::Timeout,
            (Some(signal), _) => {
                let said = last_line(&outcome.stderr);
                return Some(
                    FoundReason::new(ReasonCode::Crashed).with_detail(&format!("signal {signal} {said}")),
                );
            }
            (None, Some(0)) if outcome.record.ends_with("\nend\n") => return None,
            (None, Some(PANICKED)) if outcome.stderr.contains("panicked at") => {
                return Some(
                    FoundReason::new(ReasonCode::Panicked).with_detail(&panic_message(&outcome.stderr)),
                );
            }
            _ => ReasonCode::NoRecord,
        },
    };
    Some(FoundReason::new(code))
}

/// Memory that the kernel counts and the recorder does not. The number of blocks at the peak is at
/// most the number of allocations, and at most the number of bytes.
pub(super) fn find_outside_memory(
    outcome: &ChildOutcome,
    said: &HarnessRecord,
    expected_bytes: u64,
) -> Option<FoundReason> {
    let blocks = said.births.min(said.peak_bytes);
    let inside = expected_bytes + said.peak_bytes + blocks * BLOCK_BYTES;
    let outside = outcome.memory_bytes.saturating_sub(inside);
    (outside > TOLERANCE_BYTES).then(|| {
        FoundReason::new(ReasonCode::OutsideHeap).with_texts(
            &format!(
                "the kernel counts {} bytes as resident, the allocator gave out {} at most",
                outcome.memory_bytes, said.peak_bytes
            ),
            &format!(
                "内核统计的常驻内存为 {} 字节，分配器最多只给出 {} 字节",
                outcome.memory_bytes, said.peak_bytes
            ),
        )
    })
}

fn panic_message(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().skip_while(|line| !line.contains("panicked at")).take(2).collect();
    sanitize_excerpt(&lines.join(" ").replace("student/src/student/", "src/"))
}

fn last_line(stderr: &str) -> String {
    sanitize_excerpt(stderr.lines().last().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::ExitStatus;

    fn outcome(memory_bytes: u64) -> ChildOutcome {
        let end = ChildEnd::Exited(ExitStatus::from_raw(0));
        let record = "\nend\n".to_owned();
        ChildOutcome {
            end,
            record,
            stdout: String::new(),
            stderr: String::new(),
            memory_bytes,
            threads_left: 1,
        }
    }

    fn harness_record(births: u64, peak_bytes: u64) -> HarnessRecord {
        HarnessRecord {
            answer: None,
            births,
            reallocations: 0,
            peak_bytes,
            end_bytes: 0,
            single_threaded: true,
            wall_ns: 0,
        }
    }

    #[test]
    fn memory_that_the_allocator_never_saw_is_outside() {
        const EMPTY: u64 = 1 << 20;
        // Few blocks: the tolerance alone.
        assert_eq!(
            find_outside_memory(&outcome(EMPTY + TOLERANCE_BYTES + 1_000), &harness_record(10, 1_000), EMPTY),
            None
        );
        assert!(
            find_outside_memory(&outcome(EMPTY + TOLERANCE_BYTES + 2_000), &harness_record(10, 1_000), EMPTY)
                .is_some()
        );
        // Many small ones have headers, and may.
        assert_eq!(find_outside_memory(&outcome(17 << 20), &harness_record(200_000, 8_700_000), EMPTY), None);
        // Many that were never there together have none.
        assert!(find_outside_memory(&outcome(17 << 20), &harness_record(200_000, 12), EMPTY).is_some());
    }

    #[test]
    fn how_it_ended_has_a_name() {
        let ended = |raw: i32, stderr: &str| {
            let end = ChildEnd::Exited(ExitStatus::from_raw(raw));
            find_failure(&ChildOutcome {
                end,
                record: String::new(),
                stderr: stderr.to_owned(),
                ..outcome(0)
            })
            .map(|found| found.code)
        };
        assert_eq!(ended(31, ""), Some(ReasonCode::ForkRefused));
        assert_eq!(ended(24, ""), Some(ReasonCode::Timeout));
        assert_eq!(ended(11, ""), Some(ReasonCode::Crashed));
        assert_eq!(ended(0, ""), Some(ReasonCode::NoRecord));
        assert_eq!(ended(2 << 8, "thread panicked at src/x.rs:1:2"), Some(ReasonCode::Panicked));
        assert_eq!(ended(7 << 8, "thread panicked at src/x.rs:1:2"), Some(ReasonCode::NoRecord));
        assert_eq!(find_failure(&outcome(0)), None);
    }
}
