//! Paths into the standard library, written out or in the braces of a `use`.

use super::{Finding, Forbidden};
use proc_macro2::TokenTree;

/// The crates that exist without a dependency.
const ROOTS: [&str; 3] = ["std", "core", "alloc"];

/// Checks every path that begins with one of these crates, and `io::pipe`.
pub(super) fn find_forbidden_paths(tokens: &[TokenTree], in_macro: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let Some(word) = ident_text(tokens.get(at)) else { continue };
        if word == "io" {
            check_next_segment(tokens, at, &mut found, &mut |name| {
                let is_pipe = matches!(name, "pipe" | "PipeReader" | "PipeWriter");
                is_pipe.then_some(Forbidden::Outside)
            });
        }
        if !ROOTS.contains(&word.as_str()) {
            continue;
        }
        let goes_on = is_punct(tokens.get(at + 1), ':') && is_punct(tokens.get(at + 2), ':');
        // A crate name alone as a macro's argument can become the start of any path.
        if self::ident_text(tokens.get(at + 1)).as_deref() == Some("as") || (in_macro && !goes_on) {
            found.push(finding_at(Forbidden::Alias, &tokens[at]));
        }
        check_next_segment(tokens, at, &mut found, &mut |name| match name {
            "fs" | "net" | "os" | "arch" | "backtrace" => Some(Forbidden::Outside),
            "env" => Some(Forbidden::Environment),
            // A glob is everything, and `std::$name` is whatever a macro gets.
            "self" | "*" | "$" => Some(Forbidden::Alias),
            _ => None,
        });
    }
    found
}

/// Whether `::` stands before this word.
pub(super) fn is_segment(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(token_before(tokens, at, 1), ':') && is_punct(token_before(tokens, at, 2), ':')
}

/// Checks what follows `tokens[at] ::`: a word, a glob, or the first words of each item in braces.
fn check_next_segment(
    tokens: &[TokenTree],
    at: usize,
    found: &mut Vec<Finding>,
    judge: &mut dyn FnMut(&str) -> Option<Forbidden>,
) {
    if !(is_punct(tokens.get(at + 1), ':') && is_punct(tokens.get(at + 2), ':')) {
        return;
    }
    let mut next = |token: Option<&TokenTree>| {
        let mark = ['*', '$'].into_iter().find(|&mark| is_punct(token, mark));
        let name = mark.map(String::from).or_else(|| ident_text(token));
        if let (Some(token), Some(what)) = (token, name.as_deref().and_then(&mut *judge)) {
            found.push(finding_at(what, token));
        }
    };
    match tokens.get(at + 3) {
        Some(TokenTree::Group(group)) => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            for first in 0..inside.len() {
                if first == 0 || is_punct(inside.get(first - 1), ',') {
                    next(inside.get(first));
                }
            }
        }
        token => next(token),
    }
}

/// The token that stands `back` places before `tokens[at]`.
pub(super) fn token_before(tokens: &[TokenTree], at: usize, back: usize) -> Option<&TokenTree> {
    at.checked_sub(back).and_then(|at| tokens.get(at))
}

fn ident_text(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string().trim_start_matches("r#").to_owned()),
        _ => None,
    }
}

fn finding_at(what: Forbidden, token: &TokenTree) -> Finding {
    Finding { what, word: token.to_string(), line: token.span().start().line }
}

pub(super) fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}
