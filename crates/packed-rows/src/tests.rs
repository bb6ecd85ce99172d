//! The store compared with a slow and obvious model: a `Vec` of the same rows.

use proptest::prelude::*;

use crate::frame::{Frame, unzigzag, zigzag};
use crate::{Packed, ROWS_PER_BLOCK, decimal};

type Row = (String, u64);

/// Packs `rows` and compares what every way to read them returns.
fn check(rows: &[Row]) {
    let packed = Packed::build(rows.iter().cloned());
    assert_eq!(packed.len(), rows.len());
    let mut name = String::from("what was here before");
    for (index, row) in rows.iter().enumerate() {
        let got = packed.get(index).expect("a row");
        assert_eq!(&got, row, "row {index}");
        assert_eq!(got.0.capacity(), got.0.len(), "one allocation, of the exact size");
        assert_eq!(packed.read(index, &mut name), Some(row.1), "row {index}");
        assert_eq!(name, row.0, "row {index}");
    }
    assert_eq!(packed.get(rows.len()), None);
    assert_eq!(packed.get(usize::MAX), None);
    assert_eq!(packed.read(rows.len(), &mut name), None);
    assert_eq!(name, rows.last().map_or("what was here before", |row| &row.0), "left alone");
}

/// Bits per row, without the unused end of the last pages.
fn bits_per_row(packed: &Packed) -> f64 {
    let alphabets: usize = packed.alphabets.iter().map(|list| 16 + list.len()).sum();
    ((packed.bits.words() + packed.blocks.len()) * 64 + alphabets * 8) as f64 / packed.len as f64
}

/// splitmix64: random enough for test data.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// 8 to 24 letters and digits, and any score.
    fn row(&mut self) -> Row {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let len = 8 + self.below(17);
        ((0..len).map(|_| char::from(LETTERS[self.below(62) as usize])).collect(), self.next())
    }
}

fn lecture(index: u64) -> Row {
    (format!("user{index}"), index)
}

/// Names of every kind the store looks for, and of kinds that it does not.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9]{0,40}",
        "0{0,22}[0-9]{0,3}",
        "[ab]{0,2}[0-9]{1,3}",
        "user[0-9]{1,8}",
        "user[0-9]{1,3}@example\\.com",
        "(anna|bert|程序员晚枫|)",
        "[a\\x00\\n]{0,3}",
        ("[a-zé]{1,4}", 0_usize..9000).prop_map(|(text, times)| text.repeat(times)),
    ]
}

fn scores() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0..1000_u64, Just(0), Just(u64::MAX), u64::MAX - 9..=u64::MAX, Just(1 << 63)]
}

/// Rows of one kind of name, as a real column would be, of up to three blocks.
fn one_kind() -> impl Strategy<Value = Vec<Row>> {
    let counts =
        prop_oneof![Just(0_usize), Just(1), Just(127), Just(128), Just(129), Just(256), 2..300_usize];
    (0..6_u8, counts, any::<u64>(), any::<u64>()).prop_map(|(kind, count, seed, from)| {
        let mut chance = Chance(seed);
        let mut row = |index: u64| {
            let number = from.wrapping_add(index);
            match kind {
                0 => (format!("user{number}"), number),
                1 => (format!("user{number}@example.com"), number.wrapping_sub(chance.below(5))),
                2 => (["anna", "bert", "chris"][chance.below(3) as usize].to_owned(), chance.next()),
                3 => (format!("{:020}", number % 100_000), number.wrapping_mul(3)),
                4 => (format!("/srv/{}/img_{}.png", chance.below(9), chance.below(1000)), chance.below(2)),
                _ => chance.row(),
            }
        };
        let mut rows: Vec<Row> = (0..count as u64).map(&mut row).collect();
        if seed % 2 == 0 {
            Chance(from).shuffle(&mut rows);
        }
        rows
    })
}

proptest! {
    // Shrinking hundreds of rows to the very last one would take minutes.
    #![proptest_config(ProptestConfig { max_shrink_iters: 300, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_rows_come_back(rows in prop::collection::vec((names(), scores()), 0..300)) {
        check(&rows);
    }

    #[test]
    fn columns_of_one_kind_come_back(rows in one_kind()) {
        check(&rows);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_frame_holds_all_its_values(values in prop::collection::vec(scores(), 1..130)) {
        let frame = Frame::from_values(&values);
        for value in values {
            let small = frame.shrink(value);
            prop_assert!(frame.width == 64 || small >> frame.width == 0);
            prop_assert_eq!(frame.low.wrapping_add(small), value);
        }
    }

    #[test]
    fn zigzag_is_undone(value in scores()) {
        prop_assert_eq!(unzigzag(zigzag(value)), value);
    }

    #[test]
    fn a_cut_name_is_put_together_again(name in names()) {
        let (text, number) = decimal::split_number(name.as_bytes());
        let mut again = text.to_vec();
        if let Some(number) = number {
            decimal::push_digits(number, &mut again);
            prop_assert_eq!(again.len(), text.len() + decimal::count_digits(number));
        }
        prop_assert_eq!(again, name.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(2) })]

    #[test]
    fn a_million_random_rows_shuffled_come_back(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let mut rows: Vec<Row> = (0..1_000_000).map(|_| chance.row()).collect();
        chance.shuffle(&mut rows);
        let packed = Packed::build(rows.iter().cloned());
        let mut order: Vec<usize> = (0..rows.len()).collect();
        chance.shuffle(&mut order);
        let mut name = String::new();
        for index in order {
            prop_assert_eq!(packed.read(index, &mut name), Some(rows[index].1));
            prop_assert_eq!(&name, &rows[index].0);
        }
        // The budget in the README; names, scores and offsets end to end take 224 bits.
        let ours = bits_per_row(&packed);
        prop_assert!(ours < 170.0, "{ours} bits per row");
    }

    #[test]
    fn lecture_rows_come_back_in_any_order(seed in any::<u64>()) {
        let mut rows: Vec<Row> = (0..200_000).map(lecture).collect();
        let in_order = bits_per_row(&Packed::build(rows.iter().cloned()));
        prop_assert!(in_order < 9.0, "{in_order} bits per row");
        Chance(seed).shuffle(&mut rows);
        let packed = Packed::build(rows.iter().cloned());
        for (index, row) in rows.iter().enumerate() {
            prop_assert_eq!(packed.get(index), Some(row.clone()));
        }
        // 200,000 numbers in disorder: 18 bits each, and the header.
        let shuffled = bits_per_row(&packed);
        prop_assert!(shuffled < 20.0, "{shuffled} bits per row");
    }
}

#[test]
fn block_borders() {
    for count in [
        0,
        1,
        2,
        ROWS_PER_BLOCK - 1,
        ROWS_PER_BLOCK,
        ROWS_PER_BLOCK + 1,
        2 * ROWS_PER_BLOCK,
        2 * ROWS_PER_BLOCK + 1,
    ] {
        check(&(0..count as u64).map(lecture).collect::<Vec<_>>());
        let mut chance = Chance(7);
        check(&(0..count).map(|_| chance.row()).collect::<Vec<_>>());
    }
}

#[test]
fn extremes() {
    let rows = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1].map(|score| (score.to_string(), score));
    check(&rows);
    check(&rows.clone().map(|(name, score)| (name, !score)));
    check(&rows.map(|(name, _)| (name, u64::MAX)));
    check(&[
        ("9".repeat(19), u64::MAX),
        ("9".repeat(30), 0),
        ("0".repeat(30), 1),
        ("1".to_owned() + &"0".repeat(29), 2),
    ]);
    check(
        &["", "\0", "0", "00", "-1", "007", "7", "a", "a0", "a00", "٣", "٣3", "é", "程序员晚枫", "🦀9🦀"]
            .map(|name| (name.to_owned(), 5)),
    );
    check(&vec![(String::new(), 0); 200]);
    check(&vec![("42".to_owned(), 42); 200]);
}

/// A block far longer than a page, beside short ones; names cut between the bytes of one character.
#[test]
fn long_names() {
    let mut rows: Vec<Row> =
        (0..130).map(|index| (format!("{}é{index}è", "程序".repeat(index * 40)), 1)).collect();
    rows.extend((0..130).map(lecture));
    rows.push(("x".repeat(1 << 20), 9));
    check(&rows);
    check(&[("é".to_owned(), 0), ("è".to_owned(), 0), ("ê1".to_owned(), 0), ("é1".to_owned(), 0)]);
}

/// Blocks whose texts use ever other bytes: no alphabet of one may be taken for another's.
#[test]
fn changing_alphabets() {
    let mut chance = Chance(1);
    let mut rows = Vec::new();
    for block in 0..40 {
        let first = chance.below(60);
        let count = if block % 3 == 0 { 1_u64 } else { 1 + chance.below(300) };
        for _ in 0..ROWS_PER_BLOCK {
            let name =
                (0..chance.below(9)).filter_map(|_| char::from_u32((first + chance.below(count)) as u32));
            rows.push((name.collect(), chance.below(3)));
        }
    }
    check(&rows);
}
