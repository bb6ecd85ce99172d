//! Judgements over measured figures. Records go in; numbers, verdicts and typed reasons come out. Nothing
//! here writes a sentence, draws a picture, reads a clock or touches a file: `heaplab-report` renders.

pub mod growth;
