//! What the report draws: who owns whom in a family, and what the collector did.

mod collections;
mod judge;
mod kin;

pub(crate) use collections::collections;
pub(crate) use kin::{leak, weak_back_edge};

use heaplab_lesson::Text;

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}
