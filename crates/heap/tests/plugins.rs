//! Code at an address where another module was before: two plugins with the same code are loaded and
//! unloaded in turns, and each block is recorded below the plugin that asked for it.

use heaplab_heap::{Heap, region, take_recording};
use heaplab_profile::raw::RawRecording;
use std::alloc::{GlobalAlloc, Layout};
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::process::Command;

static HEAP: Heap = Heap::recording();

const SOURCE: &str = "
#[unsafe(no_mangle)]
pub extern \"C\" fn call(work: extern \"C\" fn(usize), size: usize) {
    work(size);
    std::hint::black_box(size);
}
";

extern "C" fn allocate(size: usize) {
    let layout = Layout::from_size_align(size, 8).expect("a small layout");
    // SAFETY: the layout is not empty.
    std::hint::black_box(unsafe { HEAP.alloc(layout) });
}

fn build(folder: &Path, name: &str) -> PathBuf {
    let source = folder.join(format!("{name}.rs"));
    let library = folder.join(format!("lib{name}.so"));
    std::fs::write(&source, SOURCE).expect("the folder can be written");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built = Command::new(rustc)
        .args(["--edition=2024", "--crate-type=cdylib", "-Copt-level=1", "-Clink-arg=-Wl,--build-id", "-o"])
        .args([&library, &source])
        .status()
        .expect("rustc is there");
    assert!(built.success());
    library
}

/// Loads the plugin, allocates through it, and unloads it. Returns where it was.
fn use_plugin(path: &Path, size: usize, times: usize) -> usize {
    let name = CString::new(path.as_os_str().as_encoded_bytes()).expect("no NUL in a path");
    // SAFETY: the library has no initialisers that need anything, and `call` is what it says.
    unsafe {
        let library = libc::dlopen(name.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null());
        let call = libc::dlsym(library, c"call".as_ptr());
        let function: extern "C" fn(extern "C" fn(usize), usize) = std::mem::transmute(call);
        for _ in 0..times {
            function(allocate, size);
        }
        assert_eq!(libc::dlclose(library), 0);
        call.addr()
    }
}

/// How many blocks of this size lie below each module, by the end of its file's name.
fn blocks_below(raw: &RawRecording, size: u64, plugin: &str) -> u64 {
    let is_below = |mut node: u32| {
        while node != 0 {
            let at = raw.nodes[node as usize];
            let module = raw.modules.iter().find(|module| (module.base..module.end).contains(&at.address));
            if module.is_some_and(|module| module.path.ends_with(plugin)) {
                return true;
            }
            node = at.parent;
        }
        false
    };
    let sites = raw.sites.iter().filter(|site| site.births > 0 && site.birth_bytes == site.births * size);
    sites.filter(|site| is_below(site.node)).map(|site| site.births).sum()
}

#[test]
fn each_block_is_below_the_plugin_that_asked_for_it() {
    // More events than a thread lets pass before it looks for changes.
    const TIMES: usize = 700;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let (first, second) = (build(&folder, "first"), build(&folder, "other"));
    allocate(8);
    let open = region().expect("no region is open");
    let mut places = Vec::new();
    // A size of its own per turn. A block right after the change may still be taken for one of the
    // turn before, so the last ones are counted.
    for (turn, plugin) in [&first, &second, &first, &second].into_iter().enumerate() {
        places.push(use_plugin(plugin, 1_000 + turn, 300));
        places.push(use_plugin(plugin, 2_000 + turn, TIMES));
    }
    drop(open);
    let raw = take_recording().expect("the recorder is at work");
    if places.iter().any(|place| *place != places[0]) {
        println!("SKIPPED: the system maps the plugins at different places");
        return;
    }
    for turn in 0..4 {
        let (own, other) =
            if turn % 2 == 0 { ("libfirst.so", "libother.so") } else { ("libother.so", "libfirst.so") };
        assert_eq!(blocks_below(&raw, 2_000 + turn, own), TIMES as u64, "{own} in turn {turn}");
        assert_eq!(blocks_below(&raw, 2_000 + turn, other), 0, "{other} in turn {turn}");
    }
    assert_eq!(raw.totals.cut_stacks, 0);
}
