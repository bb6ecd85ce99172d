//! A class against a grader made by hand, which says what it is asked to: what is kept, graded
//! again, and never lost.

use super::*;
use crate::gradebook::find;
use heaplab_grader_options::GradingOptions;
use heaplab_report::Lang;
use std::path::PathBuf;
use std::sync::Mutex;

/// Passes everybody but those whose bundle is called so.
struct Fake {
    identity: String,
    graded: Mutex<Vec<String>>,
}

impl Fake {
    fn new(identity: &str) -> Fake {
        Fake { identity: identity.to_owned(), graded: Mutex::default() }
    }

    /// What was graded since the last question, sorted.
    fn graded(&self) -> Vec<String> {
        let mut graded = std::mem::take(&mut *self.graded.lock().unwrap());
        graded.sort();
        graded
    }
}

impl Grader for Fake {
    fn grade(&self, path: &Path, submitted_at: Option<&str>) -> Result<Verdict> {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        self.graded.lock().unwrap().push(name.clone());
        match name.as_str() {
            "panics" => panic!("a bug"),
            "errs" => anyhow::bail!("the disk is full \u{1b}[2J"),
            "lacks" => Err(ExitReason::MissingRequirement("landlock".to_owned()).into()),
            "signal" => Err(ExitReason::Interrupted(2).into()),
            _ => Ok(Verdict {
                schema: VERDICT_SCHEMA.to_owned(),
                id: format!("id-of-{name}"),
                status: VerdictStatus::Pass,
                score: 100,
                of: 100,
                bonus_of: 20,
                submitted_at: submitted_at.map(str::to_owned),
                graded_at: provenance::timestamp(),
                ..Verdict::default()
            }),
        }
    }

    fn summary(&self, verdict: &Verdict, _words: &Words) -> String {
        format!("# {}\n", verdict.id)
    }

    fn identity(&self) -> &str {
        &self.identity
    }

    fn commit(&self) -> &str {
        "abc"
    }
}

fn options(regrade: Option<&[&str]>) -> GradebookOptions {
    GradebookOptions {
        places: Vec::new(),
        out: None,
        format: None,
        deadline: None,
        jobs: Some(3),
        regrade: regrade.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
        grading: GradingOptions {
            seed_file: None,
            strict: false,
            allow_unfenced: false,
            timeout: std::time::Duration::from_secs(10),
        },
        json: false,
        lang: None,
        open: false,
    }
}

struct Class {
    home: tempfile::TempDir,
}

impl Class {
    fn new(names: &[&str]) -> Class {
        let class = Class { home: tempfile::tempdir().unwrap() };
        for name in names {
            class.write(name, "fn list() {}");
        }
        std::fs::create_dir_all(class.home.path().join("out/verdicts")).unwrap();
        class
    }

    fn write(&self, name: &str, source: &str) {
        let folder = self.home.path().join("class").join(name).join("src");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("required.rs"), source).unwrap();
    }

    fn out(&self) -> PathBuf {
        self.home.path().join("out")
    }

    fn grade(&self, grader: &Fake, regrade: Option<&[&str]>) -> Result<Vec<GradedSubmission>> {
        let found = find::find_submissions(&[self.home.path().join("class")], &self.out()).unwrap();
        grade_class(&found, grader, &self.out(), &options(regrade), &Words::new(Lang::En))
    }
}

#[test]
fn a_second_run_grades_only_what_is_missing_or_has_changed() {
    let class = Class::new(&["s1", "s2", "s3"]);
    let grader = Fake::new("harness 1");
    let first = class.grade(&grader, None).unwrap();
    assert_eq!(grader.graded(), ["s1", "s2", "s3"]);
    assert!(first.iter().all(|one| class.out().join(&one.folder).join("summary.md").is_file()));
    let second = class.grade(&grader, None).unwrap();
    assert!(grader.graded().is_empty());
    let verdicts =
        |class: &[GradedSubmission]| class.iter().map(|one| one.verdict.clone()).collect::<Vec<_>>();
    assert_eq!(verdicts(&first), verdicts(&second));

    class.write("s2", "fn list() { /* better */ }");
    class.write("s4", "fn list() {}");
    class.grade(&grader, None).unwrap();
    assert_eq!(grader.graded(), ["s2", "s4"]);
    class.grade(&grader, Some(&["id-of-s1", "s3"])).unwrap();
    assert_eq!(grader.graded(), ["s1", "s3"]);
    class.grade(&grader, Some(&[""])).unwrap();
    assert_eq!(grader.graded().len(), 4);
    let other = Fake::new("harness 2");
    class.grade(&other, None).unwrap();
    assert_eq!(other.graded().len(), 4, "another harness, another verdict");
    // A verdict that was cut off in the middle is none.
    let place = class.out().join(&first[0].folder).join("verdict.json");
    std::fs::write(&place, "{\"schema\":").unwrap();
    class.grade(&other, None).unwrap();
    assert_eq!(other.graded(), ["s1"]);
}

#[test]
fn one_bad_bundle_never_stops_the_rest() {
    let class = Class::new(&["errs", "panics", "s1", "s2"]);
    std::os::unix::fs::symlink("/etc", class.home.path().join("class/link")).unwrap();
    let grader = Fake::new("harness");
    let graded = class.grade(&grader, None).unwrap();
    let of = |name: &str| &graded.iter().find(|one| one.bundle == name).unwrap().verdict;
    assert_eq!(graded.len(), 5);
    assert_eq!((of("s1").status, of("s2").status), (VerdictStatus::Pass, VerdictStatus::Pass));
    for (name, code, said) in [
        ("errs", "grader_failed", "the disk is full"),
        ("panics", "grader_failed", "a bug"),
        ("link", "bad_archive", "is a link"),
    ] {
        let verdict = of(name);
        assert_eq!(
            (verdict.status, verdict.reasons[0].code.as_str()),
            (VerdictStatus::Error, code),
            "{name}"
        );
        let text = &verdict.reasons[0].text;
        assert!(text.en.contains(said) && !text.zh.contains('\u{1b}'), "{text:?}");
        assert_eq!((verdict.score, verdict.of, verdict.bonus_of), (0, 100, 20));
    }
    // What the grader could not do is tried again; what a bundle is stays so.
    assert_eq!(grader.graded(), ["errs", "panics", "s1", "s2"]);
    class.grade(&grader, None).unwrap();
    assert_eq!(grader.graded(), ["errs", "panics"]);
}

#[test]
fn a_signal_keeps_what_is_done_and_a_lack_ends_with_its_word() {
    let class = Class::new(&["s1", "s2", "signal"]);
    let grader = Fake::new("harness");
    let error = class.grade(&grader, None).unwrap_err();
    match error.downcast_ref() {
        Some(ExitReason::CutShort { signal: 2, message }) => {
            assert!(message.starts_with("2 of 3 have a verdict"), "{message}")
        }
        _ => panic!("{error}"),
    }
    grader.graded();
    std::fs::remove_dir_all(class.home.path().join("class/signal")).unwrap();
    assert_eq!(class.grade(&grader, None).unwrap().len(), 2);
    assert!(grader.graded().is_empty(), "both were kept");

    class.write("lacks", "");
    let error = class.grade(&grader, None).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(ExitReason::MissingRequirement(_))), "{error}");
}

#[test]
fn a_folder_of_a_verdict_is_named_by_the_place_alone() {
    let slug = |path: &str| verdict_cache::folder_name(Path::new(path));
    assert!(slug("/c/s1.zip").starts_with("s1_zip-"));
    assert_ne!(slug("/c/s1.zip"), slug("/d/s1.zip"));
    for odd in ["/c/..", "/c/李雷 .zip", "/c/\u{1b}[2J", "/c/%2e%2e", "/"] {
        let slug = slug(odd);
        assert!(slug.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')), "{slug}");
    }
}
