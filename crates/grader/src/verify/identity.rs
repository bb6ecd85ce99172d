//! Who hands in: `student.toml`, `result.json` and the folder's name must agree.

use heaplab_homework::reason::{FoundReason, ReasonCode, sanitize_excerpt};
use heaplab_record::HomeworkResult;
use heaplab_sandbox::bundle::Bundle;
use serde::Deserialize;
use std::path::Path;

const LONGEST_NAME: usize = 100;

/// The student that a bundle names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StudentIdentity {
    /// Empty where there is no valid id.
    pub(super) id: String,
    /// As handed in, cut to the longest name that is allowed.
    pub(super) name: String,
}

#[derive(Default, Deserialize)]
struct StudentFile {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
}

/// Reads the identity and the reasons that speak against it. `expected` is whose submission it must
/// be, where that is known.
pub(super) fn read_identity(
    bundle: &Bundle,
    claimed: Option<&HomeworkResult>,
    expected: Option<&str>,
) -> (StudentIdentity, Vec<FoundReason>) {
    let mut found = Vec::new();
    let mut say = |en: &str, zh: &str| found.push(FoundReason::new(ReasonCode::Identity).with_texts(en, zh));
    let text = bundle.files.get("student.toml").map(|bytes| String::from_utf8_lossy(bytes));
    let file: StudentFile = match text.as_deref().map(toml::from_str) {
        Some(Ok(file)) => file,
        Some(Err(_)) => {
            say("student.toml cannot be read", "student.toml 无法读取");
            StudentFile::default()
        }
        None => {
            say("student.toml is missing", "缺少 student.toml");
            StudentFile::default()
        }
    };
    let is_named = text.is_some() && !file.id.is_empty();
    if is_named && !is_valid_id(&file.id) {
        let word = sanitize_excerpt(&file.id);
        say(&format!("`{word}` is no id"), &format!("“{word}” 不是合法的学号"));
    } else if text.is_some() && file.id.is_empty() {
        say("student.toml has no id", "student.toml 里没有学号");
    }
    for (id, en, zh) in [
        (claimed.map(|claimed| claimed.id.as_str()), "result.json", "result.json"),
        (expected, "the place it was handed in at", "提交的位置"),
    ] {
        if let Some(id) = id.filter(|&id| is_named && id != file.id) {
            let (word, own) = (sanitize_excerpt(id), sanitize_excerpt(&file.id));
            say(
                &format!("student.toml says `{own}`, {en} says `{word}`"),
                &format!("student.toml 写的是 “{own}”，{zh}是 “{word}”"),
            );
        }
    }
    let id = if is_valid_id(&file.id) { file.id } else { String::new() };
    (StudentIdentity { id, name: file.name.chars().take(LONGEST_NAME).collect() }, found)
}

fn is_valid_id(id: &str) -> bool {
    heaplab_homework::check_id(id).is_ok()
}

/// The id of a bundle that lies in `reports/homework/ID`.
pub(crate) fn expected_by_place(bundle: &Path) -> Option<String> {
    let place = bundle.canonicalize().ok()?;
    let is_place = place.is_dir() && place.parent()?.file_name()? == "homework";
    is_place.then(|| place.file_name().map(|name| name.to_string_lossy().into_owned()))?
}
