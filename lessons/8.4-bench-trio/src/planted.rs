//! A program of three functions. One of them has a line that takes nearly all of the time: a profiler that is worth its
//! name puts this function, and this line, on top.

/// The whole program: numbers are made, counted, and added up.
#[inline(never)]
pub fn program(n: u64) -> u64 {
    let numbers = made(n);
    let steps: u64 = numbers.iter().map(|&number| steps(number)).sum();
    steps.wrapping_add(added(&numbers))
}

#[inline(never)]
fn made(n: u64) -> Vec<u64> {
    (1..=n).collect()
}

/// How many steps Collatz' sequence takes from `number` to 1.
#[inline(never)]
fn steps(number: u64) -> u64 {
    let (mut at, mut steps) = (number, 0);
    while at != 1 {
        at = if at % 2 == 0 { at / 2 } else { 3 * at + 1 }; // planted: the hot line
        steps += 1;
    }
    steps
}

#[inline(never)]
fn added(numbers: &[u64]) -> u64 {
    numbers.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_real() {
        assert_eq!([1, 2, 3, 27].map(steps), [0, 1, 7, 111]);
        assert_eq!(program(3), 8 + 6);
    }
}
