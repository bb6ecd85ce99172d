//! Finds the line of the student's code that held the most at the peak.

use heaplab_profile::{Frame, Profile, Site};
use heaplab_record::TopSite;
use std::collections::BTreeMap;

/// The student's folder, as it appears in locations.
const STUDENTS: &str = "src/student/";

/// Cuts the stacks off before the student's own function: the harness around it is of no interest.
pub(super) fn trim_to_task(profile: Profile) -> Profile {
    let mut profile = profile.trim_stacks();
    for site in &mut profile.sites {
        let first = site.frames.iter().position(is_student_frame);
        if let Some(first) = first {
            site.frames.drain(..first);
        }
    }
    profile.merge_equal_stacks()
}

/// The line that held the most at the peak, by the innermost frame in a file of the student's.
pub(super) fn find_top_site(profile: &Profile) -> Option<TopSite> {
    let mut lines: BTreeMap<(String, String), u64> = BTreeMap::new();
    for site in &profile.sites {
        if let Some(line) = student_line(site) {
            *lines.entry(line).or_default() += site.peak_bytes;
        }
    }
    let ((location, function), at_peak_bytes) = lines.into_iter().max_by_key(|(_, bytes)| *bytes)?;
    (at_peak_bytes > 0).then_some(TopSite { function, location, at_peak_bytes })
}

fn is_student_frame(frame: &Frame) -> bool {
    frame.location.as_ref().is_some_and(|location| location.contains(STUDENTS))
}

/// The line, and the function that was called there.
fn student_line(site: &Site) -> Option<(String, String)> {
    let own = site.frames.iter().rposition(is_student_frame)?;
    let frame = &site.frames[own];
    let location = frame.location.as_deref()?;
    let location = location.find(STUDENTS).map_or(location, |start| &location[start..]);
    let called = site.frames.get(own + 1).unwrap_or(frame);
    Some((location.to_owned(), shorten_function(&called.function)))
}

/// `Vec::push` for `alloc::vec::Vec<T,A>::push`, and `Vec::clone` for `<alloc::vec::Vec<T> as
/// core::clone::Clone>::clone`.
fn shorten_function(function: &str) -> String {
    let mut plain = String::with_capacity(function.len());
    let of_trait = function.strip_prefix('<').and_then(|rest| rest.split_once(" as "));
    let joined = of_trait
        .and_then(|(kind, rest)| Some(format!("{kind}::{}", rest.rsplit_once(">::")?.1)))
        .unwrap_or_else(|| function.to_owned());
    let mut depth = 0u32;
    for char in joined.chars() {
        match char {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(char),
            _ => {}
        }
    }
    let parts: Vec<&str> = plain.split("::").filter(|part| !part.is_empty()).collect();
    let kept = parts.len().saturating_sub(2);
    parts[kept..].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, location: &str) -> Frame {
        Frame { function: function.to_owned(), location: Some(location.to_owned()), ..Frame::default() }
    }

    #[test]
    fn functions_are_shortened_to_what_a_reader_types() {
        for (long, expected) in [
            ("alloc::vec::Vec<T,A>::push", "Vec::push"),
            ("<alloc::vec::Vec<T> as core::clone::Clone>::clone", "Vec::clone"),
            ("homework::task::rows::Source::row", "Source::row"),
            ("core::iter::traits::iterator::Iterator::collect", "Iterator::collect"),
            ("main", "main"),
        ] {
            assert_eq!(shorten_function(long), expected);
        }
    }

    #[test]
    fn the_top_line_is_the_students_and_holds_the_sum_of_its_stacks() {
        let site =
            |frames: &[Frame], peak_bytes| Site { frames: frames.to_vec(), peak_bytes, ..Site::default() };
        let mine = frame("student::required::list", "lessons/8.9-homework/src/student/required.rs:14");
        let other = frame("student::required::list", "lessons/8.9-homework/src/student/required.rs:9");
        let push = frame("alloc::vec::Vec<T,A>::push", "std/alloc/vec/mod.rs:2000");
        let grow = frame("alloc::raw_vec::RawVec<T,A>::grow_one", "std/alloc/raw_vec.rs:1");
        let harness = frame("harness::measure", "lessons/8.9-homework/src/harness.rs:70");
        let profile = Profile {
            sites: vec![
                site(&[mine.clone(), push.clone(), grow], 300),
                site(&[mine, push], 300),
                site(&[other], 500),
                site(&[harness], 9_000),
            ],
        };
        let top = find_top_site(&profile).unwrap();
        assert_eq!(
            (top.location.as_str(), top.function.as_str()),
            ("src/student/required.rs:14", "Vec::push")
        );
        assert_eq!(top.at_peak_bytes, 600);
        assert_eq!(find_top_site(&Profile::default()), None);
    }
}
