//! Parses nginx `log_format` strings and finds the value of one variable in a line.

use crate::error::{Error, Result};

/// A format, reduced to what comes before one variable and what ends it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogFormat {
    /// Literals before the variable. The line begins with the first one; each of the others follows
    /// a variable.
    before: Vec<Vec<u8>>,
    /// The literal after the variable; `None` if the variable is the last thing in the line.
    after: Option<Vec<u8>>,
    part: VariablePart,
}

/// The whole variable, or one word of `$request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum VariablePart {
    Whole,
    Word(usize),
}

enum FormatPiece {
    Literal(Vec<u8>),
    Variable(String),
}

impl LogFormat {
    /// Parses a format and selects a variable, with or without `$` (default: the first). Returns
    /// the variable's name too.
    pub fn parse(format: &str, key: Option<&str>) -> Result<(LogFormat, String)> {
        let pieces = parse_pieces(&unwrap_directive(format)?)?;
        let names = pieces.iter().filter_map(|piece| match piece {
            FormatPiece::Variable(name) => Some(name.as_str()),
            FormatPiece::Literal(_) => None,
        });
        let names: Vec<&str> = names.collect();
        let Some(&first) = names.first() else {
            return Err(Error::Usage(format!(
                "--format {format:?}: no variable in it, as $remote_addr is one"
            )));
        };
        let key = key.map_or(first, |key| key.trim_start_matches('$').trim_matches(['{', '}'])).to_owned();
        let word = match key.as_str() {
            "request_method" => Some(0),
            "request_uri" => Some(1),
            "server_protocol" => Some(2),
            _ => None,
        };
        let (wanted, part) = match word {
            _ if names.contains(&key.as_str()) => (key.as_str(), VariablePart::Whole),
            Some(word) if names.contains(&"request") => ("request", VariablePart::Word(word)),
            _ => {
                let known = names.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(" ");
                return Err(Error::Usage(format!(
                    "--key ${key}: the format has no such variable, only {known}"
                )));
            }
        };
        Ok((locate_variable(&pieces, wanted, part)?, key))
    }

    /// Whether the key is the line's first field, up to a space.
    pub(super) fn is_first_field(&self) -> bool {
        let ends_at_space = self.after.as_ref().is_none_or(|after| after.starts_with(b" "));
        self.part == VariablePart::Whole
            && self.before.iter().all(Vec::is_empty)
            && self.before.len() == 1
            && ends_at_space
    }

    /// The variable's value in a line without its line end; `None` if the line does not match the
    /// format up to the variable.
    pub(super) fn find_value<'a>(&self, line: &'a [u8], whole: bool) -> Option<&'a [u8]> {
        let (first, others) = self.before.split_first()?;
        let mut rest = line.strip_prefix(first.as_slice())?;
        for literal in others {
            let found = memchr::memmem::find(rest, literal)?;
            rest = &rest[found + literal.len()..];
        }
        let value = match &self.after {
            Some(after) => &rest[..memchr::memmem::find(rest, after)?],
            None if whole => rest,
            None => return None,
        };
        match self.part {
            VariablePart::Whole => Some(value),
            VariablePart::Word(word) => value.split(|&byte| byte == b' ').nth(word),
        }
    }
}

/// The format string of a whole `log_format name '…' '…';` directive, or the string itself.
fn unwrap_directive(text: &str) -> Result<String> {
    let trimmed = text.trim();
    if !trimmed.starts_with("log_format ") {
        return Ok(text.to_owned());
    }
    let mut format = String::new();
    let mut rest = trimmed;
    while let Some(open) = rest.find(['\'', '"']) {
        let quote = &rest[open..=open];
        let Some(length) = rest[open + 1..].find(quote) else {
            return Err(Error::Usage(format!("--format: a {quote} is not closed in {trimmed:?}")));
        };
        format.push_str(&rest[open + 1..open + 1 + length]);
        rest = &rest[open + length + 2..];
    }
    Ok(format)
}

fn parse_pieces(format: &str) -> Result<Vec<FormatPiece>> {
    let mut pieces: Vec<FormatPiece> = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('$') {
            let braced = after.strip_prefix('{');
            let name: String = braced
                .unwrap_or(after)
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                .collect();
            let length = name.len() + if braced.is_some() { 3 } else { 1 };
            if name.is_empty() || (braced.is_some() && rest.as_bytes().get(length - 1) != Some(&b'}')) {
                return Err(Error::Usage(format!("--format {format:?}: a $ without a name")));
            }
            if let Some(FormatPiece::Variable(before)) = pieces.last() {
                return Err(Error::Usage(format!(
                    "--format {format:?}: nothing between ${before} and ${name} tells where one ends"
                )));
            }
            pieces.push(FormatPiece::Variable(name));
            rest = &rest[length..];
        } else {
            let length = rest.find('$').unwrap_or(rest.len());
            pieces.push(FormatPiece::Literal(rest.as_bytes()[..length].to_vec()));
            rest = &rest[length..];
        }
    }
    Ok(pieces)
}

fn locate_variable(pieces: &[FormatPiece], wanted: &str, part: VariablePart) -> Result<LogFormat> {
    let mut before = Vec::new();
    if let Some(FormatPiece::Variable(_)) = pieces.first() {
        before.push(Vec::new());
    }
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            FormatPiece::Literal(text) => before.push(text.clone()),
            FormatPiece::Variable(name) if name == wanted => {
                let after = match pieces.get(index + 1) {
                    Some(FormatPiece::Literal(text)) => Some(text.clone()),
                    _ => None,
                };
                return Ok(LogFormat { before, after, part });
            }
            FormatPiece::Variable(_) => {}
        }
    }
    Err(Error::Usage(format!("--key ${wanted}: the format has no such variable")))
}

#[cfg(test)]
mod tests {
    use super::super::COMBINED;
    use super::*;

    const LINE: &[u8] = br#"1.2.3.4 - bob [10/Oct/2025:13:55:36 +0000] "GET /a?b=1 HTTP/1.1" 200 2326 "http://x/" "Mozilla/5.0 (X)""#;

    fn value(format: &str, key: &str) -> String {
        let (format, _) = LogFormat::parse(format, Some(key)).unwrap();
        String::from_utf8_lossy(format.find_value(LINE, true).unwrap_or(b"NONE")).into_owned()
    }

    #[test]
    fn every_variable_of_combined() {
        for (key, expected) in [
            ("$remote_addr", "1.2.3.4"),
            ("remote_user", "bob"),
            ("${time_local}", "10/Oct/2025:13:55:36 +0000"),
            ("$request", "GET /a?b=1 HTTP/1.1"),
            ("$request_method", "GET"),
            ("$request_uri", "/a?b=1"),
            ("$server_protocol", "HTTP/1.1"),
            ("$status", "200"),
            ("$body_bytes_sent", "2326"),
            ("$http_user_agent", "Mozilla/5.0 (X)"),
        ] {
            assert_eq!(value(COMBINED, key), expected, "{key}");
        }
    }

    #[test]
    fn a_whole_directive_and_what_is_wrong() {
        let directive = "log_format main '$remote_addr - $remote_user '\n  '[$time_local] \"$request\"';";
        assert_eq!(value(directive, "$request_uri"), "/a?b=1");
        for (format, key) in [("$a$b", "$a"), ("plain", "$a"), ("$a ", "$b"), ("${a", "$a"), ("$ ", "$a")] {
            assert_eq!(LogFormat::parse(format, Some(key)).unwrap_err().exit_code(), 2, "{format}");
        }
    }

    #[test]
    fn a_line_of_another_format_has_no_value() {
        let (format, _) = LogFormat::parse(COMBINED, Some("$status")).unwrap();
        assert_eq!(format.find_value(b"1.2.3.4 GET /", true), None);
        let (format, _) = LogFormat::parse("$a $b", Some("$b")).unwrap();
        assert_eq!(format.find_value(b"x y z", true), Some(&b"y z"[..]));
        assert_eq!(format.find_value(b"x y z", false), None, "the end of the line is not there");
    }
}
