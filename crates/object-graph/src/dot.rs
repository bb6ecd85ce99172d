//! The picture in the language of graphviz: `dot -Tsvg leak.dot`.

use crate::node::Strength;
use crate::picture::{Picture, PictureNode};
use std::fmt::Write as _;

impl Picture {
    /// The picture as a DOT file: roots are boxes, what was asked about is bold, cycles and leaks
    /// are red, weak references dashed.
    pub fn to_dot(&self) -> String {
        let mut dot = String::from(
            "digraph objects {\n  rankdir=LR;\n  node [shape=ellipse, fontname=\"sans-serif\"];\n",
        );
        for node in &self.nodes {
            let _ = writeln!(dot, "  n{} [label=\"{}\"{}];", node.id, escaped(&label(node)), style(node));
        }
        for edge in &self.edges {
            let mut style = String::new();
            if edge.strength == Strength::Weak {
                style += ", style=dashed";
            } else if edge.marked {
                style += ", style=bold";
            }
            if edge.in_cycle || edge.marked {
                style += ", color=red";
            }
            let _ = writeln!(
                dot,
                "  n{} -> n{} [label=\"{}\"{style}];",
                edge.from,
                edge.to,
                escaped(&edge.label)
            );
        }
        if self.omitted_nodes > 0 {
            let _ = writeln!(dot, "  omitted [shape=plaintext, label=\"+ {}\"];", self.omitted_nodes);
        }
        dot + "}\n"
    }
}

fn label(node: &PictureNode) -> String {
    let mut lines: Vec<String> =
        [&node.label, &node.type_name].into_iter().filter(|text| !text.is_empty()).cloned().collect();
    if node.shallow_bytes > 0 {
        lines.push(match node.retained_bytes {
            Some(retained) => format!("{} B, {retained} B retained", node.shallow_bytes),
            None => format!("{} B", node.shallow_bytes),
        });
    }
    if let Some(strong) = node.strong {
        lines.push(match node.weak {
            Some(weak) => format!("strong {strong}, weak {weak}"),
            None => format!("strong {strong}"),
        });
    }
    lines.extend(node.born_at.clone());
    lines.join("\n")
}

fn style(node: &PictureNode) -> String {
    let mut style = String::new();
    if node.root {
        style += ", shape=box";
    }
    if node.target {
        style += ", penwidth=3";
    }
    if node.in_cycle || node.leaked {
        style += ", color=red";
    }
    if node.opaque {
        style += ", style=dotted";
    }
    style
}

/// Inside double quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
