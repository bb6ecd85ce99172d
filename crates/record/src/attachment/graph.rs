//! Who refers to whom.

use crate::Text;
use serde::{Deserialize, Serialize};

/// Objects and the references between them, as many as a picture can hold.
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
    /// Lines of the legend besides the signs that are used.
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
    /// The variable or the root that it is known by; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Its own bytes, without what it refers to.
    pub shallow_bytes: u64,
    /// What would go free with it; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// Its strong count, for what is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strong: Option<u64>,
    /// Its weak count, for what is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weak: Option<u64>,
    /// The line that allocated it, `lessons/…/main.rs:30`, where the recorder knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born_at: Option<String>,
    /// A root: a variable that keeps others alive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub root: bool,
    /// What the picture was asked about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub target: bool,
    /// On a cycle of strong references.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_cycle: bool,
    /// No root reaches it, and it is not free.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaked: bool,
    /// It could not be looked into: locked, or borrowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opaque: bool,
}

/// One reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphEdge {
    /// Who refers, by its id.
    pub from: u32,
    /// To whom, by its id.
    pub to: u32,
    /// By which field, index or key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whether it keeps alive.
    #[serde(default)]
    pub strength: Strength,
    /// On a cycle of strong references.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_cycle: bool,
    /// The reference that a sentence is about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
}

/// Whether a reference keeps alive what it refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// It does.
    #[default]
    Strong,
    /// It does not; drawn dashed.
    Weak,
}
