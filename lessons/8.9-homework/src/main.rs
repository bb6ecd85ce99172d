//! Lesson 8.9: homework. A list and a generator once more, and this time the picture is yours to
//! hand in.
//!
//! Question:   what does the memory of each do while the rows go by?
//! Prediction: draw both curves on paper before you look.
//! Command:    cargo xtask lesson 8.9
//!             and then: cargo xtask homework new --id ID --name NAME

mod curve;

use curve::Curve;
use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "rows",
    default_scale: 1_000_000,
    quick_scale: 20_000,
    baseline: list,
    work "users" {
        rust {
            list: "a list comprehension: every row stays",
            generator: "a generator expression: one row at a time",
        }
        python {
            list: "a list comprehension, measured once more by tracemalloc afterwards",
            generator: "a generator expression, measured once more by tracemalloc afterwards",
        }
    }
}

struct User {
    name: String,
    score: u64,
}

fn users(rows: Scale) -> impl Iterator<Item = User> {
    rows.iter().map(|i| User { name: format!("user{i}"), score: i })
}

/// `[User(...) for i in range(n)]`
fn list(rows: Scale) -> VariantResult<(Vec<User>, Curve)> {
    let mut curve = Curve::new(rows);
    let everyone: Vec<User> = users(rows).inspect(|_| curve.add_row()).collect();
    let checksum = Checksum::from_rows(everyone.iter().map(|user| (user.name.as_str(), user.score)));
    VariantResult::new(checksum, (everyone, curve)).with_heap_attachments(|(_, curve), _| vec![curve.draw()])
}

/// `(User(...) for i in range(n))`
fn generator(rows: Scale) -> VariantResult<Curve> {
    let mut curve = Curve::new(rows);
    let everyone = users(rows).inspect(|_| curve.add_row());
    let checksum = everyone.fold(Checksum::new(), |sum, user| sum.row(&user.name, user.score));
    VariantResult::new(checksum, curve).with_heap_attachments(|curve, _| vec![curve.draw()])
}
