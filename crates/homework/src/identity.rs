//! Which ids and names are allowed. An id becomes a folder's name and a table's cell; a name is
//! only shown.

use heaplab_record::Text;

const LONGEST_ID: usize = 32;
const LONGEST_NAME: usize = 100;

/// Checks an id: letters, digits, `-`, `_` and `.`; it begins with a letter or digit and does not
/// end with a dot.
///
/// # Errors
/// What is wrong, without the id itself, which may be anything.
pub fn check_id(id: &str) -> Result<(), Text> {
    let wrong = |en: &str, zh: &str| Err(Text { en: en.to_owned(), zh: zh.to_owned() });
    if id.is_empty() || id.len() > LONGEST_ID {
        return wrong("an id has 1 to 32 characters", "学号须为 1 至 32 个字符");
    }
    let in_place = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    if !id.chars().all(in_place) {
        return wrong(
            "an id is letters, digits, -, _ and . alone, such as s123",
            "学号只能含字母、数字、-、_ 和 .，例如 s123",
        );
    }
    if !id.starts_with(|first: char| first.is_ascii_alphanumeric()) || id.ends_with('.') {
        return wrong(
            "an id begins with a letter or a digit and does not end with a dot",
            "学号须以字母或数字开头，且不能以点结尾",
        );
    }
    Ok(())
}

/// Checks a name: 1 to 100 characters, at least one of them visible.
///
/// # Errors
/// What is wrong.
pub fn check_name(name: &str) -> Result<(), Text> {
    let seen = |char: char| !char.is_whitespace() && !char.is_control();
    if name.chars().count() <= LONGEST_NAME && name.chars().any(seen) {
        return Ok(());
    }
    Err(Text {
        en: "a name has 1 to 100 characters".to_owned(), zh: "姓名须为 1 至 100 个字符".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        for right in ["s123", "2026-001", "Li_Lei", "a.b", "x", &"x".repeat(32)] {
            assert!(check_id(right).is_ok(), "{right}");
        }
        let wrong = [
            "",
            ".",
            "..",
            ".s1",
            "s1.",
            "-s1",
            "a/b",
            "a\\b",
            "../s1",
            "s 1",
            "s\n1",
            "s\u{0}",
            "学号",
            "s1\u{202e}",
        ];
        for wrong in wrong.into_iter().chain([&*"x".repeat(33)]) {
            let text = check_id(wrong).unwrap_err();
            assert!(!text.en.is_empty() && !text.zh.is_empty(), "{wrong:?}");
        }
    }

    #[test]
    fn names() {
        for right in ["Li Lei", "李雷", "</td><script>", "=1+1", "x\u{1b}[2J", &"雷".repeat(100)] {
            assert!(check_name(right).is_ok(), "{right}");
        }
        for wrong in ["", "  ", "\n", "\u{1b}", &"x".repeat(101)] {
            assert!(check_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
