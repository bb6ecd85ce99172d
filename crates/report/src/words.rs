//! The texts of tables, charts and pages in both languages of the course, by Fluent
//! (<https://projectfluent.org/fluent/guide/>). `i18n/` has one `.ftl` file per part of this crate
//! and language.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The files in English and in Chinese.
const FTL_FILES: &[(&str, &str)] = &[
    (include_str!("../i18n/en/bench.ftl"), include_str!("../i18n/zh/bench.ftl")),
    (include_str!("../i18n/en/ci.ftl"), include_str!("../i18n/zh/ci.ftl")),
    (include_str!("../i18n/en/commands.ftl"), include_str!("../i18n/zh/commands.ftl")),
    (include_str!("../i18n/en/gallery.ftl"), include_str!("../i18n/zh/gallery.ftl")),
    (include_str!("../i18n/en/cpu.ftl"), include_str!("../i18n/zh/cpu.ftl")),
    (include_str!("../i18n/en/glossary.ftl"), include_str!("../i18n/zh/glossary.ftl")),
    (include_str!("../i18n/en/gradebook.ftl"), include_str!("../i18n/zh/gradebook.ftl")),
    (include_str!("../i18n/en/growth.ftl"), include_str!("../i18n/zh/growth.ftl")),
    (include_str!("../i18n/en/homework.ftl"), include_str!("../i18n/zh/homework.ftl")),
    (include_str!("../i18n/en/index.ftl"), include_str!("../i18n/zh/index.ftl")),
    (include_str!("../i18n/en/course.ftl"), include_str!("../i18n/zh/course.ftl")),
    (include_str!("../i18n/en/lessons.ftl"), include_str!("../i18n/zh/lessons.ftl")),
    (include_str!("../i18n/en/live.ftl"), include_str!("../i18n/zh/live.ftl")),
    (include_str!("../i18n/en/memory.ftl"), include_str!("../i18n/zh/memory.ftl")),
    (include_str!("../i18n/en/pictures.ftl"), include_str!("../i18n/zh/pictures.ftl")),
    (include_str!("../i18n/en/primer.ftl"), include_str!("../i18n/zh/primer.ftl")),
    (include_str!("../i18n/en/reconciler.ftl"), include_str!("../i18n/zh/reconciler.ftl")),
    (include_str!("../i18n/en/texts.ftl"), include_str!("../i18n/zh/texts.ftl")),
    (include_str!("../i18n/en/tracemalloc.ftl"), include_str!("../i18n/zh/tracemalloc.ftl")),
    (include_str!("../i18n/en/versions.ftl"), include_str!("../i18n/zh/versions.ftl")),
];

/// A language of the course.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Lang {
    /// From a value of `LANG` or `LC_ALL` such as `zh_CN.UTF-8`; English for whatever is not
    /// Chinese.
    pub fn from_locale(locale: &str) -> Lang {
        if locale.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
    }

    /// The tag that `<html lang>` and report.json carry.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// The text in this language.
    pub fn pick(self, text: &heaplab_record::Text) -> &str {
        match self {
            Lang::En => &text.en,
            Lang::Zh => &text.zh,
        }
    }
}

/// Every message of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// Reads the messages. The files are part of the program, and a test compares the keys of both
    /// languages.
    pub fn new(lang: Lang) -> Words {
        let id: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![id]);
        // The marks would count as characters in a table's columns and show as boxes in a picture.
        bundle.set_use_isolating(false);
        for &(en, zh) in FTL_FILES {
            let source = match lang {
                Lang::En => en,
                Lang::Zh => zh,
            };
            // A broken line only loses its own message; a test on the files names it.
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Words { lang, bundle }
    }

    /// The language.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// A message without arguments. An unknown key is shown as itself.
    pub fn get(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A message with arguments, already formatted: figures are written by [`crate::format`], not
    /// by Fluent.
    pub fn say(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut values = FluentArgs::new();
        for (name, value) in arguments {
            values.set(*name, FluentValue::from(*value));
        }
        self.bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(source: &str) -> BTreeSet<String> {
        let parsed = FluentResource::try_new(source.to_owned());
        assert!(parsed.is_ok(), "broken line: {:?}", parsed.err().map(|(_, errors)| errors));
        source
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key.to_owned())
            .filter(|key| key.starts_with(|first: char| first.is_ascii_lowercase()))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_messages() {
        for &(en, zh) in FTL_FILES {
            assert_eq!(keys(en), keys(zh));
        }
    }

    #[test]
    fn an_argument_is_put_in_without_isolation_marks() {
        for lang in [Lang::En, Lang::Zh] {
            let said = Words::new(lang).say("saving", &[("percent", "90.0 %")]);
            assert!(said.contains("90.0 %") && !said.contains('\u{2068}'), "{said:?}");
        }
    }
}
