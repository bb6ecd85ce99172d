//! `cargo xtask diff` on the terminal.

use crate::difference::{describe_one_sided, describe_sites, describe_totals, name_sides};
use crate::{Words, format, prose};
use heaplab_record::Diff;

/// More sentences would scroll the totals out of sight; `diff.md` has them all.
const MOST_ON_TERMINAL: usize = 20;

/// Lines of `width` columns: totals first, then a sentence per changed site.
pub fn render_difference(diff: &Diff, words: &Words, width: usize) -> String {
    let mut lines = prose::wrap(&name_sides(diff, words), width);
    for profile in &diff.profiles {
        lines.push(String::new());
        if diff.profiles.len() > 1 {
            lines.push(prose::strip_controls(&profile.name));
        }
        let mut said = describe_totals(profile, words);
        let sites = describe_sites(profile, words);
        let left = sites.len().saturating_sub(MOST_ON_TERMINAL);
        said.extend(sites.into_iter().take(MOST_ON_TERMINAL));
        if left > 0 {
            said.push(words.say("diff-more-sites", &[("count", &format::count(left as u64))]));
        }
        for sentence in said {
            let wrapped =
                prose::wrap(&prose::strip_controls(&sentence), width.saturating_sub(2)).join("\n  ");
            lines.extend(format!("· {wrapped}").lines().map(str::to_owned));
        }
    }
    for sentence in describe_one_sided(diff, words) {
        lines.push(String::new());
        lines.extend(prose::wrap(&sentence, width));
    }
    lines.join("\n")
}
