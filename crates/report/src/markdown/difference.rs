//! `diff.md` of `cargo xtask diff`.

use super::escape_text;
use crate::Words;
use crate::difference::{describe_one_sided, describe_sites, describe_totals, file_name, name_sides};
use heaplab_record::Diff;
use std::fmt::Write as _;

/// Every site, and the pictures.
pub fn render_difference(diff: &Diff, words: &Words) -> String {
    let mut out = format!("# {}\n\n{}\n", words.get("diff-title"), escape_text(&name_sides(diff, words)));
    for profile in &diff.profiles {
        let _ = write!(out, "\n## {}\n\n", escape_text(&profile.name));
        for sentence in describe_totals(profile, words) {
            let _ = writeln!(out, "- {}", escape_text(&sentence));
        }
        let sites = describe_sites(profile, words);
        if !profile.sites.is_empty() {
            let _ = write!(out, "\n### {}\n\n", words.get("diff-heading-sites"));
        }
        for (number, sentence) in sites.iter().enumerate() {
            match profile.sites.is_empty() {
                true => writeln!(out, "\n{}", escape_text(sentence)),
                false => writeln!(out, "{}. {}", number + 1, escape_text(sentence)),
            }
            // Writing to a String cannot fail.
            .unwrap_or_default();
        }
        let _ = write!(out, "\n### {}\n", words.get("diff-heading-pictures"));
        for (side, key) in [("new", "diff-picture-new"), ("old", "diff-picture-old")] {
            let title = words.say(key, &[("name", &profile.name)]);
            let says = words.get(&format!("{key}-says"));
            let file = file_name(&profile.name, side).replace(' ', "%20");
            let _ = write!(out, "\n{}\n\n![{}]({file})\n", escape_text(&says), escape_text(&title));
        }
    }
    for sentence in describe_one_sided(diff, words) {
        let _ = write!(out, "\n{}\n", escape_text(&sentence));
    }
    out
}
