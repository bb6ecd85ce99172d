//! `cargo +nightly fuzz run hold`, in the folder above: any bytes as a log and as a partial result, against the oracle.
//! `cargo test -p heaplab-logagg --test corpus` replays the corpus on stable.

#![no_main]

#[path = "../../tests/oracle/mod.rs"]
mod oracle;

#[path = "../src/hold.rs"]
mod hold;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hold::hold(data));
