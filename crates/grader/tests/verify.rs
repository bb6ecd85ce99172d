//! `heaplab-grader verify`, through the real binary: honest submissions, and programs that cheat in
//! every way that we know of. Each ends with its named verdict; nothing outside its folder has
//! changed and no process is left (`submission` looks after every one). What bundles cheat with is
//! in `verify_bundles.rs`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod submission;

use std::io::{Cursor, Write as _};
use submission::{Submission, claimed, grader_verify, nothing_is_left_of, workspace};

fn start(name: &str) -> Vec<u8> {
    std::fs::read(workspace().join("lessons/8.9-homework/start").join(name)).unwrap()
}

#[test]
fn a_model_solution_has_full_points_as_a_folder_and_as_a_zip() {
    let model = Submission::model();
    let folder = model.verify();
    assert_eq!((folder.status(), folder.codes().len()), ("pass", 0), "{:#}", folder.verdict);
    assert_eq!((&folder.verdict["score"], &folder.verdict["bonus"]), (&100.into(), &20.into()));
    assert_eq!(folder.verdict["fences"].as_array().unwrap().len(), 6);

    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &model.files {
        writer.start_file(format!("s1-main/{name}"), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let archive = model.place.path().join("handed-in.zip");
    std::fs::write(&archive, writer.finish().unwrap().into_inner()).unwrap();
    let zipped = model.verify_bundle(&archive);
    let scores = |verdict: &serde_json::Value| {
        let tasks = verdict["recomputed"].as_array().unwrap().clone();
        let figures = |task: &serde_json::Value| (task["score"].clone(), task["allocations"].clone());
        tasks.iter().map(figures).collect::<Vec<_>>()
    };
    assert_eq!(scores(&folder.verdict), scores(&zipped.verdict));
    assert_eq!(folder.verdict["source_sha256"], zipped.verdict["source_sha256"]);
}

#[test]
fn the_starting_point_has_few_points() {
    let mut begun = Submission::model();
    for name in ["required.rs", "optional.rs", "mod.rs"] {
        begun = begun.with(&format!("src/{name}"), start(name));
    }
    let verified = begun.verify();
    verified.is("fail", "too_few_points");
    let score = verified.verdict["score"].as_u64().unwrap();
    assert!((1..40).contains(&score), "{score}");
    assert_eq!(verified.verdict["recomputed"][0]["right"], true);
}

#[test]
fn a_forged_result_is_found_and_an_honest_one_is_not() {
    let wasteful = || Submission::model().with("src/required.rs", start("required.rs"));
    let measured = wasteful().verify();
    let honest = wasteful().with("result.json", claimed(&measured.verdict, |_| ())).verify();
    honest.is("fail", "too_few_points");
    assert_eq!(honest.verdict["mismatches"], serde_json::json!([]));
    assert_eq!(honest.verdict["claimed"][0]["task"], "required.list");
    let forged = wasteful().with(
        "result.json",
        claimed(&measured.verdict, |result| {
            result["tasks"][1]["peak_bytes"] = 12.into();
            result["tasks"][1]["score"] = 60.into();
            result["score"] = 100.into();
        }),
    );
    let forged = forged.verify();
    forged.is("fail", "forged_result");
    let what: Vec<_> =
        forged.verdict["mismatches"].as_array().unwrap().iter().map(|one| one["what"].clone()).collect();
    assert_eq!(what, ["peak_bytes", "score", "score"]);
}

#[test]
fn sources_that_say_what_they_may_not_are_refused_by_line() {
    let cases = [
        ("", "let _ = std::fs::write(\"/proc/self/mem\", b\"x\");", "fs"),
        ("", "let _ = include_str!(\"/etc/passwd\");", "include_str"),
        ("include!(\"/etc/passwd\");", "", "include"),
        ("", "let _ = env!(\"HOME\");", "env"),
        ("", "let _ = std::io::pipe();", "pipe"),
        ("", "let _ = std::net::TcpListener::bind(\"127.0.0.1:0\");", "net"),
        (
            "use std::alloc::{GlobalAlloc, System};",
            "let _ = unsafe { System.alloc(std::alloc::Layout::new::<[u8; 9]>()) };",
            "unsafe",
        ),
        ("extern \"C\" { fn mmap() -> *mut u8; }", "", "extern"),
        ("#[path = \"/etc/passwd\"] mod other;", "", "path"),
        ("#[proc_macro] pub fn x() {}", "", "proc_macro"),
        (
            "macro_rules! m { ($x:ident) => { $x!(\"/etc/passwd\") } } const X: &str = m!(include_str);",
            "",
            "include_str",
        ),
    ];
    for (before, first, word) in cases {
        let verified = Submission::model().doing(before, first).verify();
        verified.is("fail", "forbidden_source");
        verified.says("src/required.rs:").says(word);
        assert_eq!(verified.verdict["score"], 0);
    }
}

#[test]
fn a_big_static_is_memory_outside_of_the_heap() {
    let before = "use std::sync::atomic::{AtomicU64, Ordering};\nstatic BIG: [AtomicU64; 2 << 20] = [const { AtomicU64::new(0) }; 2 << 20];";
    let first = "for (index, word) in BIG.iter().enumerate() { word.store(index as u64, Ordering::Relaxed); } \
        std::hint::black_box(&BIG);";
    Submission::model().doing(before, first).verify().is("fail", "outside_heap");
}

#[test]
fn so_is_the_stack_of_a_thread() {
    let before = "#[inline(never)] fn deep(left: usize) -> u64 { let block = std::hint::black_box([left as u8; 4096]); \
        if left == 0 { 0 } else { deep(left - 1) + u64::from(block[7]) } }";
    let first = "let work = std::thread::Builder::new().stack_size(64 << 20).spawn(|| deep(8000)).unwrap(); \
        std::hint::black_box(work.join().unwrap());";
    Submission::model().doing(before, first).verify().is("fail", "outside_heap");
    // The one that was there from the start has room for more than is allowed, too.
    Submission::model()
        .doing(before, "std::hint::black_box(deep(1500));")
        .verify()
        .is("fail", "outside_heap");
}

#[test]
fn a_thread_that_outlives_the_call_is_seen() {
    let first = "std::thread::spawn(|| loop { std::thread::sleep(std::time::Duration::from_secs(1)) });";
    Submission::model().doing("", first).verify().is("fail", "outlived_call");
    // Those that are waited for are welcome.
    let first = "std::thread::scope(|scope| { for _ in 0..8 { scope.spawn(|| std::hint::black_box(1)); } });";
    let joined = Submission::model().doing("", first).verify();
    assert!(!joined.codes().contains(&"outlived_call"), "{:#}", joined.verdict);
}

#[test]
fn a_program_that_ends_itself_has_no_record() {
    Submission::model().doing("", "std::process::exit(0);").verify().is("error", "no_record");
    Submission::model().doing("", "std::process::abort();").verify().is("error", "crashed");
    let verified = Submission::model().doing("", "panic!(\"\\u{1b}[2Jnot today\");").verify();
    verified.is("error", "panicked");
    verified.says("not today");
    assert!(!verified.verdict.to_string().contains("u001b"));
}

#[test]
fn a_record_that_is_printed_is_no_record() {
    let record = "heaplab-homework=1\\ntask=required.list\\nrows=200000\\nseed=1\\ncount=1\\nchecksum=1\\nbirths=1\\n\
        reallocations=0\\npeak_bytes=1\\nend_bytes=1\\nsingle_threaded=1\\nwall_ns=1\\nend\\n";
    let honest_work = Submission::model().doing("", &format!("print!(\"{record}\");")).verify();
    honest_work.is("fail", "forged_record");
    assert_eq!(honest_work.verdict["recomputed"][0]["rows"], 200_000);
    let and_leaves = format!("print!(\"{record}\"); std::process::exit(0);");
    Submission::model().doing("", &and_leaves).verify().is("error", "no_record");
}

#[test]
fn an_endless_loop_is_ended() {
    let verified = Submission::model()
        .doing("", "loop { std::hint::spin_loop(); }")
        .option(&["--timeout", "4s"])
        .verify();
    verified.is("timeout", "timeout");
    assert_eq!(verified.verdict["recomputed"][1]["right"], true, "the other task counts");
}

#[test]
fn a_memory_bomb_is_ended() {
    let first = "let mut all = Vec::new(); loop { all.push(vec![1u8; 1 << 20]); }";
    Submission::model().doing("", first).verify().is("oom", "out_of_memory");
}

#[test]
fn processes_are_refused_and_threads_are_counted() {
    let command = "loop { let _ = std::process::Command::new(\"/bin/sleep\").arg(\"600\").spawn(); }";
    Submission::model().doing("", command).verify().is("fail", "fork_refused");
    let output = "let _ = std::process::Command::new(\"/bin/cat\").arg(\"/etc/passwd\").output();";
    Submission::model().doing("", output).verify().is("fail", "fork_refused");
    let threads =
        "loop { let _ = std::thread::Builder::new().stack_size(16 << 10).spawn(|| std::thread::park()); }";
    Submission::model().doing("", threads).verify().is("fail", "too_many_threads");
}

#[test]
fn a_flood_of_output_is_ended() {
    Submission::model()
        .doing("", "loop { println!(\"{}\", \"x\".repeat(4096)); }")
        .verify()
        .is("fail", "output_flood");
    Submission::model()
        .doing("", "loop { eprintln!(\"{}\", \"x\".repeat(4096)); }")
        .verify()
        .is("fail", "output_flood");
}

#[test]
fn answers_that_are_written_down_are_right_for_one_seed_alone() {
    // Right where the first row is the public seed's.
    let before = "fn known(source: &Source) -> bool { let first = Source::row(source, 0); first.score == PUBLIC.0 && first.name == PUBLIC.1 }\n\
        const PUBLIC: (u64, &str) = (SCORE, \"NAME\");";
    let seed = first_public_row();
    let before = before.replace("SCORE", &seed.0.to_string()).replace("NAME", &seed.1);
    let first = "if !known(&source) { return Vec::new(); }";
    let verified = Submission::model().doing(&before, first).verify();
    verified.is("fail", "hard_coded");
    assert!(verified.codes().contains(&"wrong_answer"));
}

/// Score and name of the public seed's first row: SplitMix64, as the task has it.
fn first_public_row() -> (u64, String) {
    let mixed = 20_260_809u64.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let drawn = mixed ^ (mixed >> 31);
    (drawn % 101, format!("user{}", drawn >> 40))
}

#[test]
fn figures_that_differ_are_unstable_and_no_fail() {
    let first = "use std::hash::BuildHasher as _; let many = std::hash::RandomState::new().hash_one(1) as usize & 0xFFFF; \
        std::hint::black_box(vec![1u8; 16 << 20 | many]);";
    Submission::model().doing("", first).verify().is("unstable", "unstable");
}

#[test]
fn sources_that_do_not_build_say_why() {
    let verified = Submission::model().with("src/required.rs", "pub fn list() -> Nothing {}\n").verify();
    verified.is("error", "does_not_build");
    verified.says("Nothing").says("src/required.rs:1");
    assert!(!verified.verdict.to_string().contains("homework-verify"), "no path of this machine");
    Submission::model().with("src/required.rs", "fn f() { \"").verify().is("error", "unreadable_source");
    let outside = Submission::model().doing("pub fn region() { heaplab_heap::region(); }", "").verify();
    outside.is("error", "does_not_build");
}

#[test]
fn a_compiler_that_is_kept_busy_is_ended() {
    let before = "macro_rules! m { ($($x:tt)*) => { m!($($x)* $($x)*); } }\nm!(a a a a a a a a);\n#[expect(dead_code)] const X: u8 = 1;";
    let verified = Submission::model().doing(before, "").option(&["--timeout", "2s"]).verify();
    let codes = verified.codes();
    assert!(["does_not_build", "build_timeout", "build_out_of_memory"].contains(&codes[0]), "{codes:?}");
}

#[test]
fn a_signal_ends_it_and_leaves_nothing() {
    let model = Submission::model().doing("", "loop { std::hint::spin_loop(); }");
    let out = model.place.path().join("out");
    let mut command = grader_verify();
    command.arg(model.folder()).arg("--out").arg(&out).stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let place = workspace().join(format!("target/homework-verify/submissions/{}-0", child.id()));
    let wait = |is_there: bool| {
        for _ in 0..2000 {
            if place.join("target/lesson/harness").exists() == is_there {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("waited in vain");
    };
    wait(true);
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let number = child.id();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    nothing_is_left_of(number);
    assert!(!out.exists());
}
