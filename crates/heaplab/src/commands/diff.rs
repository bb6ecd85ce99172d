//! `heaplab diff OLD NEW`: compares two reports or profiles.

mod compare;
mod sources;

use crate::cli::DiffPair;
use crate::publish::render::{json_artifact, text_artifact};
use crate::publish::report_link;
use crate::publish::store;
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::Result;
use compare::ProfilePair;
use heaplab_command::language::resolve_language;
use heaplab_profile::Measure;
use heaplab_profile::folded::write_folded_diff;
use heaplab_record::{DIFF_SCHEMA, Diff};
use heaplab_report::{Artifact, Words, difference, differential_svg, markdown, terminal};
use std::path::Path;

/// Compares two reports or profiles, prints the sentences and writes the comparison to `out`, or to
/// the folder `diff` beside those of programs.
///
/// # Errors
/// [`ExitReason`](crate::exit::ExitReason) where nothing can be compared, any other error where this
/// machine cannot do it.
pub fn run(options: &DiffPair, out: Option<&Path>, setting: &Setting<'_>) -> Result<()> {
    let words = Words::new(resolve_language(options.lang));
    let old = sources::read_inputs(&options.old, &setting.workspace)?;
    let new = sources::read_inputs(&options.new, &setting.workspace)?;
    let staging = store::open_staging(out.unwrap_or(&setting.reports.join("diff")), out.is_some())?;
    let screen = Terminal::new(!options.json);
    screen.set_activity("pictures");
    let matched = compare::match_inputs(old, new)?;
    let diff = Diff {
        schema: DIFF_SCHEMA.to_owned(),
        old: options.old.display().to_string(),
        new: options.new.display().to_string(),
        profiles: matched.pairs.iter().map(compare::compare_pair).collect(),
        only_old: matched.only_old,
        only_new: matched.only_new,
    };
    let place = staging.publish(&render_artifacts(&diff, &matched.pairs, &words)?)?;
    screen.finish();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&diff)?);
    }
    screen.print_result(&terminal::render_difference(&diff, &words, Terminal::width_columns()));
    screen.print_result("");
    report_link::print_location(&place.join("diff.md"), "diff-is-at", false, &screen, &words)?;
    Ok(())
}

fn render_artifacts(diff: &Diff, pairs: &[ProfilePair], words: &Words) -> Result<Vec<Artifact>> {
    let mut artifacts = vec![
        json_artifact("diff.json", diff)?,
        text_artifact("diff.md", markdown::render_difference(diff, words)),
    ];
    for ProfilePair { name, old, new } in pairs {
        let there = write_folded_diff(&old.profile, &new.profile, Measure::PeakBytes);
        let back = write_folded_diff(&new.profile, &old.profile, Measure::PeakBytes);
        // A site that is gone has no width in the first flamegraph, so the second one shows it.
        for (side, lines, swapped) in [("new", there, false), ("old", back, true)] {
            let key = format!("diff-picture-{side}");
            let title = words.say(&key, &[("name", name)]);
            let says = words.get(&format!("{key}-says"));
            let svg = differential_svg(&lines, &title, &says, swapped, words)?;
            artifacts.push(text_artifact(difference::file_name(name, side), svg));
        }
    }
    Ok(artifacts)
}
