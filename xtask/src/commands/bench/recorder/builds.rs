//! Builds the workloads: with frame pointers and without, each in a folder of its own.

use super::plan::{Build, PairComparison, Side};
use crate::commands::bench::rounds::reason_unless_interrupted;
use crate::runner::build::{FlaggedBuild, build_flagged, flags_for};
use crate::runner::discover::Workspace;
use anyhow::{Context as _, Result};
use heaplab_record::BenchBuild;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "heaplab-bench-workloads";
const FEATURES: [&str; 2] = ["dhat", "mod-alloc"];

/// The executables of each build.
pub(super) struct BuiltPrograms {
    binaries: HashMap<Build, HashMap<String, PathBuf>>,
    /// Why there is no program with heapscope.
    pub(super) without_heapscope: Option<String>,
}

impl BuiltPrograms {
    /// Builds what the comparisons need.
    pub(super) fn build(workspace: &Workspace, lines: &[PairComparison]) -> Result<BuiltPrograms> {
        let mut binaries = HashMap::new();
        for build in Build::ALL.into_iter().filter(|build| lines.iter().any(|line| line.build == *build)) {
            binaries.insert(build, build_flagged(workspace, &request(workspace, build, &FEATURES, &[]))?);
        }
        let mut built = BuiltPrograms { binaries, without_heapscope: None };
        if lines.iter().any(|line| line.over == Side::Heapscope) {
            built.add_heapscope(workspace)?;
        }
        Ok(built)
    }

    /// heapscope asks for a newer compiler than this workspace; it is a build of its own, so that
    /// the other rows are measured whether or not it succeeds.
    fn add_heapscope(&mut self, workspace: &Workspace) -> Result<()> {
        let features = [FEATURES[0], FEATURES[1], "heapscope"];
        let order = request(workspace, Build::FramePointers, &features, &["--ignore-rust-version"]);
        match reason_unless_interrupted(build_flagged(workspace, &order))? {
            Ok(built) => self.binaries.entry(Build::FramePointers).or_default().extend(built),
            Err(why) => self.without_heapscope = Some(why),
        }
        Ok(())
    }

    /// The executable of a side, without the tool around it.
    pub(super) fn find_binary(&self, build: Build, side: Side) -> Result<&Path> {
        let name = match side {
            Side::Plain | Side::Heap | Side::HeapInMemory | Side::Dhat => "bench-heap",
            Side::Twin | Side::Heaptrack => "bench-twin",
            Side::ModAlloc => "bench-mod-alloc",
            Side::Heapscope => "bench-heapscope",
        };
        let found = self.binaries.get(&build).and_then(|of| of.get(name));
        Ok(found.with_context(|| format!("cargo built no `{name}` ({})", build.name()))?)
    }

    /// How each build was made, for the table and its JSON.
    pub(super) fn describe(&self) -> Vec<BenchBuild> {
        let made = Build::ALL.into_iter().filter(|build| self.binaries.contains_key(build));
        made.map(|build| BenchBuild {
            name: build.name().to_owned(),
            rustflags: flags_for(build.has_frame_pointers()),
            profile: "lesson".to_owned(),
        })
        .collect()
    }
}

fn request<'a>(
    workspace: &'a Workspace,
    build: Build,
    features: &'a [&'a str],
    options: &'a [&'a str],
) -> FlaggedBuild<'a> {
    let frame_pointers = build.has_frame_pointers();
    // The build with frame pointers shares its folder with the lessons, which have them as well.
    let target = match build {
        Build::FramePointers => workspace.target.clone(),
        Build::NoFramePointers => workspace.target.join("no-frame-pointers"),
    };
    FlaggedBuild { package: PACKAGE, features, target, frame_pointers, options }
}
