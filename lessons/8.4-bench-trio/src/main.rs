//! Lesson 8.4: three axes of benchmarking. How long does a call take, a function, a line?
//!
//! Question:   `sum([i ** 2 for i in range(100000)])`: which of the five ways below is the fastest, and which line says why?
//! Prediction: put the five in order, and write down how many times the loop of `iterator` runs.
//! Command:    cargo xtask lesson 8.4

use bench_trio::{cost, lines, planted, sampler, squares};
use heaplab_lesson::{Attachment, Checksum, Kept, Scale, lesson};
use std::hint::black_box;
use std::time::Duration;

lesson! {
    unit: "numbers",
    default_scale: 100_000,
    baseline: collected,
    work "sum of squares" {
        rust {
            collected: "the lecture's way: every square in a Vec, then the sum",
            iterator: "a lazy iterator: nothing is kept",
            closed_form: "no loop: n(n-1)(2n-1)/6",
            lanes: "eight sums side by side: a shape for SIMD",
            checked: "every step asks whether it still fits",
        }
        python {
            timed: "timeit on the demo",
            profiled: "cProfile: time a function",
            line_profiled: "line_profiler: time a line",
        }
    }
    work "planted" {
        rust { planted: "three functions, one with a hot line put there on purpose" }
    }
}

/// A sampler needs some hundred samples.
const WATCHED: Duration = Duration::from_millis(1_000);

fn sum(total: u64) -> Checksum {
    Checksum::new().row("sum", total)
}

fn collected(n: Scale) -> Kept<()> {
    Kept::new(sum(squares::collected(black_box(n.get()))), ()).then(|(), n| {
        let work = || _ = black_box(squares::collected(black_box(n.get())));
        let mut shown =
            watched("collected", "lessons/8.4-bench-trio/src/squares.rs", include_str!("squares.rs"), &work);
        shown.push(cost::row_of_timing(cost::clock_ns()));
        shown
    })
}

fn iterator(n: Scale) -> Kept<()> {
    Kept::new(sum(squares::iterator(black_box(n.get()))), ())
}

fn closed_form(n: Scale) -> Kept<()> {
    Kept::new(sum(squares::closed_form(black_box(n.get()))), ())
}

fn lanes(n: Scale) -> Kept<()> {
    Kept::new(sum(squares::lanes(black_box(n.get()))), ())
}

/// What no longer fits has a checksum of its own: the runner will not compare it with the others.
fn checked(n: Scale) -> Kept<()> {
    let total = squares::checked(black_box(n.get()));
    Kept::new(total.map_or_else(|| Checksum::new().row("overflow", 0), sum), ())
}

fn planted(n: Scale) -> Kept<()> {
    let checksum = Checksum::new().row("planted", planted::program(black_box(n.get())));
    Kept::new(checksum, ()).then(|(), n| {
        let work = || _ = black_box(planted::program(black_box(n.get())));
        let mut shown =
            watched("planted", "lessons/8.4-bench-trio/src/planted.rs", include_str!("planted.rs"), &work);
        shown.extend(cost::of_sampling(5, WATCHED / 5, &work).map(cost::row_of_sampling));
        shown
    })
}

/// The work over and over under the sampler; nothing where this system has none.
fn watched(name: &str, path: &str, code: &str, work: &dyn Fn()) -> Vec<Attachment> {
    match sampler::sampled(WATCHED, work) {
        Ok(samples) => lines::pictures(&samples, name, path, code),
        Err(why) => {
            eprintln!("not sampled: {why}");
            Vec::new()
        }
    }
}
