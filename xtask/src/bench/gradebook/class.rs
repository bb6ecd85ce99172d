//! A class by a seed: a third of it hostile, in every way that is known here, the rest as students are. Who hands in what, and how it
//! has to come out, is known before it is graded.

use super::draw::Draw;
use super::honest::{self, MODEL_OPTIONAL, START_OPTIONAL, START_REQUIRED};
use super::hostile::{NAMES, TRICKS, Trick};
use super::pack::{self, Files, Packed};
use heaplab_record::{Environment, HOMEWORK_SCHEMA, HomeworkResult, TaskResult, VerdictStatus};
use std::io::Result;
use std::path::Path;

/// One submission, as it lies in the class's folder, and what has to come of it.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// What it is called there.
    pub(super) bundle: String,
    /// What it is.
    pub(super) kind: &'static str,
    pub(super) hostile: bool,
    pub(super) status: VerdictStatus,
    /// The reason that has to be named; none for a pass.
    pub(super) code: Option<&'static str>,
}

/// Those who only want a bundle to do harm.
const BUNDLES: [(&str, &str, VerdictStatus); 15] = [
    ("path_climbs", "bad_archive", VerdictStatus::Error),
    ("path_absolute", "bad_archive", VerdictStatus::Error),
    ("entry_twice", "bad_archive", VerdictStatus::Error),
    ("entry_huge", "bad_archive", VerdictStatus::Error),
    ("zip_bomb", "bad_archive", VerdictStatus::Error),
    ("many_entries", "bad_archive", VerdictStatus::Error),
    ("link_in_tar", "bad_archive", VerdictStatus::Error),
    ("cut_zip", "bad_archive", VerdictStatus::Error),
    ("forged_result", "forged_result", VerdictStatus::Fail),
    ("build_script", "foreign_file", VerdictStatus::Fail),
    ("own_manifest", "foreign_file", VerdictStatus::Fail),
    ("own_workflow", "foreign_file", VerdictStatus::Fail),
    ("own_harness", "foreign_file", VerdictStatus::Fail),
    ("id_with_slashes", "identity", VerdictStatus::Fail),
    ("another_id", "identity", VerdictStatus::Fail),
];
/// Full names of the honest.
const STUDENTS: [&str; 6] =
    ["李雷", "韩梅梅", "Ann Archer", "Øyvind Åse", "Nguyễn Văn An", "O'Neil \"Jr\", Bob"];

/// Writes the class into a folder.
pub(super) fn write(folder: &Path, seed: u64, submissions: usize) -> Result<Vec<Expected>> {
    let mut draw = Draw(seed);
    let hostile = submissions / 3;
    // Every kind once before any comes twice, from a place that the seed gives.
    let kinds = TRICKS.len() + BUNDLES.len() + NAMES.len();
    let first = draw.below(kinds);
    let mut last = None;
    let mut class = Vec::new();
    for index in 0..submissions {
        let stem = format!("b{index:04}");
        // Spread over the class, so that a run that is cut short has met both.
        let before = index * hostile / submissions.max(1);
        let is_hostile = (index + 1) * hostile / submissions.max(1) > before;
        let (files, packed, expected) = if is_hostile {
            // 17 and the number of kinds have no divisor in common, so neighbours are of different sorts.
            hostile_one((first + before * 17) % kinds, &stem)
        } else {
            honest_one(first + (index - before) * 5, &mut draw, &stem, &mut last)
        };
        let bundle = pack::write(folder, &stem, &files, packed)?;
        class.push(Expected { bundle, hostile: is_hostile, ..expected });
    }
    Ok(class)
}

fn expected(kind: &'static str, status: VerdictStatus, code: Option<&'static str>) -> Expected {
    Expected { bundle: String::new(), kind, hostile: false, status, code }
}

/// Five of twelve are not solved: no sort is left to chance.
fn honest_one(
    sort: usize,
    draw: &mut Draw,
    stem: &str,
    last: &mut Option<String>,
) -> (Files, Packed, Expected) {
    let (pass, fail) = (VerdictStatus::Pass, VerdictStatus::Fail);
    let (required, of) = match sort % 12 {
        0 => (START_REQUIRED.to_owned(), expected("starting_point", fail, Some("too_few_points"))),
        1 => (honest::half(draw), expected("half_of_it", fail, Some("too_few_points"))),
        2 => (honest::wrong(draw), expected("wrong_answer", fail, Some("wrong_answer"))),
        3 => (
            honest::does_not_build(draw),
            expected("does_not_build", VerdictStatus::Error, Some("does_not_build")),
        ),
        4 if last.is_some() => (last.clone().unwrap_or_default(), expected("same_as_another", pass, None)),
        5 => (
            honest::copied(&last.clone().unwrap_or_else(|| honest::solved(draw))),
            expected("renamed_copy", pass, None),
        ),
        _ => (honest::solved(draw), expected("solved", pass, None)),
    };
    if of.kind == "solved" {
        *last = Some(required.clone());
    }
    let optional = *draw.of(&[START_OPTIONAL, MODEL_OPTIONAL, MODEL_OPTIONAL]);
    let files = handed_in(stem, draw.of::<&str>(&STUDENTS), &required, optional);
    (files, *draw.of(&[Packed::Folder, Packed::Zip, Packed::TarGz]), of)
}

fn handed_in(id: &str, name: &str, required: &str, optional: &str) -> Files {
    // A text by JSON's rules is one by TOML's.
    let text = |text: &str| serde_json::Value::from(text).to_string();
    Files::default()
        .with("student.toml", format!("id = {}\nname = {}\n", text(id), text(name)))
        .with("REPORT.md", "# Homework 8.9\n\nThe list grows, the generator does not.\n")
        .with("src/mod.rs", "pub mod optional;\npub mod required;\n")
        .with("src/required.rs", required)
        .with("src/optional.rs", optional)
}

fn hostile_one(kind: usize, stem: &str) -> (Files, Packed, Expected) {
    let model = |name: &str, required: &str| handed_in(stem, name, required, START_OPTIONAL);
    if let Some(trick) = TRICKS.get(kind) {
        let (status, files) = (status(trick), model("Mallory", &trick.source()));
        return (files, Packed::Folder, expected(trick.name, status, Some(trick.code)));
    }
    let kind = kind - TRICKS.len();
    // Does both tasks as it should.
    let solved = honest::solved(&mut Draw(7));
    let Some(&(name, code, status)) = BUNDLES.get(kind) else {
        let (kind, name) = NAMES[(kind - BUNDLES.len()) % NAMES.len()];
        return (model(name, &solved), Packed::Zip, expected(kind, VerdictStatus::Pass, None));
    };
    let files = model("Mallory", &solved);
    let (files, packed) = match name {
        "path_climbs" => (files.with("src/../../../escaped.rs", "fn escaped() {}"), Packed::Zip),
        "path_absolute" => (files.with("/tmp/escaped.rs", "fn escaped() {}"), Packed::TarGz),
        "entry_twice" => (files.with("src/required.rs", START_REQUIRED), Packed::Zip),
        "entry_huge" => (files.with("src/data.rs", vec![b'/'; 3 << 20]), Packed::TarGz),
        "zip_bomb" => (files.with("src/zeros.rs", vec![0; 40 << 20]), Packed::Zip),
        "many_entries" => {
            ((0..1000).fold(files, |files, at| files.with(&format!("src/a{at}.rs"), "//")), Packed::Zip)
        }
        "link_in_tar" => (
            Files(files.0.into_iter().filter(|(name, _)| name != "src/optional.rs").collect()),
            Packed::LinkedTar,
        ),
        "cut_zip" => (files, Packed::CutZip),
        "forged_result" => {
            (model("Mallory", START_REQUIRED).with("result.json", claims(stem)), Packed::Folder)
        }
        "build_script" => (files.with("build.rs", "fn main() { panic!() }"), Packed::Folder),
        "own_manifest" => (files.with("Cargo.toml", "[package]\nname = \"mine\"\n"), Packed::Zip),
        "own_workflow" => (files.with(".github/workflows/ci.yml", "on: push\n"), Packed::TarGz),
        "own_harness" => (files.with("harness/main.rs", "fn main() {}\n"), Packed::Folder),
        "another_id" => (files.with("result.json", claims("s0001")), Packed::Zip),
        _ => (handed_in("../../etc/cron.d/x", "Mallory", &solved, START_OPTIONAL), Packed::Zip),
    };
    (files, packed, expected(name, status, Some(code)))
}

fn status(trick: &Trick) -> VerdictStatus {
    match trick.code {
        "timeout" => VerdictStatus::Timeout,
        "out_of_memory" => VerdictStatus::Oom,
        "no_record" | "does_not_build" => VerdictStatus::Error,
        _ => VerdictStatus::Fail,
    }
}

/// A result.json with full marks, typed in.
fn claims(id: &str) -> String {
    let task = |name: &str, score: u32| TaskResult {
        task: name.to_owned(),
        right: true,
        allocations: Some(1),
        peak_bytes: Some(64),
        growth_thousandths: Some(1000),
        stable: true,
        score,
        of: score,
        ..TaskResult::default()
    };
    let result = HomeworkResult {
        schema: HOMEWORK_SCHEMA.to_owned(),
        id: id.to_owned(),
        name: "Mallory".to_owned(),
        created_at: "2026-11-01T00:00:00Z".to_owned(),
        commit: String::new(),
        source_sha256: "0".repeat(64),
        sources: Vec::new(),
        environment: Environment::default(),
        seed: 1,
        tasks: vec![task("required.list", 40), task("required.generator", 60)],
        score: 100,
        of: 100,
        bonus: 0,
        bonus_of: 20,
    };
    // A struct of texts and numbers can always be written.
    serde_json::to_string_pretty(&result).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn kinds(class: &[Expected], hostile: bool) -> BTreeSet<&'static str> {
        class.iter().filter(|one| one.hostile == hostile).map(|one| one.kind).collect()
    }

    #[test]
    fn two_hundred_have_every_kind_and_the_same_seed_the_same_class() {
        let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let class = write(homes[0].path(), 9, 200).unwrap();
        assert_eq!((class.len(), class.iter().filter(|one| one.hostile).count()), (200, 66));
        assert_eq!(kinds(&class, true).len(), TRICKS.len() + BUNDLES.len() + NAMES.len());
        assert_eq!(kinds(&class, false).len(), 7, "{:?}", kinds(&class, false));
        assert!(class.iter().all(|one| homes[0].path().join(&one.bundle).exists()));
        let names: BTreeSet<&str> = class.iter().map(|one| one.bundle.as_str()).collect();
        assert_eq!(names.len(), 200);
        let again = write(homes[1].path(), 9, 200).unwrap();
        assert_eq!(format!("{class:?}"), format!("{again:?}"));
        let other = write(homes[1].path().join("other").as_path(), 10, 24);
        assert!(other.is_err(), "a folder that is not there");
        let small = write(homes[1].path(), 10, 24).unwrap();
        assert_eq!(kinds(&small, true).len(), 8);
    }
}
