//! A program with one hot function and one hot line, put there on purpose: what `profile --cpu` has to find.

#[inline(never)]
fn prepare(n: u64) -> Vec<u64> {
    (0..n).collect()
}

#[inline(never)]
fn hot(numbers: &[u64]) -> u64 {
    let mut sum = 1_u64;
    for &number in numbers {
        sum = (sum ^ number).wrapping_mul(31).rotate_left(7).wrapping_add(sum >> 3).wrapping_mul(17) ^ (sum << 5); // planted
    }
    sum
}

#[inline(never)]
fn fall(depth: u64) -> u64 {
    if depth == 0 { 0 } else { 1 + std::hint::black_box(fall(depth - 1)) }
}

fn main() {
    let numbers = prepare(20_000);
    let mut sum = fall(30);
    for _ in 0..10 {
        sum = sum.wrapping_add(hot(std::hint::black_box(&numbers)));
    }
    std::process::exit(if sum == 0 { 0 } else { i32::from(std::env::args().nth(1).is_some()) * 7 });
}
