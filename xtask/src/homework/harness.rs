//! The student's code, built and measured on the student's own machine.
