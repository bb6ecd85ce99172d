//! A file by hand with every form that callgrind uses, and sums that can be done on paper.

use super::*;

/// `main` at line 16 calls `fib` of another file twice, which calls itself.
const FILE: &str = "# callgrind format\nversion: 1\npositions: instr line\nevents: Ir\nsummary: 90\n\n\
    ob=(1) /bin/x\nfl=(1) /src/main.rs\nfn=(1) main\n0x1000 16 4\n+4 * 6\ncfi=(2) /src/fib.rs\n\
    cfn=(2) fib'main\ncalls=2 0x2000 5 \n* * 72\n+4 +1 5\nfi=(3) /src/inlined.rs\n+4 9 1\nfe=(1)\n+4 18 2\n\n\
    fl=(2)\nfn=(2)\n0x2000 5 10\n0x2004 6 2\ncfn=(3) fib'fib'main\ncalls=3 0x2000 5\n* * 60\n\n\
    fn=(3)\n0x2000 5 30\n+8 -1 10\n-8 5\ncfn=(4) fib'fib'fib'main\ncalls=1 0x2000 5\n* * 20\n\n\
    fn=(4)\n0x2000 5 20\n\ntotals: 90\n";

fn sample_profile() -> CallgrindProfile {
    read(FILE, str::to_owned).unwrap()
}

#[test]
fn sums_by_function() {
    let of = |name: &str| sample_profile().functions.into_iter().find(|one| one.name == name).unwrap();
    let main = FunctionCost { name: "main".into(), calls: 0, inclusive: 90, exclusive: 18 };
    assert_eq!(of("main"), main);
    // Recursion is counted once: 12 + 40 + 20.
    assert_eq!(of("fib"), FunctionCost { name: "fib".into(), calls: 6, inclusive: 72, exclusive: 72 });
    assert_eq!(sample_profile().functions[0].name, "fib");
    assert_eq!((sample_profile().total, sample_profile().cut), (90, 0));
}

#[test]
fn sums_by_line() {
    let line = |file: &str, number, hits, exclusive, inclusive| LineCost {
        file: format!("/src/{file}.rs"),
        number,
        hits,
        exclusive,
        inclusive,
    };
    let wanted = [
        line("fib", 4, 10, 10, 10),
        // Three chains at one address; the calls of the inner ones are within those of the
        // outermost.
        line("fib", 5, 60, 60, 60),
        line("fib", 6, 2, 2, 62),
        line("inlined", 9, 1, 1, 1),
        line("main", 16, 6, 10, 82),
        line("main", 17, 5, 5, 5),
        line("main", 18, 2, 2, 2),
    ];
    let as_written = |one: &InstructionCost| Some((one.file.to_string(), one.line));
    assert_eq!(sample_profile().sum_by_line(as_written), wanted);
    // What was inlined may count for the line that it was inlined into.
    let lines =
        sample_profile().sum_by_line(|one| Some((one.file.replace("inlined", "main"), one.line.max(16))));
    let (main, objects) = (&lines[1], sample_profile().instructions);
    assert_eq!((main.number, main.exclusive), (16, 11), "{lines:?}");
    assert!(objects.iter().all(|one| &*one.object == "/bin/x"));
}

#[test]
fn stacks_are_whole_and_can_begin_below_a_border() {
    let stacks: Vec<(String, u64)> =
        sample_profile().stacks.iter().map(|stack| (stack.frames.join(";"), stack.cost)).collect();
    let wanted = [("main", 18), ("main;fib", 12), ("main;fib;fib", 40), ("main;fib;fib;fib", 20)];
    assert_eq!(stacks, wanted.map(|(stack, cost)| (stack.to_owned(), cost)));
    let (functions, stacks) = sample_profile().stacks_below(|frame| frame == "main").unwrap();
    assert_eq!(stacks.iter().map(|stack| stack.frames.len()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(functions, [FunctionCost { name: "fib".into(), calls: 6, inclusive: 72, exclusive: 72 }]);
    assert_eq!(sample_profile().stacks_below(|frame| frame == "nobody"), None);
    let (functions, stacks) = sample_profile().stacks_from("fib").unwrap();
    assert_eq!(stacks.iter().map(|stack| stack.cost).collect::<Vec<_>>(), [12, 40, 20]);
    assert_eq!((functions.len(), functions[0].inclusive), (1, 72));
}

#[test]
fn functions_of_one_name_are_one() {
    let one = read(FILE, |_| "f".to_owned()).unwrap();
    assert_eq!(one.functions, [FunctionCost { name: "f".into(), calls: 6, inclusive: 90, exclusive: 90 }]);
}

#[test]
fn what_is_no_file_of_callgrind_is_refused() {
    assert_eq!(
        read("hello\n", str::to_owned).unwrap_err(),
        CallgrindError::Line { number: 1, text: "hello".into() }
    );
    assert_eq!(read("", str::to_owned).unwrap_err(), CallgrindError::Header);
    let lines_only = FILE.replace("instr line", "line");
    assert_eq!(read(&lines_only, str::to_owned).unwrap_err(), CallgrindError::Header);
    let broken = FILE.replace("+4 * 6", "+4 x 6");
    assert!(matches!(read(&broken, str::to_owned), Err(CallgrindError::Line { number: 11, .. })));
}

/// The options say what the reader expects.
#[test]
fn the_callers_are_those_of_the_options() {
    assert!(OPTIONS.contains(&format!("--separate-callers={MAX_CALLERS}").as_str()));
}
