//! Pictures that lessons hand over, with their figures as tables where these are few.

use crate::graph::mind_map;
use crate::page::inline_svg;
use crate::picture::Picture;

/// A picture and its SVG element.
pub(super) struct AttachedPicture<'a> {
    pub(super) picture: &'a Picture,
    pub(super) svg: String,
}

impl AttachedPicture<'_> {
    /// All but the mind map, which has a section of its own.
    pub(super) fn from_pictures(pictures: &[Picture]) -> Vec<AttachedPicture<'_>> {
        let others = pictures.iter().enumerate().filter(|(_, picture)| picture.stem != mind_map::STEM);
        others
            .map(|(index, picture)| AttachedPicture { picture, svg: inline_picture(picture, index) })
            .collect()
    }

    /// The mind map, if the report has it.
    pub(super) fn find_mind_map(pictures: &[Picture]) -> Option<AttachedPicture<'_>> {
        let (index, picture) =
            pictures.iter().enumerate().find(|(_, picture)| picture.stem == mind_map::STEM)?;
        Some(AttachedPicture { picture, svg: inline_picture(picture, index) })
    }
}

/// A wide picture scrolls instead of being shrunk, so that its text stays readable.
fn inline_picture(picture: &Picture, index: usize) -> String {
    let svg = inline_svg::inline_with_prefix(&picture.svg, &format!("attached-{index}-"));
    let least = inline_svg::view_box_size(&picture.svg).map_or(0.0, |(width, _)| width.min(1200.0) * 0.8);
    let most = inline_svg::view_box_size(&picture.svg).map_or(1200.0, |(width, _)| width * 1.25);
    svg.replacen("<svg ", &format!("<svg style=\"min-width:{least:.0}px;max-width:{most:.0}px\" "), 1)
}

#[cfg(test)]
mod tests {
    use crate::{Lang, PagePictures, Words, draw_pictures, fixture, render_report_page};

    #[test]
    fn everything_that_was_handed_over_is_in_the_page() {
        for lang in [Lang::En, Lang::Zh] {
            let (report, words) = (fixture::pictures::report(lang), Words::new(lang));
            let attached = draw_pictures(&report, &words).expect("they can be drawn");
            let titles: Vec<String> = attached.iter().map(|picture| picture.title.clone()).collect();
            let comparison_svg = crate::comparison_svg(&report, &words).expect("it can be drawn");
            let pictures = PagePictures { attached, comparison_svg, ..PagePictures::default() };
            let page = render_report_page(&report, &pictures, &words).expect("filled in");
            if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
                let file = std::path::Path::new(&dir).join(format!("attached-{}.html", lang.tag()));
                std::fs::write(file, &page).expect("the folder is there");
            }
            for title in &titles {
                assert!(page.contains(title), "{title}");
            }
            assert_eq!(page.matches("role=\"img\"").count(), titles.len() + 1);
            assert_eq!(page.matches("<details class=\"as-table\"").count(), 2, "a table for each step chart");
            assert!(page.contains("let lst = Rc::new(Vec::new());</code>"));
            assert!(page.contains("class=\"heat5\"") && page.contains("user&#60;{row}&#62;"));
            // Two memory maps have patterns of the same names: each refers to its own.
            let ids: Vec<&str> =
                page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            for target in page.split("url(#").skip(1).filter_map(|rest| rest.split(')').next()) {
                assert_eq!(ids.iter().filter(|id| **id == target).count(), 1, "{target}");
            }
        }
    }
}
