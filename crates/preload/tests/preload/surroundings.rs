//! What programs meet where they run, and what they do to it: their environment, their descriptors,
//! their children. They print the same and end the same as without the recorder.

use crate::run::{Recorded, compile, library, record};
use std::path::Path;
use std::process::{Command, Output};

/// Runs a shell script in a folder with the recorder and without.
fn compare(home: &Path, script: &str) -> Recorded {
    compare_command(|| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).current_dir(home);
        command
    })
}

fn compare_command(command: impl Fn() -> Command) -> Recorded {
    let plain = command().env_remove("LD_PRELOAD").output().expect("the program starts");
    let recorded = record(&mut command());
    is_same(&recorded.output, &plain, &command());
    recorded
}

fn is_same(recorded: &Output, plain: &Output, command: &Command) {
    let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(read(&recorded.stdout), read(&plain.stdout), "{command:?}: {}", read(&recorded.stderr));
    assert_eq!(read(&recorded.stderr), read(&plain.stderr), "{command:?}");
    assert_eq!(recorded.status, plain.status, "{command:?}");
}

/// The file names of the recorded programs, sorted.
fn programs(recorded: &Recorded) -> Vec<String> {
    let name = |command: &String| command.rsplit('/').next().unwrap_or_default().to_owned();
    let mut names: Vec<String> =
        recorded.processes.iter().filter_map(|raw| raw.command.first()).map(name).collect();
    names.sort();
    names
}

fn count(recorded: &Recorded, program: &str) -> usize {
    programs(recorded).iter().filter(|name| *name == program).count()
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// What is started without the environment runs without the recorder.
#[test]
fn an_environment_that_is_cleared() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let recorded = compare(home.path(), "/bin/sh -c 'echo one'; env -i /bin/sh -c 'echo two'; exit 4");
    let ran = |words: [&str; 3]| recorded.processes.iter().any(|raw| raw.command == words);
    assert!(ran(["/bin/sh", "-c", "echo one"]), "{:?}", programs(&recorded));
    assert!(!ran(["/bin/sh", "-c", "echo two"]), "{:?}", programs(&recorded));
}

#[test]
fn a_library_of_the_users_own_in_ld_preload() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let other = home.path().join("libhello.so");
    compile("cc", "hello.c", &other, &["-shared", "-fPIC"]);
    let run = |preload: String| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "(exit 1); /bin/sh -c 'exit 3'"]).env("LD_PRELOAD", preload);
        command.env("HEAPLAB_OUT", home.path().join("out"));
        (command.output().expect("the shell starts"), command)
    };
    let (plain, _) = run(other.display().to_string());
    assert_eq!(String::from_utf8_lossy(&plain.stdout).matches("hello").count(), 2, "one for each program");
    for both in [[library(), &other], [&other, library()]] {
        let (recorded, command) = run(both.map(|path| path.display().to_string()).join(":"));
        is_same(&recorded, &plain, &command);
    }
    assert!(std::fs::read_dir(home.path().join("out")).expect("recordings").count() >= 4);
}

#[test]
fn descriptors_folders_and_scripts() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let script = home.path().join("script");
    std::fs::write(&script, "#!/bin/sh -e\nmkdir -p deeper\ncd deeper\npwd\nexec ls /proc/self/fd\n")
        .expect("a script");
    compare(home.path(), "chmod +x script && ./script");
    compare(home.path(), "ulimit -n 12; for i in 1 2 3; do (exec 5<&- 6<&-; cd /; pwd); done");
    let closing = "import os\nos.closerange(3, 4096)\nrows = [str(i) * 9 for i in range(9000)]\nos.chdir('/')\n\
                   print(len(rows), sorted(os.listdir('/proc/self/fd')))";
    if is_installed("/usr/bin/python3") {
        std::fs::write(home.path().join("closing.py"), closing).expect("a script");
        let recorded = compare(home.path(), "PYTHONMALLOC=malloc /usr/bin/python3 closing.py");
        let births: u64 = recorded.processes.iter().map(|raw| raw.totals.births).max().unwrap_or_default();
        assert!(births > 9_000, "{births}");
    }
}

#[test]
fn a_pipeline_of_programs() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let script = "for i in 3 1 2 3 3 1; do echo line $i; done | sort | uniq -c | sort -rn | head -n 2";
    let recorded = compare(home.path(), script);
    assert_eq!(count(&recorded, "sort"), 2, "{:?}", programs(&recorded));
}

#[test]
fn make_with_several_jobs() {
    if !is_installed("make") {
        return eprintln!("skipped: make is not installed");
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let rules = "all: a b c d\n\t@cat a b c d\na b c d:\n\t@seq 1 2000 | sort -n | tail -n 1 > $@\n";
    std::fs::write(home.path().join("Makefile"), rules).expect("a file");
    let recorded = compare(home.path(), "make -j2; rm -f a b c d");
    assert_eq!((count(&recorded, "make"), count(&recorded, "sort")), (1, 4), "{:?}", programs(&recorded));
}

#[test]
fn a_compiler_and_its_passes() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let source = "int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += i * i; return s; }\n";
    std::fs::write(home.path().join("f.c"), source).expect("a file");
    let recorded = compare(home.path(), "gcc -O2 -c f.c -o f.o && cksum < f.o");
    for program in ["gcc", "cc1", "as", "cksum"] {
        assert_eq!(count(&recorded, program), 1, "{program} in {:?}", programs(&recorded));
    }
}

/// CPython starts children by `posix_spawn`, by `vfork`, and by `fork`; `spawn` runs the interpreter anew.
#[test]
fn children_of_cpython() {
    if !is_installed("/usr/bin/python3") {
        return eprintln!("skipped: /usr/bin/python3 is not installed");
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let script = "import multiprocessing, subprocess, sys\n\
        def work(number):\n    return sum(len(str(i)) for i in range(number * 1000))\n\
        if __name__ == '__main__':\n    \
        for fast in (True, False):\n        \
        print(subprocess.run(['/bin/sh', '-c', 'echo $0', str(fast)], close_fds=not fast, capture_output=True).stdout)\n    \
        with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:\n        \
        print(pool.map(work, range(5), chunksize=1))\n        pool.close(); pool.join()\n";
    std::fs::write(home.path().join("pool.py"), script).expect("a script");
    for method in ["fork", "spawn", "forkserver"] {
        let recorded =
            compare(home.path(), &format!("PYTHONMALLOC=malloc exec /usr/bin/python3 pool.py {method}"));
        let names = programs(&recorded);
        assert!(count(&recorded, "sh") >= 2, "{method}: {names:?}");
        assert!(count(&recorded, "python3") >= 3, "the process and two workers, {method}: {names:?}");
    }
}

/// `free` of a block that the C library made with other functions, and of one that a library got before.
#[test]
fn programs_of_many_kinds() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for script in [
        "ls -l / | cut -c1-10",
        "seq 1 3000 | awk '{ a[$1 % 7] = a[$1 % 7] $1 } END { for (i in a) print length(a[i]) }' | sort",
        "tar cf - Makefile 2>&1 | cksum",
        "seq 1 20000 | gzip -n | gzip -d | cksum",
        "seq 1 2000 | xz | xz -d | cksum",
        "printf 'a b\\n' | sed 's/a/x/; s/b/y/'",
        "find /usr/include -maxdepth 1 -name 's*.h' | sort",
        "date -u -d @0; id -u; uname -s; getent passwd root",
        "printf 'h\\303\\244\\n' | iconv -f utf-8 -t latin1 | iconv -f latin1 -t utf-16 | od -c",
        "bash -c 'declare -A m; for i in {1..300}; do m[$i]=$((i * i)); done; echo ${m[17]}'",
        "openssl version | cut -d' ' -f1; echo data | openssl sha256",
        "git init -q r && cd r && echo x > f && git add f && git -c user.name=n -c user.email=e commit -qm m && git log --format=%s",
    ] {
        compare(home.path(), &format!("export LC_ALL=C.UTF-8; rm -rf r; {script}"));
    }
}
