//! Generates a class from a seed. A third of it is hostile, in every way that is known here; the
//! rest is what students write.

use super::honest::{self, MODEL_OPTIONAL, START_OPTIONAL, START_REQUIRED};
use super::hostile::{NAMES, TRICKS, Trick};
use super::pack::{self, BundleFiles, Packing};
use super::seeded_random::SeededRandom;
use heaplab_record::{Environment, HOMEWORK_SCHEMA, HomeworkResult, TaskResult, VerdictStatus};
use std::io::Result;
use std::path::Path;

/// One submission and the verdict that it must get.
#[derive(Clone, Debug)]
pub(super) struct ExpectedOutcome {
    /// Its name in the class's folder.
    pub(super) bundle: String,
    /// What kind of submission it is.
    pub(super) kind: &'static str,
    pub(super) hostile: bool,
    pub(super) status: VerdictStatus,
    /// The reason that the verdict must name; none for a pass.
    pub(super) code: Option<&'static str>,
}

/// Hostile bundles: kind, reason and status.
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
/// Names of the honest students.
const STUDENTS: [&str; 6] =
    ["李雷", "韩梅梅", "Ann Archer", "Øyvind Åse", "Nguyễn Văn An", "O'Neil \"Jr\", Bob"];

/// Writes the class into a folder.
pub(super) fn write_class(folder: &Path, seed: u64, submissions: usize) -> Result<Vec<ExpectedOutcome>> {
    let mut draw = SeededRandom(seed);
    let hostile = submissions / 3;
    // Every kind comes once before any comes twice, starting at one that the seed chooses.
    let kinds = TRICKS.len() + BUNDLES.len() + NAMES.len();
    let first = draw.index_below(kinds);
    let mut last = None;
    let mut class = Vec::new();
    for index in 0..submissions {
        let stem = format!("b{index:04}");
        // Hostile and honest ones are mixed, so that a run that is cut short has met both.
        let before = index * hostile / submissions.max(1);
        let is_hostile = (index + 1) * hostile / submissions.max(1) > before;
        let (files, packed, expected) = if is_hostile {
            // 17 and the number of kinds have no common divisor, so neighbours are of different
            // kinds.
            make_hostile((first + before * 17) % kinds, &stem)
        } else {
            make_honest(first + (index - before) * 5, &mut draw, &stem, &mut last)
        };
        let bundle = pack::write_bundle(folder, &stem, &files, packed)?;
        class.push(ExpectedOutcome { bundle, hostile: is_hostile, ..expected });
    }
    Ok(class)
}

fn expect(kind: &'static str, status: VerdictStatus, code: Option<&'static str>) -> ExpectedOutcome {
    ExpectedOutcome { bundle: String::new(), kind, hostile: false, status, code }
}

/// Five of twelve are not solved; the kinds are fixed and not drawn at random.
fn make_honest(
    sort: usize,
    draw: &mut SeededRandom,
    stem: &str,
    last: &mut Option<String>,
) -> (BundleFiles, Packing, ExpectedOutcome) {
    let (pass, fail) = (VerdictStatus::Pass, VerdictStatus::Fail);
    let (required, of) = match sort % 12 {
        0 => (START_REQUIRED.to_owned(), expect("starting_point", fail, Some("too_few_points"))),
        1 => (honest::write_half(draw), expect("half_of_it", fail, Some("too_few_points"))),
        2 => (honest::write_wrong(draw), expect("wrong_answer", fail, Some("wrong_answer"))),
        3 => (
            honest::write_not_building(draw),
            expect("does_not_build", VerdictStatus::Error, Some("does_not_build")),
        ),
        4 if last.is_some() => (last.clone().unwrap_or_default(), expect("same_as_another", pass, None)),
        5 => (
            honest::rename_copy(&last.clone().unwrap_or_else(|| honest::write_solved(draw))),
            expect("renamed_copy", pass, None),
        ),
        _ => (honest::write_solved(draw), expect("solved", pass, None)),
    };
    if of.kind == "solved" {
        *last = Some(required.clone());
    }
    let optional = *draw.choose(&[START_OPTIONAL, MODEL_OPTIONAL, MODEL_OPTIONAL]);
    let files = submission_files(stem, draw.choose::<&str>(&STUDENTS), &required, optional);
    (files, *draw.choose(&[Packing::Folder, Packing::Zip, Packing::TarGz]), of)
}

fn submission_files(id: &str, name: &str, required: &str, optional: &str) -> BundleFiles {
    // A JSON string is also a TOML string.
    let text = |text: &str| serde_json::Value::from(text).to_string();
    BundleFiles::default()
        .with_file("student.toml", format!("id = {}\nname = {}\n", text(id), text(name)))
        .with_file("REPORT.md", "# Homework 8.9\n\nThe list grows, the generator does not.\n")
        .with_file("src/mod.rs", "pub mod optional;\npub mod required;\n")
        .with_file("src/required.rs", required)
        .with_file("src/optional.rs", optional)
}

fn make_hostile(kind: usize, stem: &str) -> (BundleFiles, Packing, ExpectedOutcome) {
    let model = |name: &str, required: &str| submission_files(stem, name, required, START_OPTIONAL);
    if let Some(trick) = TRICKS.get(kind) {
        let (status, files) = (expected_status(trick), model("Mallory", &trick.source()));
        return (files, Packing::Folder, expect(trick.name, status, Some(trick.code)));
    }
    let kind = kind - TRICKS.len();
    // Solves both tasks.
    let solved = honest::write_solved(&mut SeededRandom(7));
    let Some(&(name, code, status)) = BUNDLES.get(kind) else {
        let (kind, name) = NAMES[(kind - BUNDLES.len()) % NAMES.len()];
        return (model(name, &solved), Packing::Zip, expect(kind, VerdictStatus::Pass, None));
    };
    let files = model("Mallory", &solved);
    let (files, packed) = match name {
        "path_climbs" => (files.with_file("src/../../../escaped.rs", "fn escaped() {}"), Packing::Zip),
        "path_absolute" => (files.with_file("/tmp/escaped.rs", "fn escaped() {}"), Packing::TarGz),
        "entry_twice" => (files.with_file("src/required.rs", START_REQUIRED), Packing::Zip),
        "entry_huge" => (files.with_file("src/data.rs", vec![b'/'; 3 << 20]), Packing::TarGz),
        "zip_bomb" => (files.with_file("src/zeros.rs", vec![0; 40 << 20]), Packing::Zip),
        "many_entries" => {
            ((0..1000).fold(files, |files, at| files.with_file(&format!("src/a{at}.rs"), "//")), Packing::Zip)
        }
        "link_in_tar" => (
            BundleFiles(files.0.into_iter().filter(|(name, _)| name != "src/optional.rs").collect()),
            Packing::LinkedTar,
        ),
        "cut_zip" => (files, Packing::CutZip),
        "forged_result" => {
            (model("Mallory", START_REQUIRED).with_file("result.json", forged_claims(stem)), Packing::Folder)
        }
        "build_script" => (files.with_file("build.rs", "fn main() { panic!() }"), Packing::Folder),
        "own_manifest" => (files.with_file("Cargo.toml", "[package]\nname = \"mine\"\n"), Packing::Zip),
        "own_workflow" => (files.with_file(".github/workflows/ci.yml", "on: push\n"), Packing::TarGz),
        "own_harness" => (files.with_file("harness/main.rs", "fn main() {}\n"), Packing::Folder),
        "another_id" => (files.with_file("result.json", forged_claims("s0001")), Packing::Zip),
        _ => (submission_files("../../etc/cron.d/x", "Mallory", &solved, START_OPTIONAL), Packing::Zip),
    };
    (files, packed, expect(name, status, Some(code)))
}

fn expected_status(trick: &Trick) -> VerdictStatus {
    match trick.code {
        "timeout" => VerdictStatus::Timeout,
        "out_of_memory" => VerdictStatus::Oom,
        "no_record" | "does_not_build" => VerdictStatus::Error,
        _ => VerdictStatus::Fail,
    }
}

/// A forged result.json with full marks.
fn forged_claims(id: &str) -> String {
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
    // Serializing this struct cannot fail.
    serde_json::to_string_pretty(&result).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn kinds(class: &[ExpectedOutcome], hostile: bool) -> BTreeSet<&'static str> {
        class.iter().filter(|one| one.hostile == hostile).map(|one| one.kind).collect()
    }

    #[test]
    fn two_hundred_have_every_kind_and_the_same_seed_the_same_class() {
        let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let class = write_class(homes[0].path(), 9, 200).unwrap();
        assert_eq!((class.len(), class.iter().filter(|one| one.hostile).count()), (200, 66));
        assert_eq!(kinds(&class, true).len(), TRICKS.len() + BUNDLES.len() + NAMES.len());
        assert_eq!(kinds(&class, false).len(), 7, "{:?}", kinds(&class, false));
        assert!(class.iter().all(|one| homes[0].path().join(&one.bundle).exists()));
        let names: BTreeSet<&str> = class.iter().map(|one| one.bundle.as_str()).collect();
        assert_eq!(names.len(), 200);
        let again = write_class(homes[1].path(), 9, 200).unwrap();
        assert_eq!(format!("{class:?}"), format!("{again:?}"));
        let other = write_class(homes[1].path().join("other").as_path(), 10, 24);
        assert!(other.is_err(), "a folder that is not there");
        let small = write_class(homes[1].path(), 10, 24).unwrap();
        assert_eq!(kinds(&small, true).len(), 8);
    }
}
