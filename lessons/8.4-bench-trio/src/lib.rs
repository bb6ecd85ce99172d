//! What lesson 8.4 measures, apart from how: the lesson's variants and criterion's benches call the same functions.
//!
//! - `squares`: the lecture's demo, five ways.
//! - `planted`: a small program with one hot line, put there on purpose.
//! - `lines`: samples as pictures.
//! - `cost`: what looking costs.

pub mod cost;
pub mod planted;
pub mod sample_pictures;
pub mod squares;
