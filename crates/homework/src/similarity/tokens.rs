//! Rust source as a number per token, which renaming, reformatting and commenting do not change.
//!
//! Keywords and punctuation keep their identity. All names are one token, and so are all numbers,
//! all strings and all characters. Lifetimes are left out: adding them does not change what a
//! program does.

use super::{FNV_OFFSET, fnv};

/// The strict and reserved keywords that change what a program does (Rust reference, "Keywords").
const KEYWORDS: [&str; 33] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "struct", "trait", "type", "use", "where", "while",
];
const NAME: u64 = 1;
const NUMBER: u64 = 2;
const TEXT: u64 = 3;
const CHARACTER: u64 = 4;
/// The rest of a longer source is ignored.
const MAX_TOKENS: usize = 200_000;

/// The tokens of a source. Text that is not Rust has tokens too; this never fails.
pub(super) fn tokenize(source: &str) -> Vec<u64> {
    let mut rest = source;
    let mut tokens = Vec::new();
    while tokens.len() < MAX_TOKENS
        && let Some(first) = rest.chars().next()
    {
        let (token, taken) = next_token(first, rest);
        tokens.extend(token);
        rest = rest.get(taken.max(first.len_utf8())..).unwrap_or("");
    }
    tokens
}

/// The token at the start of `rest`, if there is one, and its length in bytes.
fn next_token(first: char, rest: &str) -> (Option<u64>, usize) {
    if first.is_whitespace() {
        return (None, first.len_utf8());
    }
    if rest.starts_with("//") {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (None, block_comment_length(rest));
    }
    if let Some(taken) = string_length(rest) {
        return (Some(TEXT), taken);
    }
    if first == '\'' {
        return char_or_lifetime(rest);
    }
    if first.is_alphabetic() || first == '_' {
        let taken = word_length(rest);
        let word = &rest[..taken];
        // `r#name` is a name.
        if word == "r" && rest[taken..].starts_with('#') {
            return (Some(NAME), taken + 1 + self::word_length(&rest[taken + 1..]));
        }
        let keyword = KEYWORDS.contains(&word);
        return (
            Some(if keyword {
                word.bytes().fold(FNV_OFFSET, |hash, byte| fnv(hash, byte.into()))
            } else {
                NAME
            }),
            taken,
        );
    }
    if first.is_ascii_digit() {
        return (Some(NUMBER), word_length(rest));
    }
    // Punctuation: the character's number, moved above the kinds.
    (Some(u64::from(u32::from(first)) + 16), first.len_utf8())
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
}

/// Block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => {
                (depth, at) = (depth.saturating_sub(1), at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length in bytes of a string with its prefix: `"…"`, `b"…"`, `c"…"`, `r#"…"#`.
fn string_length(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|after| after.trim_start_matches('#').starts_with('"'))
    })?;
    let after = &rest[prefix.len()..];
    let marks = after.len() - after.trim_start_matches('#').len();
    let inside = prefix.len() + marks + 1;
    if prefix.ends_with('r') {
        let end = format!("\"{}", "#".repeat(marks));
        return Some(rest[inside..].find(&end).map_or(rest.len(), |at| inside + at + end.len()));
    }
    (marks == 0).then(|| inside + closing_quote_end(&rest[inside..], '"'))
}

/// A character, or a lifetime, which gives no token.
fn char_or_lifetime(rest: &str) -> (Option<u64>, usize) {
    let mut inside = rest[1..].chars();
    let first = inside.next();
    let closes = inside.next() == Some('\'');
    if first == Some('\\') || closes {
        return (Some(CHARACTER), 1 + closing_quote_end(&rest[1..], '\''));
    }
    (None, 1 + word_length(&rest[1..]))
}

/// Length up to and including the closing mark that is not escaped.
fn closing_quote_end(inside: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, letter) in inside.char_indices() {
        if letter == mark && !escaped {
            return at + mark.len_utf8();
        }
        escaped = letter == '\\' && !escaped;
    }
    inside.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_layout_and_comments_do_not_count() {
        let one = "fn sum(rows: &[u64]) -> u64 { let mut all = 0; for row in rows { all += row; } all }";
        let other = "// mine\nfn  total ( xs : & [ u64 ] )\n-> u64 { /* a /* b */ c */ let mut t = 12;\n for x in xs { t += x; } t }";
        assert_eq!(tokenize(one), tokenize(other));
        assert_ne!(tokenize(one), tokenize(&one.replace("+=", "-=")));
        assert_ne!(tokenize(one), tokenize(&one.replace("for", "while")));
    }

    #[test]
    fn texts_hide_what_stands_in_them() {
        assert_eq!(tokenize("f(\"a\")"), tokenize("f(r##\"for \"# x\"##)"));
        assert_eq!(tokenize("f(\"a\\\"b // c\")"), tokenize("f(b\"\")"));
        assert_eq!(tokenize("'a' 'x: loop {}").len(), 5, "a character, and a lifetime that is none");
        assert_eq!(tokenize("'\\''"), tokenize("'b'"));
        assert_eq!(tokenize("r#type = 1"), tokenize("kind = 2"));
    }

    #[test]
    fn what_is_no_rust_ends_too() {
        for broken in ["\"open", "/* open", "'", "r#\"open", "r###", "\u{1F600}'\\", "b'", "'\u{4e2d}'"] {
            assert!(tokenize(broken).len() <= broken.len(), "{broken}");
        }
    }
}
