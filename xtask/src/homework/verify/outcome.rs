//! One run that has ended, read: why there is no record, and what speaks against the one that there is.

use super::child::{End, Outcome};
use super::reason::{Code, Found, shown};
use heaplab_grade::Said;
use std::os::unix::process::ExitStatusExt as _;

/// Above peak live and the empty harness.
const TOLERANCE_BYTES: u64 = 4 << 20;
/// What a block costs besides its bytes: the recorder's header of 16, the C library's 8, and up to 15 for rounding.
const BLOCK_BYTES: u64 = 39;

/// Why a run gave no record to read.
pub(super) fn trouble(outcome: &Outcome) -> Option<Found> {
    const SIGSYS: i32 = 31;
    const SIGXCPU: i32 = 24;
    const PANICKED: i32 = 2;
    let code = match outcome.end {
        End::Wall => Code::Timeout,
        End::Memory => Code::OutOfMemory,
        End::Threads => Code::TooManyThreads,
        End::Output => Code::OutputFlood,
        End::Exited(status) => match (status.signal(), status.code()) {
            (Some(SIGSYS), _) => Code::ForkRefused,
            (Some(SIGXCPU), _) => Code::Timeout,
            (Some(signal), _) => {
                let said = last_line(&outcome.stderr);
                return Some(Found::new(Code::Crashed).with(&format!("signal {signal} {said}")));
            }
            (None, Some(0)) if outcome.record.ends_with("\nend\n") => return None,
            (None, Some(PANICKED)) if outcome.stderr.contains("panicked at") => {
                return Some(Found::new(Code::Panicked).with(&panic(&outcome.stderr)));
            }
            _ => Code::NoRecord,
        },
    };
    Some(Found::new(code))
}

/// Memory that the kernel counts and the recorder does not. Of blocks there were at most as many at once as were ever born, and
/// as there were bytes.
pub(super) fn outside(outcome: &Outcome, said: &Said, expected_bytes: u64) -> Option<Found> {
    let blocks = said.births.min(said.peak_bytes);
    let inside = expected_bytes + said.peak_bytes + blocks * BLOCK_BYTES;
    let outside = outcome.memory_bytes.saturating_sub(inside);
    (outside > TOLERANCE_BYTES).then(|| {
        Found::new(Code::OutsideHeap).and(
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

fn panic(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().skip_while(|line| !line.contains("panicked at")).take(2).collect();
    shown(&lines.join(" ").replace("student/src/student/", "src/"))
}

fn last_line(stderr: &str) -> String {
    shown(stderr.lines().last().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::ExitStatus;

    fn outcome(memory_bytes: u64) -> Outcome {
        let end = End::Exited(ExitStatus::from_raw(0));
        let record = "\nend\n".to_owned();
        Outcome { end, record, stdout: String::new(), stderr: String::new(), memory_bytes, threads_left: 1 }
    }

    fn said(births: u64, peak_bytes: u64) -> Said {
        Said {
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
        assert_eq!(outside(&outcome(EMPTY + TOLERANCE_BYTES + 1_000), &said(10, 1_000), EMPTY), None);
        assert!(outside(&outcome(EMPTY + TOLERANCE_BYTES + 2_000), &said(10, 1_000), EMPTY).is_some());
        // Many small ones have headers, and may.
        assert_eq!(outside(&outcome(17 << 20), &said(200_000, 8_700_000), EMPTY), None);
        // Many that were never there together have none.
        assert!(outside(&outcome(17 << 20), &said(200_000, 12), EMPTY).is_some());
    }

    #[test]
    fn how_it_ended_has_a_name() {
        let ended = |raw: i32, stderr: &str| {
            let end = End::Exited(ExitStatus::from_raw(raw));
            trouble(&Outcome { end, record: String::new(), stderr: stderr.to_owned(), ..outcome(0) })
                .map(|found| found.code)
        };
        assert_eq!(ended(31, ""), Some(Code::ForkRefused));
        assert_eq!(ended(24, ""), Some(Code::Timeout));
        assert_eq!(ended(11, ""), Some(Code::Crashed));
        assert_eq!(ended(0, ""), Some(Code::NoRecord));
        assert_eq!(ended(2 << 8, "thread panicked at src/x.rs:1:2"), Some(Code::Panicked));
        assert_eq!(ended(7 << 8, "thread panicked at src/x.rs:1:2"), Some(Code::NoRecord));
        assert_eq!(trouble(&outcome(0)), None);
    }
}
