//! `sum([i ** 2 for i in range(n)])`, five ways. None is inlined, so that each is a function of its
//! own in a profile.

/// The lecture's way: every square in a `Vec`, then the sum. Python's list comprehension does this.
#[inline(never)]
pub fn collected(n: u64) -> u64 {
    let squares: Vec<u64> = (0..n).map(|i| i.wrapping_mul(i)).collect();
    squares.iter().fold(0, |sum, square| sum.wrapping_add(*square))
}

/// Python's generator expression: nothing is kept.
#[inline(never)]
pub fn iterator(n: u64) -> u64 {
    (0..n).map(|i| i.wrapping_mul(i)).fold(0, |sum, square| sum.wrapping_add(square))
}

/// What a mathematician writes: `(n − 1) · n · (2n − 1) / 6`.
#[inline(never)]
pub fn closed_form(n: u64) -> u64 {
    let n = u128::from(n);
    let sum = n.saturating_sub(1) * n * (2 * n).saturating_sub(1) / 6;
    // The lowest 64 bits, as in the other functions when the sum no longer fits.
    sum as u64
}

/// Eight sums side by side over numbers in memory, which suits SIMD instructions.
#[inline(never)]
pub fn lanes(n: u64) -> u64 {
    let numbers: Vec<u32> = (0..n).map(|i| i as u32).collect();
    let mut sums = [0_u64; 8];
    let chunks = numbers.chunks_exact(sums.len());
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, &number) in sums.iter_mut().zip(chunk) {
            *sum = sum.wrapping_add(u64::from(number) * u64::from(number));
        }
    }
    let rest = rest.iter().map(|&number| u64::from(number) * u64::from(number));
    sums.into_iter().chain(rest).fold(0, u64::wrapping_add)
}

/// Every step checks whether the result still fits, which Python's integers never need.
#[inline(never)]
pub fn checked(n: u64) -> Option<u64> {
    (0..n).try_fold(0_u64, |sum, i| sum.checked_add(i.checked_mul(i)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_agree_with_the_slow_and_obvious() {
        for n in [0, 1, 2, 7, 8, 9, 1_000, 100_003] {
            let mut sum = 0_u64;
            for i in 0..n {
                sum += i * i;
            }
            let all = [collected(n), iterator(n), closed_form(n), lanes(n)];
            assert_eq!(all, [sum; 4], "{n}");
            assert_eq!(checked(n), Some(sum));
        }
    }

    #[test]
    fn only_the_checked_one_notices_that_it_no_longer_fits() {
        let n = 4_000_000;
        assert_eq!(checked(n), None);
        assert_eq!(collected(n), iterator(n));
        assert_eq!(closed_form(n), iterator(n));
    }
}
