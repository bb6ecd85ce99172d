//! The scale of each lesson of a section. Lessons have scales of their own, because what 200,000
//! families show needs a million blocks in another lesson. Only lessons whose variants are compared
//! with one another run at one scale.

use crate::cli::LessonOptions;
use crate::runner::build::BuiltLesson;
use crate::runner::prepared_input::{self, LessonInputs};
use anyhow::Result;
use heaplab_record::Manifest;
use std::path::Path;

/// `--quick` divides a lesson's default scale by this, unless the lesson has a quick scale of its
/// own.
const QUICK_PART: u64 = 100;

/// The scales in the order of the lessons: the one on the command line, that of an input (a log's
/// size), or the lesson's own.
pub(super) fn resolve_scales(
    built: &[BuiltLesson<'_>],
    inputs: &LessonInputs,
    folder: &Path,
    options: &LessonOptions,
) -> Result<Vec<u64>> {
    if let Some(typed) = options.rows.or(options.bytes) {
        return Ok(vec![typed; built.len()]);
    }
    let mut own = Vec::with_capacity(built.len());
    for built in built {
        let of_input = prepared_input::rows_of_input(built, inputs, folder)?;
        own.push((&built.manifest, choose_scale(&built.manifest, of_input, options.quick)));
    }
    Ok(align_compared(&own))
}

/// The scale of a lesson where none is typed.
fn choose_scale(manifest: &Manifest, of_input: Option<u64>, quick: bool) -> u64 {
    let default = of_input.unwrap_or(manifest.default_scale);
    match manifest.quick_scale {
        _ if !quick => default,
        Some(scale) => scale.min(default),
        None => (default / QUICK_PART).max(1),
    }
}

/// Raises lessons that share a work group to the largest scale among them: their variants are
/// compared with one baseline, and must return one checksum.
fn align_compared(lessons: &[(&Manifest, u64)]) -> Vec<u64> {
    let largest = |(manifest, rows): &(&Manifest, u64)| {
        let shared = lessons.iter().filter(|(other, _)| shares_work(manifest, other));
        shared.map(|(_, rows)| *rows).max().unwrap_or(*rows)
    };
    lessons.iter().map(largest).collect()
}

fn shares_work(one: &Manifest, other: &Manifest) -> bool {
    one.variants.iter().any(|mine| other.variants.iter().any(|theirs| mine.work_group == theirs.work_group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_record::{Language, MANIFEST_SCHEMA, Variant};

    fn lesson(default_scale: u64, quick_scale: Option<u64>, work_groups: &[&str]) -> Manifest {
        let variant = |work_group: &&str| Variant {
            name: format!("{work_group}-{default_scale}"),
            language: Language::Rust,
            work_group: (*work_group).to_owned(),
            baseline: false,
            threads: 1,
            maps_memory: false,
            about: String::new(),
        };
        Manifest {
            schema: MANIFEST_SCHEMA.to_owned(),
            unit: "rows".to_owned(),
            default_scale,
            quick_scale,
            variants: work_groups.iter().map(variant).collect(),
            options: Vec::new(),
            prepares: false,
        }
    }

    #[test]
    fn a_quick_run_takes_the_lessons_own_quick_scale_or_a_hundredth() {
        let (plain, own) = (lesson(20_000, None, &["a"]), lesson(20_000, Some(5_000), &["a"]));
        assert_eq!((choose_scale(&plain, None, false), choose_scale(&plain, None, true)), (20_000, 200));
        assert_eq!((choose_scale(&own, None, false), choose_scale(&own, None, true)), (20_000, 5_000));
        assert_eq!(choose_scale(&lesson(7, None, &["a"]), None, true), 1);
        // An input smaller than the quick scale is read as it is.
        assert_eq!((choose_scale(&own, Some(900), true), choose_scale(&own, Some(900), false)), (900, 900));
    }

    #[test]
    fn only_lessons_that_are_compared_share_a_scale() {
        let families = lesson(200_000, None, &["families", "counts"]);
        let blocks = lesson(1_000_000, None, &["blocks"]);
        assert_eq!(align_compared(&[(&families, 200_000), (&blocks, 1_000_000)]), [200_000, 1_000_000]);
        let also = lesson(1_000_000, None, &["more", "counts"]);
        assert_eq!(align_compared(&[(&families, 200_000), (&also, 1_000_000)]), [1_000_000, 1_000_000]);
    }
}
