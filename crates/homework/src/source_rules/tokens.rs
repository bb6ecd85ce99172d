//! Visits every token of a file and knows its context.

use super::paths::{self, is_punct, token_before};
use super::{Finding, Forbidden};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Tokens and their context.
struct TokenRun {
    tokens: Vec<TokenTree>,
    /// Within a macro's arguments or rules.
    in_macro: bool,
    in_attribute: bool,
}

pub(super) fn find_forbidden_tokens(tokens: TokenStream) -> Vec<Finding> {
    let mut found = Vec::new();
    // A list and no recursion: the student chooses the depth of nesting.
    let mut stretches =
        vec![TokenRun { tokens: tokens.into_iter().collect(), in_macro: false, in_attribute: false }];
    while let Some(stretch) = stretches.pop() {
        for (at, token) in stretch.tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(ident) => {
                    // A raw identifier is an ordinary name for the compiler.
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
    // These words are ordinary names too: forbidden only as a macro call or within a macro.
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

/// `#[$name…]` in a macro, which can become any attribute.
fn find_macro_attribute(stretch: &TokenRun, at: usize, group: &Group) -> Option<Finding> {
    let is_made = is_attribute_group(&stretch.tokens, at, group)
        && group.stream().into_iter().any(|token| is_punct(Some(&token), '$'));
    is_made.then(|| Finding {
        what: Forbidden::MadeAttribute,
        word: "#[$…]".to_owned(),
        line: group.span_open().start().line,
    })
}

/// Whether a group is an attribute's: `#[…]` or `#![…]`.
fn is_attribute_group(tokens: &[TokenTree], at: usize, group: &Group) -> bool {
    let before = |back| token_before(tokens, at, back);
    group.delimiter() == Delimiter::Bracket
        && (is_punct(before(1), '#') || (is_punct(before(1), '!') && is_punct(before(2), '#')))
}

/// Whether a group is a macro's: `name!(…)` or `macro_rules! name { … }`.
fn is_macro_group(tokens: &[TokenTree], at: usize) -> bool {
    let before = |back| token_before(tokens, at, back);
    let is_ident = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Ident(_)));
    (is_punct(before(1), '!') && is_ident(before(2)))
        || (is_ident(before(1)) && is_punct(before(2), '!') && is_ident(before(3)))
}
