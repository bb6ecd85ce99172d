//! `cargo xtask diff`: what changed, and never read for the other direction.

use crate::run::{self, ends_with, names, small_report, stderr, stdout, workspace};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::Output;

const SLOTS: &str = "slots_vs_maps::list";

fn diff(old: &Path, new: &Path, out: &Path) -> Output {
    run::xtask(&workspace())
        .arg("diff")
        .args([old, new])
        .arg("--out")
        .arg(out)
        .output()
        .expect("xtask starts")
}

fn changes(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("diff.json")).expect("there is a diff.json"))
        .expect("it is JSON")
}

/// Two profiles, the second with one stack more and one less.
fn profiles(home: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (old, new) = (home.join("before.folded"), home.join("after.folded"));
    std::fs::write(&old, format!("app::main;{SLOTS} 1000\napp::main;gone 70000\napp::main;same 5\n"))
        .expect("it can be written");
    std::fs::write(&new, format!("app::main;{SLOTS} 4801000\napp::main;same 5\n"))
        .expect("it can be written");
    (old, new)
}

#[test]
fn the_sentences_turn_with_the_direction() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = profiles(home.path());
    let there = diff(&old, &new, &home.path().join("there"));
    ends_with(&there, 0);
    // A sentence may be wrapped.
    let said = |output: &Output| stdout(output).split_whitespace().collect::<Vec<_>>().join(" ");
    let (grew, shrank) = (
        "NEW holds 4.80 MB more at the peak than OLD at slots_vs_maps::list: 4.80 MB, was 1.00 kB",
        "NEW holds 70.0 kB less at the peak than OLD at gone: 0 B, was 70.0 kB",
    );
    let text = said(&there);
    assert!(text.find(grew) < text.find(shrank) && text.contains(grew), "the worst first: {text}");
    assert!(text.find("Live at the peak: NEW has 4.73 MB more than OLD") < text.find(grew), "{text}");
    assert!(!text.contains("same"), "{text}");

    let back = said(&diff(&new, &old, &home.path().join("back")));
    assert!(back.contains("NEW holds 70.0 kB more at the peak than OLD at gone: 70.0 kB, was 0 B"), "{back}");
    assert!(back.contains("NEW holds 4.80 MB less at the peak than OLD at slots_vs_maps::list"), "{back}");
    let files = ["after.diff-new.svg", "after.diff-old.svg", "diff.json", "diff.md"];
    assert_eq!(names(&home.path().join("there")), files);
    // What has vanished is seen in the picture that is as wide as OLD.
    let drawn = |name: &str| std::fs::read_to_string(home.path().join("there").join(name)).unwrap();
    assert!(!drawn("after.diff-new.svg").contains("gone"));
    assert!(drawn("after.diff-old.svg").contains("<title>gone (70,000 bytes"));
    assert!(drawn("diff.md").contains("NEW holds 70.0 kB less"));
}

#[test]
fn lessons_meet_by_variant_and_a_report_equals_itself() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (home.path().join("old"), home.path().join("new"));
    small_report(&old, &["--python", "no", "--variant", "list_dict,packed,slots"]);
    small_report(&new, &["--python", "no", "--variant", "list_dict,packed,columns"]);
    let out = home.path().join("diff");
    let output = diff(&old, &new.join("report.json"), &out);
    ends_with(&output, 0);
    let found = changes(&out);
    assert_eq!(found["schema"], "heaplab/diff/v1");
    let compared = found["profiles"].as_array().unwrap();
    let compared: Vec<&str> = compared.iter().map(|profile| profile["name"].as_str().unwrap()).collect();
    assert_eq!(compared, ["list_dict", "packed"]);
    assert_eq!((&found["only_old"][0], &found["only_new"][0]), (&"slots".into(), &"columns".into()));
    assert!(stdout(&output).contains("Only in OLD, and not compared: slots"), "{}", stdout(&output));

    // In place of the last comparison, which is one of ours.
    let itself = diff(&old, &old, &out);
    ends_with(&itself, 0);
    assert!(stdout(&itself).contains("OLD and NEW are equal"), "{}", stdout(&itself));
    assert!(changes(&out)["profiles"][0]["sites"].as_array().unwrap().is_empty());

    // Other variants, one each: files of several formats can be compared by hand.
    let speedscope = diff(&old.join("list_dict.speedscope.json"), &new.join("packed.speedscope.json"), &out);
    ends_with(&speedscope, 0);
    let site = &changes(&out)["profiles"][0]["sites"][0];
    assert!(site["location"].as_str().unwrap().starts_with("crates/packed-rows/"), "{site}");
    ends_with(&diff(&old.join("slots.folded"), &old.join("slots.speedscope.json"), &out), 0);
    assert!(changes(&out)["profiles"][0]["sites"].as_array().unwrap().is_empty(), "one profile, two formats");
    let dhat = diff(&old.join("slots.dhat.json"), &old.join("slots.dhat.json"), &out);
    assert!(stdout(&dhat).contains("are equal"), "{}", stdout(&dhat));
}

#[test]
fn what_cannot_be_compared_is_named() {
    let home = tempfile::tempdir().unwrap();
    let (old, _) = profiles(home.path());
    let out = home.path().join("out");
    let refused = |wrong: &Path, words: &str| {
        let output = diff(&old, wrong, &out);
        ends_with(&output, 2);
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    };
    refused(&home.path().join("nowhere"), "nowhere");
    refused(home.path(), "report.json");
    let notes = home.path().join("notes.txt");
    std::fs::write(&notes, "mine").unwrap();
    refused(&notes, "nothing that can be compared");
    let broken = home.path().join("broken.folded");
    std::fs::write(&broken, "a;b 5\nhalf a line").unwrap();
    refused(&broken, "line 2");
    assert!(!out.exists());
}

/// The recording that a program leaves by itself: `heap-PID.tables`, which is mostly a hole.
fn recorded(folder: &Path, arguments: &[&str]) -> std::path::PathBuf {
    let mut build = std::process::Command::new(env!("CARGO"));
    build.current_dir(workspace()).args(["build", "-q", "-p", "heaplab-heap", "--example", "leaky"]);
    assert!(build.arg("--target-dir").arg(run::target()).status().expect("cargo starts").success());
    std::fs::create_dir(folder).expect("a new folder");
    let mut program = std::process::Command::new(run::target().join("debug/examples/leaky"));
    let output = program.args(arguments).env("HEAPLAB_OUT", folder).env("HEAPLAB_PROBE", "heap").output();
    assert!(output.expect("it starts").status.success());
    let name = names(folder).pop().expect("it left a recording");
    assert!(name.starts_with("heap-") && name.ends_with(".tables"), "{name}");
    let path = folder.join(name);
    assert!(path.metadata().expect("a file").len() > 1_000_000_000);
    path
}

#[test]
fn recordings_are_compared_as_they_were_left() {
    let home = tempfile::tempdir().unwrap();
    let old = recorded(&home.path().join("small"), &["", "1000"]);
    let new = recorded(&home.path().join("large"), &["", "3000"]);
    let out = home.path().join("diff");
    let output = diff(&old, &new, &out);
    ends_with(&output, 0);
    // 500 blocks of 1,000 bytes are forgotten; now of 3,000.
    let said = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("NEW holds 1.00 MB more at the peak than OLD at"), "{said}");
    let found = changes(&out);
    let site = &found["profiles"][0]["sites"][0];
    assert!(site["location"].as_str().unwrap().starts_with("crates/heap/examples/leaky.rs:"), "{site}");
    assert!(site["function"].as_str().unwrap().contains("leaky::remember"), "{site}");
    let drawn = names(&out).into_iter().filter(|name| name.ends_with(".svg"));
    for name in drawn {
        let svg = std::fs::read_to_string(out.join(&name)).unwrap();
        assert!(svg.contains("leaky::remember"), "{name}");
    }
    let itself = diff(&new, &new, &out);
    ends_with(&itself, 0);
    assert!(stdout(&itself).contains("are equal"), "{}", stdout(&itself));
}

#[test]
fn other_profilers_files_are_compared_also_packed() {
    let home = tempfile::tempdir().unwrap();
    let header = "allocator,num_allocations,size,tid,thread_name,stack_trace\r\n";
    let row = |size: u32| format!("MALLOC,1,{size},1,0x1,make;/x/app/m.py;1|<module>;/x/app/m.py;4\r\n");
    let (old, new) = (home.path().join("old.csv"), home.path().join("new.csv.gz"));
    std::fs::write(&old, format!("{header}{}", row(1000))).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(format!("{header}{}{}", row(3000), row(500)).as_bytes()).unwrap();
    std::fs::write(&new, packed.finish().unwrap()).unwrap();
    let out = home.path().join("out");
    ends_with(&diff(&old, &new, &out), 0);
    let found = changes(&out);
    let site = &found["profiles"][0]["sites"][0];
    assert_eq!(site["location"], "x/app/m.py:1");
    assert_eq!(site["at_peak_bytes"], serde_json::json!({ "old": 1000, "new": 3500 }));

    let heaptrack = "v 10400 3\nX ./t\ns 4 make\ns 3 t.c\ni 5f 0 1 2 3\nt 1 0\na 3e8 1\n+ 0\n+ 0\n- 0\n";
    let recorded = home.path().join("heaptrack.t.7");
    std::fs::write(&recorded, heaptrack).unwrap();
    ends_with(&diff(&old, &recorded, &out), 0);
    assert_eq!(changes(&out)["profiles"][0]["totals"]["peak_bytes"]["new"], 2000);

    let memray = home.path().join("memray-m.py.1.bin");
    std::fs::write(&memray, b"memray\0\x0b").unwrap();
    let refused = diff(&old, &memray, &out);
    ends_with(&refused, 2);
    assert!(stderr(&refused).contains("memray transform csv"), "{}", stderr(&refused));
}

#[test]
fn what_is_read_has_a_limit_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    let (old, _) = profiles(home.path());
    // It takes no room on the disk.
    let huge = home.path().join("huge.folded");
    std::fs::File::create(&huge).unwrap().set_len(24_000_000_000).unwrap();
    for endless in [Path::new("/dev/zero"), &huge] {
        let refused = diff(&old, endless, &home.path().join("out"));
        ends_with(&refused, 2);
        let said = stderr(&refused);
        assert!(said.contains(&format!("{} has more than 256 MB", endless.display())), "{said}");
    }
}
