//! THIRD-PARTY.md names every crate that this workspace asks for itself, with the licence that the
//! crate declares.
//!
//! Renew the table after a change: HEAPLAB_BLESS=1 cargo test -p xtask --test third_party

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str = "<!-- table: begin -->\n";
const END: &str = "<!-- table: end -->\n";

#[test]
fn the_table_is_what_cargo_says() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../THIRD-PARTY.md");
    let page = std::fs::read_to_string(&place).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("THIRD-PARTY.md has the begin mark of the table");
    let (_, after) = rest.split_once(END).expect("THIRD-PARTY.md has the end mark of the table");
    let metadata = MetadataCommand::new().other_options(vec!["--locked".into()]).exec().unwrap();
    let renewed = format!("{before}{BEGIN}{}{END}{after}", table(&metadata));
    if std::env::var_os("HEAPLAB_BLESS").is_some() {
        return std::fs::write(&place, renewed).unwrap();
    }
    assert!(page == renewed, "renew it: HEAPLAB_BLESS=1 cargo test -p xtask --test third_party\n{renewed}");
}

/// What our own manifests name, and whether anything but tests needs it. The licence texts are in
/// each crate's source.
fn table(metadata: &Metadata) -> String {
    let mut asked_for: BTreeMap<&str, bool> = BTreeMap::new();
    for package in metadata.workspace_packages() {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_none()) {
            let in_programs = dependency.kind != DependencyKind::Development;
            *asked_for.entry(&dependency.name).or_default() |= in_programs;
        }
    }
    let mut text = String::from("| crate | licence | for | source |\n|---|---|---|---|\n");
    for (name, in_programs) in asked_for {
        let found = metadata.packages.iter().filter(|package| package.name.as_str() == name);
        let said: BTreeSet<(&str, &str)> = found
            .map(|package| {
                (package.license.as_deref().unwrap_or("?"), package.repository.as_deref().unwrap_or("?"))
            })
            .collect();
        for (licence, repository) in said {
            let needed_for = if in_programs { "programs" } else { "tests" };
            let source = repository.trim_end_matches(".git");
            let _ = writeln!(text, "| {name} | {licence} | {needed_for} | <{source}> |");
        }
    }
    text
}
