//! Function names as in the source, from either of Rust's manglings and that of C++.

use super::UNKNOWN;

/// Demangles a symbol of either of Rust's manglings, or of C++.
#[cfg(any(feature = "exports", feature = "symbols"))]
pub(crate) fn demangle(symbol: &str) -> String {
    // The dhat crate writes the short form.
    let rust = rustc_demangle::try_demangle(symbol).ok().map(|name| format!("{name:#}"));
    let name = rust.or_else(|| demangle_cpp(symbol)).unwrap_or_else(|| symbol.to_owned());
    function_name(&name)
}

/// The name of a C++ function without its parameters, which make names too long to read; `None` if
/// it is no symbol of C++.
#[cfg(any(feature = "exports", feature = "symbols"))]
pub(crate) fn demangle_cpp(symbol: &str) -> Option<String> {
    if !symbol.starts_with("_Z") {
        return None;
    }
    let symbol = cpp_demangle::Symbol::new(symbol).ok()?;
    let options = cpp_demangle::DemangleOptions::new().no_params().no_return_type();
    symbol.demangle_with_options(&options).ok()
}

/// Strips a symbol's hash, the hash of its crate's name, suffixes of the optimiser, and the type
/// arguments of a name without a path.
pub fn function_name(symbol: &str) -> String {
    let symbol = symbol.trim();
    let symbol = symbol.split(".llvm.").next().unwrap_or(symbol);
    let symbol = match symbol.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && is_hexadecimal(hash) => name,
        _ => symbol,
    };
    if symbol.is_empty() || symbol == "???" {
        return UNKNOWN.to_owned();
    }
    strip_type_brackets(strip_type_arguments(&strip_crate_hashes(symbol)))
}

/// Strips the brackets of `core[3f1a2b4c5d6e7f80]::fmt`. Array types such as `[u8]` stay, because
/// they do not follow a name.
fn strip_crate_hashes(symbol: &str) -> String {
    let mut name = String::with_capacity(symbol.len());
    let mut rest = symbol;
    while let Some((before, after)) = rest.split_once('[') {
        name.push_str(before);
        let follows_a_name = name.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        match after.split_once(']') {
            Some((hash, tail)) if follows_a_name && hash.len() >= 8 && is_hexadecimal(hash) => rest = tail,
            _ => {
                name.push('[');
                rest = after;
            }
        }
    }
    name.push_str(rest);
    name
}

/// Shortens `push<u64, alloc::alloc::Global>`, as line tables name an inlined function, to `push`:
/// the arguments would be taken for a path.
fn strip_type_arguments(symbol: &str) -> &str {
    match symbol.split_once('<') {
        Some((name, _)) if !name.is_empty() && !name.contains("::") && symbol.ends_with('>') => name,
        _ => symbol,
    }
}

/// Writes `<alloc::string::String>::with_capacity`, as the newer mangling has it, as the older one
/// does: `alloc::string::String::with_capacity`.
fn strip_type_brackets(symbol: &str) -> String {
    let mut depth = 0_u32;
    let mut last = ' ';
    for (index, letter) in symbol.char_indices() {
        match letter {
            '<' => depth += 1,
            // The `>` of `->` closes no bracket.
            '>' if last != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let (inner, rest) =
                (symbol.get(1..index).unwrap_or_default(), &symbol[index + letter.len_utf8()..]);
            let is_path =
                inner.starts_with(char::is_alphabetic) && inner.contains("::") && !inner.contains(" as ");
            return if is_path { format!("{inner}{rest}") } else { symbol.to_owned() };
        }
        last = letter;
    }
    symbol.to_owned()
}

fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "symbols")]
    #[test]
    fn symbols_of_rust_and_of_cpp_are_told_apart() {
        for (symbol, name) in [
            ("_ZN3app4main17h0123456789abcdefE", "app::main"),
            ("_RNvC3app4main", "app::main"),
            ("_Z6by_newv", "by_new"),
            ("_Znwm", "operator new"),
            ("_ZN5AtEndD2Ev", "AtEnd::~AtEnd"),
            ("_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back"),
            ("_ZnwmSt11align_val_t", "operator new"),
            ("_Z", "_Z"),
            ("main", "main"),
        ] {
            assert_eq!(demangle(symbol), name);
        }
    }

    #[test]
    fn hashes_go_and_types_stay() {
        let cases = [
            ("a::b::h0123456789abcdef", "a::b"),
            ("a::b::hello", "a::b::hello"),
            ("a::b.llvm.1234567", "a::b"),
            ("core[3f1a2b4c5d6e7f80]::slice::<[u8]>::len", "core::slice::<[u8]>::len"),
            ("f::<[u8; 16]>", "f::<[u8; 16]>"),
            ("push<u64, alloc::alloc::Global>", "push"),
            ("{closure#0}<(u64)>", "{closure#0}"),
            ("<alloc::string::String>::with_capacity", "alloc::string::String::with_capacity"),
            ("<alloc::vec::Vec<u8>>::with_capacity", "alloc::vec::Vec<u8>::with_capacity"),
            ("<T as core::clone::Clone>::clone", "<T as core::clone::Clone>::clone"),
            ("<fn() -> u8 as core::ops::function::FnOnce<()>>::call_once", ""),
            ("<[u8]>::to_vec", "<[u8]>::to_vec"),
            ("???", UNKNOWN),
        ];
        for (symbol, name) in cases {
            assert_eq!(function_name(symbol), if name.is_empty() { symbol } else { name });
        }
    }
}
