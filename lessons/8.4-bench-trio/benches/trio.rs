//! criterion's benches of the demo: the lecture's `timeit`, with the noise beside it.
//!
//! `collected_again` is `collected` once more: a comparison that finds these two different is
//! wrong.
//! Command: cargo bench -p bench-trio

use bench_trio::squares;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

/// As the lecture has it; the runner gives the lesson's rows in `HEAPLAB_ROWS`.
fn numbers() -> u64 {
    std::env::var("HEAPLAB_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(100_000)
}

fn trio(criterion: &mut Criterion) {
    let n = numbers();
    let mut group = criterion.benchmark_group("trio");
    group.bench_function("collected", |b| b.iter(|| squares::collected(black_box(n))));
    group.bench_function("iterator", |b| b.iter(|| squares::iterator(black_box(n))));
    group.bench_function("closed_form", |b| b.iter(|| squares::closed_form(black_box(n))));
    group.bench_function("lanes", |b| b.iter(|| squares::lanes(black_box(n))));
    group.bench_function("checked", |b| b.iter(|| squares::checked(black_box(n))));
    group.bench_function("collected_again", |b| b.iter(|| squares::collected(black_box(n))));
    group.finish();
}

criterion_group!(benches, trio);
criterion_main!(benches);
