//! Graphs of objects and their references.

use crate::Text;
use serde::{Deserialize, Serialize};

/// Objects and the references between them, as many as fit into a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// What the picture teaches, computed from the graph: "break this edge and N bytes go free".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<Text>,
    /// At most 80 are drawn.
    pub nodes: Vec<GraphNode>,
    /// Between the nodes above.
    pub edges: Vec<GraphEdge>,
    /// How many nodes were left out.
    #[serde(default)]
    pub omitted_nodes: u64,
    /// Additional lines of the legend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legend: Vec<Text>,
}

/// One object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphNode {
    /// The same on every run; never an address.
    pub id: u32,
    /// Its type, such as `Vec<Rc<Node>>`.
    pub type_name: String,
    /// The variable or root that refers to it by name; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Bytes of the object itself, without what it refers to.
    pub shallow_bytes: u64,
    /// Bytes that would be freed with it; absent where this was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// Its strong count, if it is reference-counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strong: Option<u64>,
    /// Its weak count, if it is reference-counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weak: Option<u64>,
    /// The line that allocated it, `lessons/…/main.rs:30`, where the recorder knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born_at: Option<String>,
    /// A root: a variable that keeps others alive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub root: bool,
    /// Whether the picture is about this object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub target: bool,
    /// On a cycle of strong references.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_cycle: bool,
    /// Not reachable from any root, and not freed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaked: bool,
    /// Its contents could not be read, because it was locked or borrowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opaque: bool,
}

/// One reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphEdge {
    /// The id of the object that refers.
    pub from: u32,
    /// The id of the object referred to.
    pub to: u32,
    /// The field, index or key of the reference.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whether the reference keeps its target alive.
    #[serde(default)]
    pub strength: Strength,
    /// On a cycle of strong references.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_cycle: bool,
    /// Whether a sentence of the picture is about this reference.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
}

/// Whether a reference keeps its target alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// It keeps it alive.
    #[default]
    Strong,
    /// It does not keep it alive; drawn dashed.
    Weak,
}
