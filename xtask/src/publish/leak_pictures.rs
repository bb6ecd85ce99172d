//! Pictures of what stays live: the whole run, four windows of it, and the end compared with the
//! middle; and a chart of each line's live bytes over the run.

use crate::runner::alloc_sites::{NamedProfile, own_frame};
use crate::runner::growth_analysis::VariantGrowth;
use anyhow::Result;
use heaplab_profile::{Measure, Profile, Site, folded};
use heaplab_record::Chart;
use heaplab_report::format::count;
use heaplab_report::{
    LeakStacks, LeakView, VariantLeaks, Words, difference_view, differential_svg, growth,
    leak_flamegraph_svg, leak_view,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The lines in the chart, as many as the lecture shows.
const MOST_LINES: usize = 5;
/// The number of windows that the run is divided into.
const WINDOWS: usize = 4;

/// The pictures of every variant that took snapshots on the way.
pub(crate) fn build_pictures(
    grown: &[VariantGrowth],
    profiles: &[NamedProfile],
    between: Option<(u64, u64)>,
    unit: &str,
    words: &Words,
) -> Result<Vec<VariantLeaks>> {
    let mut all = Vec::new();
    for of in grown {
        let named = profiles.iter().find(|named| named.section == of.section && named.variant == of.variant);
        if let Some(named) = named {
            all.push(VariantLeaks {
                variant: of.variant.clone(),
                chart: None,
                views: build_views(of, &named.profile, between, unit, words)?,
            });
        }
    }
    Ok(all)
}

fn build_views(
    of: &VariantGrowth,
    whole: &Profile,
    between: Option<(u64, u64)>,
    unit: &str,
    words: &Words,
) -> Result<Vec<LeakView>> {
    let variant = of.variant.as_str();
    let unit = growth::scale_units(unit, words);
    let total = folded::write_folded(whole, Measure::TotalBytes);
    let end = folded::write_folded(whole, Measure::EndBytes);
    let stays = LeakStacks { width: &total, total: &total, end: &end };
    let title = words.say("leaks-title", &[("variant", variant)]);
    let svg = leak_flamegraph_svg(stays, &title, &words.get("leaks-subtitle"), words)?;
    let file = |part: &str| format!("{variant}.{part}.flamegraph.svg");
    let mut views = vec![LeakView {
        name: words.get("leaks-view-whole"),
        file: file("leaks"),
        svg,
        flames: leak_view(stays, words),
    }];
    let looks = pick_windows(&of.snapshots);
    let mut windows: Vec<(String, [&(u64, Profile); 2])> = Vec::new();
    for (index, window) in looks.windows(2).enumerate() {
        if let &[before, after] = window {
            windows.push((format!("window-{}", index + 1), [before, after]));
        }
    }
    let at = |done: u64| of.snapshots.iter().find(|look| look.0 == done);
    if let Some((Some(before), Some(after))) = between.map(|(from, to)| (at(from), at(to))) {
        windows.push(("window".to_owned(), [before, after]));
    }
    for (part, [(from, before), (to, after)]) in windows {
        let added = folded::write_folded(&profile_growth(before, after), Measure::EndBytes);
        let (from, to) = (count(*from), count(*to));
        let between = [("variant", variant), ("from", from.as_str()), ("to", &to), ("unit", &unit)];
        let title = words.say("leaks-window-title", &between);
        let subtitle = words.say("leaks-window-subtitle", &between);
        let stays = LeakStacks { width: &added, ..stays };
        let svg = leak_flamegraph_svg(stays, &title, &subtitle, words)?;
        let (name, flames) = (words.say("leaks-view-window", &between), leak_view(stays, words));
        views.push(LeakView { name, file: file(&part), svg, flames });
    }
    if let [_, _, (from, middle), _, (to, last)] = looks.as_slice() {
        let lines = folded::write_folded_diff(middle, last, Measure::EndBytes);
        let (from, to) = (count(*from), count(*to));
        let between = [("variant", variant), ("from", from.as_str()), ("to", &to), ("unit", &unit)];
        let title = words.say("leaks-difference-title", &between);
        let subtitle = words.say("leaks-difference-subtitle", &between);
        let svg = differential_svg(&lines, &title, &subtitle, false, words)?;
        let (name, flames) = (words.get("leaks-view-difference"), difference_view(&lines, words));
        views.push(LeakView { name, file: file("difference"), svg, flames });
    }
    Ok(views)
}

/// The snapshots at the start, at each quarter and at the end, as far as they were taken.
fn pick_windows(looks: &[(u64, Profile)]) -> Vec<&(u64, Profile)> {
    let Some((all, _)) = looks.last() else { return Vec::new() };
    let wanted = (0..=WINDOWS as u64).map(|part| all * part / WINDOWS as u64);
    wanted.filter_map(|done| looks.iter().find(|look| look.0 == done)).collect()
}

/// The bytes that each stack holds more in `after` than in `before`.
fn profile_growth(before: &Profile, after: &Profile) -> Profile {
    let was: BTreeMap<_, u64> = before.sites.iter().map(|site| (&site.frames, site.end_bytes)).collect();
    let more = |site: &Site| {
        let end_bytes = site.end_bytes.saturating_sub(was.get(&site.frames).copied().unwrap_or(0));
        Site { end_bytes, ..site.clone() }
    };
    Profile { sites: after.sites.iter().map(more).collect() }
}

/// The live bytes of the largest lines at every snapshot.
pub(crate) fn growth_chart(of: &VariantGrowth, unit: &str) -> Chart {
    let mut lines: BTreeMap<String, Vec<[f64; 2]>> = BTreeMap::new();
    for (index, (_, look)) in of.snapshots.iter().enumerate() {
        for site in &look.sites {
            let place = own_frame(&site.frames).and_then(|frame| frame.location.clone());
            let place = place.unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
            let points = lines
                .entry(place)
                .or_insert_with(|| of.snapshots.iter().map(|(done, _)| [*done as f64, 0.0]).collect());
            points[index][1] += site.end_bytes as f64;
        }
    }
    let mut lines: Vec<(String, Vec<[f64; 2]>)> = lines.into_iter().collect();
    let at_end = |points: &[[f64; 2]]| points.last().map_or(0.0, |point| point[1]);
    lines.sort_by_key(|(_, points)| Reverse(at_end(points) as u64));
    lines.truncate(MOST_LINES);
    growth::growth_chart(&of.variant, unit, &lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::Frame;
    use heaplab_record::Growth;
    use heaplab_report::Lang;

    fn look(lines: &[(u32, u64)]) -> Profile {
        let site = |&(line, end_bytes): &(u32, u64)| Site {
            frames: vec![Frame {
                function: format!("keep{line}"),
                location: Some(format!("src/keep.rs:{line}")),
                ..Frame::default()
            }],
            total_bytes: 2 * end_bytes,
            end_bytes,
            end_blocks: 1,
            ..Site::default()
        };
        Profile { sites: lines.iter().map(site).collect() }
    }

    fn grown() -> VariantGrowth {
        let looks =
            (0..=8).map(|part: u64| (part * 100, look(&[(1, part * 1000), (2, 500.min(part * 500))])));
        VariantGrowth {
            section: "8.2".to_owned(),
            variant: "cache".to_owned(),
            growth: Growth::default(),
            snapshots: looks.collect(),
        }
    }

    #[test]
    fn a_window_has_what_came_within_it() {
        let (of, words) = (grown(), Words::new(Lang::En));
        let views = build_views(&of, &of.snapshots[8].1, Some((100, 300)), "requests", &words).unwrap();
        assert_eq!(views.len(), 7);
        assert_eq!(views[5].file, "cache.window.flamegraph.svg");
        assert!(views[5].svg.contains("<title>keep1 (2,000 bytes") && !views[5].svg.contains("<title>keep2"));
        let frame = |view: usize, text: &str| views[view].svg.contains(&format!("<title>{text}"));
        assert!(frame(1, "keep1 (2,000 bytes") && frame(1, "keep2 (500 bytes"), "{}", views[1].svg);
        assert!(frame(4, "keep1 (2,000 bytes") && !frame(4, "keep2"), "the cache is full");
        assert!(frame(0, "keep1 (16,000 bytes"));
        assert!(views[6].svg.contains("keep1 (8,000 bytes") && views[6].name != views[0].name);
        assert_eq!(views[4].file, "cache.window-4.flamegraph.svg");
    }

    #[test]
    fn the_chart_has_a_line_a_place_and_a_point_a_look() {
        let chart = growth_chart(&grown(), "requests");
        assert_eq!((chart.name.as_str(), chart.series.len()), ("growth-cache", 2));
        assert_eq!(chart.series[0].name, "keep.rs:1");
        assert_eq!(chart.series[0].points[8], [800.0, 8000.0]);
        assert_eq!(chart.series[1].points[8], [800.0, 500.0]);
    }
}
