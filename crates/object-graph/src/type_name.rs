//! Shortens type names to `Vec<Rc<Node>>`, without the paths that the compiler adds.

/// Removes paths: `alloc::vec::Vec<alloc::rc::Rc<app::Node>>` becomes `Vec<Rc<Node>>`.
pub(crate) fn shorten(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    // Start of the current name in `short`. A path before it is removed.
    let mut name = 0;
    let mut rest = full;
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("::") {
            // `<T as Trait>::Name` and `{{closure}}` keep what precedes them.
            if short.len() > name {
                short.truncate(name);
            } else {
                short.push_str("::");
            }
            rest = after;
            continue;
        }
        short.push(letter);
        if !(letter.is_alphanumeric() || letter == '_') {
            name = short.len();
        }
        rest = &rest[letter.len_utf8()..];
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_off() {
        let cases = [
            ("alloc::vec::Vec<alloc::rc::Rc<app::Node>>", "Vec<Rc<Node>>"),
            ("alloc::string::String", "String"),
            ("(u8, core::option::Option<&str>)", "(u8, Option<&str>)"),
            ("alloc::boxed::Box<dyn core::ops::function::Fn() -> u8>", "Box<dyn Fn() -> u8>"),
            ("alloc::rc::Rc<core::cell::RefCell<[app::a::B; 3]>>", "Rc<RefCell<[B; 3]>>"),
            ("std::collections::hash::map::HashMap<u8, i32>", "HashMap<u8, i32>"),
        ];
        for (full, expected) in cases {
            assert_eq!(shorten(full), expected);
        }
    }

    #[test]
    fn names_that_the_compiler_made_stay_readable() {
        assert_eq!(shorten("app::run::{{closure}}"), "{{closure}}");
        assert_eq!(shorten("<app::A as app::B>::C"), "<A as B>::C");
    }
}
