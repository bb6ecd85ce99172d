//! What lesson 8.4 measures: the lesson's variants and criterion's benches call the same functions.
//!
//! - `squares`: the lecture's demo, five ways.
//! - `planted`: a small program with one hot line, put there on purpose.
//! - `sample_pictures`: samples as tables, source lines and a flamegraph.
//! - `cost`: what measuring costs.

pub mod cost;
pub mod planted;
pub mod sample_pictures;
pub mod squares;
