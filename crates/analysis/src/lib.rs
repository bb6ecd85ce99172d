//! Judgements over measured figures. Records go in; numbers, verdicts and typed reasons come out.
//! Nothing here writes a sentence, draws a picture, reads a clock or touches a file:
//! `heaplab-report` renders.

pub mod baseline;
pub mod claims;
pub mod findings;
mod forgotten_rules;
pub mod goal;
pub mod growth;
pub mod mindmap;
pub mod prediction;
pub mod reconciliation;
pub mod scale;
pub mod statistics;
pub mod timing;
pub mod tracemalloc;
