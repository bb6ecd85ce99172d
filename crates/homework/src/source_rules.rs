//! What a handed-in source may not contain, by word and line.
//!
//! This check does not secure anything: the compiler forbids unsafe code in these modules, and the
//! sandbox keeps files, processes and the network away from compiler and program. It is there for
//! the message "line 12 says `include_str`" in place of "permission denied". It reads tokens, not
//! meaning, also those inside macros: a forbidden name must not be passed to a macro either.
//!
//! proc-macro2's lexer does not recurse and nothing is parsed, so no depth of nesting can exhaust
//! the stack.

mod paths;
mod tokens;

use proc_macro2::TokenStream;
use std::str::FromStr as _;

/// Longest source file accepted, in bytes. Real submissions are far shorter.
pub const MAX_SOURCE_BYTES: usize = 256 << 10;

/// A forbidden word in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Why it is forbidden.
    pub what: Forbidden,
    /// The word.
    pub word: String,
    /// Its line, from 1.
    pub line: usize,
}

/// Why a word is forbidden.
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
    /// `#[global_allocator]`, `#[proc_macro]`, `#[feature]`: parts of the build that belong to the
    /// course.
    Build,
    /// `std::fs`, `std::net`, `std::os`, `std::io::pipe`, `std::arch`: not needed for the tasks,
    /// and refused by the sandbox.
    Outside,
    /// `std` under another name, or all of it by a glob.
    Alias,
    /// Attributes that a macro assembles.
    MadeAttribute,
}

/// Finds the forbidden words of a file, in the order of its lines.
///
/// # Errors
/// A sentence for a text that is not UTF-8, too long, or has no tokens; the compiler would refuse
/// it too.
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
