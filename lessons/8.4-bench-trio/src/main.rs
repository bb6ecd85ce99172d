//! Lesson 8.4: three axes of benchmarking. How long does a call take, a function, a line?
//!
//! Question:   `sum([i ** 2 for i in range(100000)])`: which of the five ways below is the fastest, and which line says why?
//! Prediction: put the five in order, and write down how many times the loop of `iterator` runs.
//! Command:    cargo xtask lesson 8.4

use bench_trio::{cost, planted, sample_pictures, squares};
use heaplab_lesson::{Attachment, Checksum, Scale, VariantResult, lesson};
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

/// Long enough for a few hundred samples.
const SAMPLING_TIME: Duration = Duration::from_millis(1_000);

fn checksum_of_sum(total: u64) -> Checksum {
    Checksum::new().row("sum", total)
}

fn collected(n: Scale) -> VariantResult<()> {
    VariantResult::new(checksum_of_sum(squares::collected(black_box(n.get()))), ()).with_attachments(
        |(), n| {
            let work = || _ = black_box(squares::collected(black_box(n.get())));
            let mut shown = sample_work(
                "collected",
                "lessons/8.4-bench-trio/src/squares.rs",
                include_str!("squares.rs"),
                &work,
            );
            shown.push(cost::timing_row(cost::measure_clock_ns()));
            shown
        },
    )
}

fn iterator(n: Scale) -> VariantResult<()> {
    VariantResult::new(checksum_of_sum(squares::iterator(black_box(n.get()))), ())
}

fn closed_form(n: Scale) -> VariantResult<()> {
    VariantResult::new(checksum_of_sum(squares::closed_form(black_box(n.get()))), ())
}

fn lanes(n: Scale) -> VariantResult<()> {
    VariantResult::new(checksum_of_sum(squares::lanes(black_box(n.get()))), ())
}

/// A sum that no longer fits has a checksum of its own, which the runner does not compare with the
/// others.
fn checked(n: Scale) -> VariantResult<()> {
    let total = squares::checked(black_box(n.get()));
    VariantResult::new(total.map_or_else(|| Checksum::new().row("overflow", 0), checksum_of_sum), ())
}

fn planted(n: Scale) -> VariantResult<()> {
    let checksum = Checksum::new().row("planted", planted::program(black_box(n.get())));
    VariantResult::new(checksum, ()).with_attachments(|(), n| {
        let work = || _ = black_box(planted::program(black_box(n.get())));
        let mut shown = sample_work(
            "planted",
            "lessons/8.4-bench-trio/src/planted.rs",
            include_str!("planted.rs"),
            &work,
        );
        shown.extend(cost::measure_sampling_cost(5, SAMPLING_TIME / 5, &work).map(cost::sampling_row));
        shown
    })
}

/// Repeats the work under the sampler and draws the samples; empty where this system cannot be
/// sampled.
fn sample_work(name: &str, path: &str, code: &str, work: &dyn Fn()) -> Vec<Attachment> {
    match heaplab_sampler::sample(SAMPLING_TIME, work) {
        Ok(samples) => sample_pictures::draw_samples(&samples, name, path, code),
        Err(why) => {
            eprintln!("not sampled: {why}");
            Vec::new()
        }
    }
}
