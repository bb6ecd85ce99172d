//! Lesson 8.0: the opening. Memory is like hair: you only notice it when it is gone.
//!
//! Question:   two services send the same pages. What does one line more cost, after a day of visitors?
//! Prediction: write down what `losing` still holds after 20,000 visitors, and what `fixed` holds.
//! Command:    cargo xtask lesson 8.0

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use opening::{Fixed, Losing, Service};

lesson! {
    unit: "visits",
    default_scale: 20_000,
    quick_scale: 5_000,
    baseline: losing,
    work "pages" {
        rust {
            losing: "keeps a copy of every page: somebody might ask again",
            fixed: "keeps the one number that is asked for",
        }
        python {
            losing: "the same line in CPython: appended to a list that nobody reads",
            fixed: "keeps one number",
        }
    }
}

fn losing(visits: Scale) -> VariantResult<Losing> {
    serve_day(visits)
}

fn fixed(visits: Scale) -> VariantResult<Fixed> {
    serve_day(visits)
}

/// Serves one page per visitor, and asks at the end how many bytes were sent.
fn serve_day<S: Service>(visits: Scale) -> VariantResult<S> {
    let mut service = S::default();
    let pages = visits.iter().fold(Checksum::new(), |sum, visit| sum.row(&service.answer(visit), visit));
    VariantResult::new(pages.row("sent", service.sent_bytes()), service)
}
