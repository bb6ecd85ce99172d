//! Programs that try what the sandbox refuses. Each is this test's own binary, started again in a
//! sandbox; what it says and how it ends is compared. Without the test harness, which would start
//! threads.
#![expect(clippy::unwrap_used, reason = "a test, though clippy does not know it for one without the harness")]

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["enter", limits, program, rest @ ..] => behind::enter(limits, program, rest),
        ["attempt", name, rest @ ..] => println!("{}", behind::attempt(name, rest)),
        // What `cargo test` hands over (filters, --nocapture) means nothing here.
        _ => front::all(),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod behind {
    use heaplab_sandbox::Limits;
    use std::ffi::OsString;
    use std::fmt::Debug;
    use std::os::unix::process::CommandExt as _;
    use std::path::Path;
    use std::process::Command;

    pub(super) fn enter(limits: &str, program: &str, rest: &[&str]) {
        let limits: Limits = serde_json::from_str(limits).unwrap();
        let rest: Vec<OsString> = rest.iter().map(OsString::from).collect();
        let error = heaplab_sandbox::enter(&limits, Path::new(program), &rest).unwrap_err();
        eprintln!("{error}");
        std::process::exit(70);
    }

    pub(super) fn attempt(name: &str, rest: &[&str]) -> String {
        match name {
            "compute" => {
                let threads: Vec<_> =
                    (0..4).map(|n| std::thread::spawn(move || vec![n; 1 << 20].len())).collect();
                let sum: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
                format!("computed {sum} {}", std::env::vars().count())
            }
            "read" => said(std::fs::read(rest[0]).map(|bytes| bytes.len())),
            "write" => said(std::fs::write(rest[0], "x")),
            "memory" => said(std::fs::OpenOptions::new().write(true).open("/proc/self/mem")),
            "listen" => said(std::net::TcpListener::bind("127.0.0.1:0")),
            "datagram" => said(std::net::UdpSocket::bind("127.0.0.1:0")),
            "unix" => said(std::os::unix::net::UnixStream::pair()),
            "pipe" => said(std::io::pipe()),
            "spawn" => said(Command::new(rest[0]).args(&rest[1..]).status()),
            "become" => Command::new(rest[0]).args(&rest[1..]).exec().to_string(),
            "memfd" => said(rustix::fs::memfd_create("x", rustix::fs::MemfdFlags::empty())),
            "signal" => said(rustix::process::test_kill_process(rustix::process::getppid().unwrap())),
            "session" => said(rustix::process::setsid()),
            "limits" => {
                let more = rustix::process::Rlimit { current: Some(1 << 20), maximum: Some(1 << 20) };
                said(rustix::process::setrlimit(rustix::process::Resource::Nofile, more))
            }
            "again" => {
                // SAFETY: the words are null, which no kernel follows before it has looked at the
                // descriptor.
                let result = unsafe {
                    libc::syscall(
                        libc::SYS_execveat,
                        200,
                        c"".as_ptr(),
                        0_usize,
                        0_usize,
                        libc::AT_EMPTY_PATH,
                    )
                };
                format!("{result} {}", std::io::Error::last_os_error())
            }
            "descriptors" => {
                let open = |number: i32| std::fs::metadata(format!("/proc/self/fd/{number}")).is_ok();
                format!("{:?}", (3..64).filter(|&number| open(number)).collect::<Vec<_>>())
            }
            "spin" => loop {
                std::hint::spin_loop();
            },
            other => panic!("no attempt {other}"),
        }
    }

    fn said<T: Debug, E: std::fmt::Display>(result: Result<T, E>) -> String {
        result.map_or_else(|error| format!("refused: {error}"), |value| format!("got {value:?}"))
    }
}

#[cfg(target_os = "linux")]
mod front {
    use heaplab_sandbox::{Limits, WorkKind};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    const SIGSYS: i32 = 31;

    pub(super) fn all() {
        let there = heaplab_sandbox::detect_kernel_support();
        if !there.missing().is_empty() {
            assert!(
                std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(),
                "this kernel lacks {:?}",
                there.missing()
            );
            return println!("this kernel lacks {:?}: nothing was tried", there.missing());
        }
        let scratch = tempfile::tempdir().unwrap();
        ordinary_work_is_not_hindered();
        files_outside_are_not_there(scratch.path());
        a_run_starts_nothing_and_reaches_nobody();
        limits_hold_and_cannot_be_raised();
        a_compiler_has_processes_and_its_own_folder(scratch.path());
        a_compiler_brings_nothing_in_from_outside(scratch.path());
        println!("sandbox: all attempts ended as they should");
    }

    fn ordinary_work_is_not_hindered() {
        assert_eq!(run(&["compute"]), "computed 4194304 1");
    }

    fn files_outside_are_not_there(scratch: &Path) {
        let secret = scratch.join("secret");
        std::fs::write(&secret, "secret").unwrap();
        for path in
            [secret.to_str().unwrap(), "/etc/passwd", "/proc/self/maps", "/proc/self/environ", "/dev/zero"]
        {
            assert!(run(&["read", path]).starts_with("refused: Permission denied"), "{path}");
        }
        let fresh = scratch.join("fresh");
        assert!(run(&["write", fresh.to_str().unwrap()]).starts_with("refused"));
        assert!(run(&["write", "/tmp/heaplab-sandbox-test"]).starts_with("refused"));
        assert!(!fresh.exists() && !Path::new("/tmp/heaplab-sandbox-test").exists());
        assert!(run(&["memory"]).starts_with("refused: Permission denied"));
        let mut limits = limits(WorkKind::Run);
        limits.read.push(secret.clone());
        assert_eq!(said(&limits, &["read", secret.to_str().unwrap()]), "got 6");
    }

    fn a_run_starts_nothing_and_reaches_nobody() {
        let own = own().display().to_string();
        for deadly in [
            &["spawn", "/bin/true"][..],
            &["spawn", &own],
            &["become", "/bin/true"],
            &["become", &own],
            &["pipe"],
        ] {
            let ended = run_sandboxed(&limits(WorkKind::Run), deadly);
            assert_eq!(ended.status.signal(), Some(SIGSYS), "{deadly:?}: {ended:?}");
        }
        for refused in ["listen", "datagram", "unix", "memfd", "signal", "session", "limits"] {
            let said = run(&[refused]);
            assert!(said.starts_with("refused: Operation not permitted"), "{refused}: {said}");
        }
        assert_eq!(run(&["again"]), "-1 Bad file descriptor (os error 9)");
    }

    fn limits_hold_and_cannot_be_raised() {
        let mut short = limits(WorkKind::Run);
        short.cpu_seconds = 1;
        let ended = run_sandboxed(&short, &["spin"]);
        assert!(matches!(ended.status.signal(), Some(9 | 24)), "{ended:?}");
        // Kept open over exec, on purpose; only 0 to 2 may be there.
        let leak = rustix::io::dup(std::fs::File::open("/etc/passwd").unwrap()).unwrap();
        let seen = run(&["descriptors"]);
        drop(leak);
        assert_eq!(seen, "[]");
        // What is handed over has its number.
        let kept = rustix::io::dup(std::fs::File::open("/etc/passwd").unwrap()).unwrap();
        let mut handed = limits(WorkKind::Run);
        handed.inherit = vec![kept.as_raw_fd(); 2];
        assert_eq!(said(&handed, &["descriptors"]), "[3, 4]");
    }

    fn a_compiler_has_processes_and_its_own_folder(scratch: &Path) {
        let folder = scratch.join("target");
        std::fs::create_dir(&folder).unwrap();
        let mut limits = limits(WorkKind::Compile);
        limits.execute.push("/usr/bin".into());
        limits.execute.push("/bin".into());
        limits.write.push(folder.clone());
        limits.file_bytes = 1 << 20;
        let inside = folder.join("made").display().to_string();
        assert!(said(&limits, &["spawn", "/usr/bin/true"]).contains("unix_wait_status(0)"));
        assert!(said(&limits, &["pipe"]).starts_with("got"));
        assert_eq!(said(&limits, &["write", &inside]), "got ()");
        assert_eq!(said(&limits, &["read", &inside]), "got 1");
        assert!(said(&limits, &["read", "/etc/passwd"]).starts_with("refused: Permission denied"));
        // What a child of it tries runs in the same sandbox.
        let cat = run_sandboxed(&limits, &["spawn", "/usr/bin/cat", "/etc/passwd"]);
        assert!(String::from_utf8_lossy(&cat.stderr).contains("Permission denied"), "{cat:?}");
        let script = folder.join("script");
        std::fs::copy("/usr/bin/true", &script).unwrap();
        assert!(
            said(&limits, &["spawn", script.to_str().unwrap()]).starts_with("refused: Permission denied")
        );
        for refused in ["listen", "session", "memfd"] {
            assert!(said(&limits, &[refused]).starts_with("refused: Operation not permitted"), "{refused}");
        }
    }

    /// What the look at the source would find is refused without it too.
    fn a_compiler_brings_nothing_in_from_outside(scratch: &Path) {
        let said = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
        let sysroot = PathBuf::from(String::from_utf8(said.stdout).unwrap().trim());
        let folder = scratch.join("source");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("inside"), "inside").unwrap();
        std::fs::write(scratch.join("outside"), "outside").unwrap();
        let mut limits = limits(WorkKind::Compile);
        limits.execute.push(sysroot.clone());
        limits.write.push(folder.clone());
        limits.write.push("/dev/null".into());
        (limits.file_bytes, limits.open_files) = (1 << 24, 256);
        let built = |path: &str| {
            let source = folder.join("x.rs");
            std::fs::write(&source, format!("pub const X: &str = include_str!({path:?});")).unwrap();
            let words = [source.display().to_string(), folder.join("x.rlib").display().to_string()];
            let rustc = sysroot.join("bin/rustc").display().to_string();
            let ended =
                run_sandboxed(&limits, &["spawn", &rustc, "--crate-type=rlib", &words[0], "-o", &words[1]]);
            (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
        };
        let (ended, stderr) = built("inside");
        assert!(ended.contains("unix_wait_status(0)"), "{ended}{stderr}");
        for outside in ["../outside", "/etc/passwd", "/proc/self/environ"] {
            let (ended, stderr) = built(outside);
            assert!(
                !ended.contains("unix_wait_status(0)") && stderr.contains("Permission denied"),
                "{ended}{stderr}"
            );
        }
    }

    fn run(attempt: &[&str]) -> String {
        said(&limits(WorkKind::Run), attempt)
    }

    fn said(limits: &Limits, attempt: &[&str]) -> String {
        let ended = run_sandboxed(limits, attempt);
        assert!(ended.status.success(), "{attempt:?}: {ended:?}");
        let text = String::from_utf8(ended.stdout).unwrap();
        text.lines().last().unwrap_or_default().to_owned()
    }

    fn run_sandboxed(limits: &Limits, attempt: &[&str]) -> Output {
        let mut command = Command::new(own());
        command
            .arg("enter")
            .arg(serde_json::to_string(limits).unwrap())
            .arg(own())
            .arg("attempt")
            .args(attempt);
        command.env_clear().env("ONLY", "this").output().unwrap()
    }

    fn limits(work: WorkKind) -> Limits {
        let libraries = ["/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache"].map(PathBuf::from);
        Limits {
            work,
            read: vec![],
            execute: [own()].into_iter().chain(libraries).collect(),
            write: vec![],
            cpu_seconds: 10,
            file_bytes: 0,
            open_files: 16,
            stack_bytes: 8 << 20,
            inherit: vec![],
            lenient: false,
        }
    }

    fn own() -> PathBuf {
        std::env::current_exe().unwrap()
    }
}
