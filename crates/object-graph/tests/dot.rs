//! DOT export: graphviz reads it where it is installed; everywhere a small reader of ours checks
//! its statements.

use heaplab_object_graph::{Roots, trace};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::rc::{Rc, Weak};

struct Odd {
    name: String,
    others: Vec<(String, Rc<Odd>)>,
    back: Weak<Odd>,
}
trace!(Odd { name, others, back });

fn dot() -> String {
    let inner = Rc::new(Odd { name: "inner".to_owned(), others: vec![], back: Weak::new() });
    let others = vec![("a \"quoted\"\n\\key".to_owned(), Rc::clone(&inner))];
    let odd = Odd { name: "程序员晚枫".to_owned(), others, back: Rc::downgrade(&inner) };
    let map = std::collections::BTreeMap::from([("a \"quoted\"\n\\key".to_owned(), odd)]);
    let snapshot = Roots::new().variable("the \"map\"", &map).snapshot();
    snapshot.show_refs(&[0], 9, 50).to_dot()
}

/// The quoted strings of a line, and the line with nothing between the quotes.
fn read(line: &str) -> (Vec<String>, String) {
    let (mut strings, mut rest) = (Vec::new(), String::new());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter != '"' {
            rest.push(letter);
            continue;
        }
        let mut string = String::new();
        loop {
            match letters.next().expect("a string ends on its line") {
                '"' => break,
                '\\' => {
                    string.extend(letters.next().map(|escaped| if escaped == 'n' { '\n' } else { escaped }))
                }
                letter => string.push(letter),
            }
        }
        strings.push(string);
        rest.push_str("\"\"");
    }
    (strings, rest)
}

#[test]
fn every_statement_is_one_and_edges_join_nodes() {
    let dot = dot();
    let lines: Vec<&str> = dot.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 1]), ("digraph objects {", "}"));
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    for line in &lines[3..lines.len() - 1] {
        let (strings, rest) = read(line);
        let (head, attributes) = rest.trim().split_once(" [").expect("attributes");
        assert!(attributes.ends_with("];") && attributes.starts_with("label=\"\""), "{line}");
        assert_eq!(strings.len(), 1, "{line}");
        match head.split_once(" -> ") {
            Some((from, to)) => {
                edges.push((from.to_owned(), to.to_owned(), strings[0].clone(), rest.contains("dashed")))
            }
            None => nodes.push((head.to_owned(), strings[0].clone())),
        }
    }
    let is_node = |name: &str| nodes.iter().any(|(node, _)| node == name);
    assert!(edges.iter().all(|(from, to, ..)| is_node(from) && is_node(to)));
    assert_eq!(nodes[0].1, "the \"map\"\nBTreeMap<String, Odd>");
    assert!(edges.iter().any(|edge| edge.2 == "[\"a \\\"quoted\\\"\\n\\\\key\"] key"), "{edges:?}");
    assert_eq!(edges.iter().filter(|edge| edge.3).count(), 1, "one reference is weak");
}

#[test]
fn graphviz_reads_it() {
    let Ok(mut graphviz) =
        Command::new("dot").arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
    else {
        return println!("SKIPPED: graphviz is not installed");
    };
    graphviz.stdin.take().unwrap().write_all(dot().as_bytes()).unwrap();
    let output = graphviz.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("程序员晚枫") || !output.stdout.is_empty());
}
