//! What a handed-in source may not say, by name and line.
//!
//! The compiler forbids unsafe code in these modules, and the fence keeps files, processes and the network away from compiler
//! and program. This look at the source is no wall; it is there for the answer "line 12 says `include_str`", where a wall would say
//! "permission denied". So it reads tokens, not meaning, and also those that a macro is given or makes: a name that must
//! not be used must not be handed to a macro either.
//!
//! Tokens are taken by proc-macro2's lexer, which does not recurse; nothing is parsed, so that no depth of nesting can
//! exhaust the teacher's stack.

mod paths;
mod tokens;

use proc_macro2::TokenStream;
use std::str::FromStr as _;

/// A source longer than this is none that a person wrote.
pub const MAX_SOURCE_BYTES: usize = 256 << 10;

/// Something that a source says and may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub what: Forbidden,
    /// The word as it stands there.
    pub word: String,
    /// Its line, from 1.
    pub line: usize,
}

/// Why it may not be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forbidden {
    /// `unsafe`, and `asm!`.
    Unsafe,
    /// `include!`, `include_str!`, `include_bytes!`, `#[path]`: files from elsewhere.
    Include,
    /// `env!`, `option_env!`, `std::env`: the environment of compiler or program.
    Environment,
    /// `extern`, `#[no_mangle]`, `#[link_section]` and the like: names that the linker sees.
    Linkage,
    /// `#[global_allocator]`, `#[proc_macro]`, `#[feature]`: parts of the build that are the course's.
    Build,
    /// `std::fs`, `std::net`, `std::os`, `std::io::pipe`, `std::arch`: what the tasks do not need and the fence refuses.
    Outside,
    /// `std` under another name, or all of it by a glob.
    Alias,
    /// Attributes that a macro puts together.
    MadeAttribute,
}

/// Looks at one file. What is found is in the order of its lines.
///
/// # Errors
/// With a sentence, when it is no text, too long, or does not fall into tokens; the compiler would say so too.
pub fn scan(bytes: &[u8]) -> Result<Vec<Finding>, String> {
    if bytes.len() > MAX_SOURCE_BYTES {
        return Err(format!("it is longer than {MAX_SOURCE_BYTES} bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let tokens = TokenStream::from_str(text).map_err(|error| {
        let at = error.span().start();
        format!("line {}: {error}", at.line)
    })?;
    let mut findings = tokens::find_forbidden_tokens(tokens);
    findings.sort_by_key(|finding| finding.line);
    Ok(findings)
}
