//! The language of a command's output: what `--lang` says, else the locale's.

use clap::ValueEnum;
use heaplab_report::Lang;

/// A language of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LangChoice {
    /// English
    En,
    /// 中文
    Zh,
}

/// The chosen language, else that of LC_ALL, LC_MESSAGES or LANG, whichever is set first.
pub fn resolve_language(choice: Option<LangChoice>) -> Lang {
    match choice {
        Some(LangChoice::En) => Lang::En,
        Some(LangChoice::Zh) => Lang::Zh,
        None => {
            let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
            Lang::from_locale(&locale.unwrap_or_default())
        }
    }
}
