//! A program of three functions. One of them has a line that takes nearly all of the time: a good
//! profiler puts this function and this line on top.

/// The whole program: makes numbers, mixes each of them, and adds them up.
#[inline(never)]
pub fn program(n: u64) -> u64 {
    let numbers = make_numbers(n);
    let mixed: u64 = numbers.iter().map(|&number| mix(number)).sum();
    mixed.wrapping_add(add_up(&numbers))
}

#[inline(never)]
fn make_numbers(n: u64) -> Vec<u64> {
    (1..=n).collect()
}

/// Every round needs the result of the one before, so no compiler can shorten the loop.
#[inline(never)]
fn mix(number: u64) -> u64 {
    let mut at = number % 1_000_003;
    for _ in 0..50 {
        at = (at * at + number) % 1_000_003; // planted: the hot line
    }
    at
}

#[inline(never)]
fn add_up(numbers: &[u64]) -> u64 {
    numbers.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_real() {
        let mut slowly = 5;
        for _ in 0..50 {
            slowly = (slowly * slowly + 5) % 1_000_003;
        }
        assert_eq!(mix(5), slowly);
        assert_eq!(program(2), mix(1) + mix(2) + 3);
    }
}
