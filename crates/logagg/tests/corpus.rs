//! Replays the fuzz target's corpus on stable Rust.

#[path = "../fuzz/src/hold.rs"]
mod hold;
mod oracle;

#[test]
fn what_the_fuzzer_kept_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/hold");
    let mut replayed = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        hold::hold(&std::fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 8, "the corpus is lost");
}
