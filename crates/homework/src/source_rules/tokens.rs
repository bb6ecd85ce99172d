//! Every token of a file, and in which surroundings it stands.

use super::paths::{self, is_punct, token_before};
use super::{Finding, Forbidden};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A stretch of tokens and what it is part of.
struct TokenRun {
    tokens: Vec<TokenTree>,
    /// Within what a macro is given, or within a macro's own rules.
    in_macro: bool,
    in_attribute: bool,
}

pub(super) fn find_forbidden_tokens(tokens: TokenStream) -> Vec<Finding> {
    let mut found = Vec::new();
    // A list, not a recursion: nesting is the student's choice.
    let mut stretches =
        vec![TokenRun { tokens: tokens.into_iter().collect(), in_macro: false, in_attribute: false }];
    while let Some(stretch) = stretches.pop() {
        for (at, token) in stretch.tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(ident) => {
                    // A raw identifier is a name like any other for the compiler, except that keywords lose their force.
                    let word = ident.to_string();
                    if let Some(what) = classify_word(word.trim_start_matches("r#"), &stretch, at) {
                        found.push(Finding { what, word, line: ident.span().start().line });
                    }
                }
                TokenTree::Group(group) => {
                    found.extend(find_macro_attribute(&stretch, at, group));
                    stretches.push(TokenRun {
                        tokens: group.stream().into_iter().collect(),
                        in_macro: stretch.in_macro || is_macro_group(&stretch.tokens, at),
                        in_attribute: is_attribute_group(&stretch.tokens, at, group)
                            || (stretch.in_attribute && group.delimiter() != Delimiter::Brace),
                    });
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        found.extend(paths::find_forbidden_paths(&stretch.tokens, stretch.in_macro));
    }
    found
}

fn classify_word(word: &str, stretch: &TokenRun, at: usize) -> Option<Forbidden> {
    // These have an everyday meaning too: only called, or handed to a macro.
    let is_called = || {
        is_punct(stretch.tokens.get(at + 1), '!')
            || stretch.in_macro
            || paths::is_segment(&stretch.tokens, at)
    };
    match word {
        "unsafe" | "global_asm" | "naked_asm" => Some(Forbidden::Unsafe),
        "asm" if is_called() => Some(Forbidden::Unsafe),
        "include_str" | "include_bytes" => Some(Forbidden::Include),
        "include" if is_called() => Some(Forbidden::Include),
        "path" if stretch.in_attribute => Some(Forbidden::Include),
        "option_env" => Some(Forbidden::Environment),
        "env" if is_called() => Some(Forbidden::Environment),
        "extern" | "no_mangle" | "export_name" | "link_section" | "link_name" | "link_args" | "linkage" => {
            Some(Forbidden::Linkage)
        }
        "link" if stretch.in_attribute => Some(Forbidden::Linkage),
        "global_allocator" | "proc_macro" | "proc_macro_derive" | "proc_macro_attribute" => {
            Some(Forbidden::Build)
        }
        "feature" if stretch.in_attribute => Some(Forbidden::Build),
        _ => None,
    }
}

/// `#[$name…]` within a macro: nobody knows what it will be.
fn find_macro_attribute(stretch: &TokenRun, at: usize, group: &Group) -> Option<Finding> {
    let is_made = is_attribute_group(&stretch.tokens, at, group)
        && group.stream().into_iter().any(|token| is_punct(Some(&token), '$'));
    is_made.then(|| Finding {
        what: Forbidden::MadeAttribute,
        word: "#[$…]".to_owned(),
        line: group.span_open().start().line,
    })
}

/// `#[…]` and `#![…]`.
fn is_attribute_group(tokens: &[TokenTree], at: usize, group: &Group) -> bool {
    let before = |back| token_before(tokens, at, back);
    group.delimiter() == Delimiter::Bracket
        && (is_punct(before(1), '#') || (is_punct(before(1), '!') && is_punct(before(2), '#')))
}

/// `name!(…)`, and `macro_rules! name { … }`.
fn is_macro_group(tokens: &[TokenTree], at: usize) -> bool {
    let before = |back| token_before(tokens, at, back);
    let is_ident = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Ident(_)));
    (is_punct(before(1), '!') && is_ident(before(2)))
        || (is_ident(before(1)) && is_punct(before(2), '!') && is_ident(before(3)))
}
