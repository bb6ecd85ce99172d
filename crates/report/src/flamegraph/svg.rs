//! `VARIANT.flamegraph.svg`: who held the bytes at the peak, or where time was spent. inferno
//! draws, and the lecture's watermark is added.

use super::leaks::FRAME_HEIGHT;
use crate::chart::canvas::{self, INK, QUIET, TextLook};
use crate::{RenderError, Words, svg};
use inferno::flamegraph::color::{BackgroundColor, BasicPalette, Color, Palette};
use inferno::flamegraph::{Options, from_lines};

const WHAT: &str = "a flamegraph";

/// Monospaced, with fonts for Chinese at the end: the picture's script measures one letter and
/// multiplies.
const FONTS: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',\
    'Noto Sans Mono CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',monospace";

/// Height below the frames and the line of details, for the watermark.
const WATERMARK_ROOM: usize = 24;

/// Draws folded stacks of bytes at the peak. If nothing was live, the picture says so.
///
/// # Errors
/// If inferno cannot draw.
pub fn flamegraph_svg(
    folded: &str,
    title: &str,
    subtitle: Option<&str>,
    words: &Words,
) -> Result<String, RenderError> {
    draw_bytes_flamegraph(folded, title, subtitle, StackOrder::Plain, words)
}

/// The order of the stacks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StackOrder {
    /// By function name.
    Plain,
    /// As given, for callers that have to know where each frame begins.
    InOrder,
}

/// As [`flamegraph_svg`], in this order.
pub(crate) fn draw_bytes_flamegraph(
    folded: &str,
    title: &str,
    subtitle: Option<&str>,
    look: StackOrder,
    words: &Words,
) -> Result<String, RenderError> {
    if folded.trim().is_empty() {
        return draw_nothing_live(title, subtitle, words);
    }
    run_inferno(folded, title, subtitle, &words.get("flamegraph-bytes"), (false, look), words)
}

/// Draws folded stacks of something else than bytes; `counts` names it, such as samples.
///
/// # Errors
/// If inferno cannot draw.
pub fn cpu_flamegraph_svg(
    folded: &[String],
    counts: &str,
    title: &str,
    subtitle: Option<&str>,
    words: &Words,
) -> Result<String, RenderError> {
    if folded.is_empty() {
        return draw_message(title, subtitle, &words.get("flamegraph-idle"), words);
    }
    run_inferno(&folded.join("\n"), title, subtitle, counts, (false, StackOrder::Plain), words)
}

/// Draws lines with two numbers, OLD and NEW, as wide as NEW. To draw it as wide as OLD, which
/// also shows what NEW no longer has, the numbers are `swapped`. In both, red says that NEW holds
/// more.
///
/// # Errors
/// If inferno cannot draw.
pub fn differential_svg(
    folded: &str,
    title: &str,
    subtitle: &str,
    swapped: bool,
    words: &Words,
) -> Result<String, RenderError> {
    let wide = |line: &str| line.rsplit_once(' ').is_some_and(|(_, width)| width != "0");
    if !folded.lines().any(wide) {
        return draw_nothing_live(title, Some(subtitle), words);
    }
    run_inferno(
        folded,
        title,
        Some(subtitle),
        &words.get("flamegraph-bytes"),
        (swapped, StackOrder::Plain),
        words,
    )
}

fn run_inferno(
    folded: &str,
    title: &str,
    subtitle: Option<&str>,
    counts: &str,
    (swapped, look): (bool, StackOrder),
    words: &Words,
) -> Result<String, RenderError> {
    let mut options = Options::default();
    title.clone_into(&mut options.title);
    options.subtitle = subtitle.map(str::to_owned);
    counts.clone_into(&mut options.count_name);
    options.name_type = words.get("flamegraph-function");
    options.colors = Palette::Basic(BasicPalette::Hot);
    options.bgcolors = Some(BackgroundColor::Flat(Color { r: 255, g: 255, b: 255 }));
    // A colour is made of a function's name: the same function looks the same in every picture of a
    // report.
    options.deterministic = true;
    options.negate_differentials = swapped;
    options.no_sort = look == StackOrder::InOrder;
    options.frame_height = FRAME_HEIGHT as usize;
    options.min_width = 0.05;
    let mut svg = Vec::new();
    from_lines(&mut options, folded.lines(), &mut svg).map_err(|error| RenderError::picture(WHAT, error))?;
    let svg = String::from_utf8(svg).map_err(|error| RenderError::picture(WHAT, error))?;
    let svg = svg.replacen("font-family:monospace", &format!("font-family:{FONTS}"), 1);
    let marked = add_watermark(&svg, &words.get("watermark"))
        .ok_or_else(|| RenderError::picture(WHAT, "inferno's SVG has another shape than expected"))?;
    Ok(svg::add_title(&marked, title))
}

/// The picture with the lecture's watermark in its lower right corner; unchanged if it has no view
/// box.
pub fn with_watermark(svg: &str, words: &Words) -> String {
    add_watermark(svg, &words.get("watermark")).unwrap_or_else(|| svg.to_owned())
}

/// Makes the picture higher and puts the watermark into the lower right corner. It is outside of
/// the frames, so that zooming does not move it, and at 100 % of the width, since the script makes
/// the picture fluid.
fn add_watermark(svg: &str, watermark: &str) -> Option<String> {
    let (_, after) = svg.split_once("viewBox=\"0 0 ")?;
    let (width, height) = after.split_once('"')?.0.split_once(' ')?;
    let higher = height.parse::<usize>().ok()? + WATERMARK_ROOM;
    let svg = svg
        .replacen(&format!("height=\"{height}\""), &format!("height=\"{higher}\""), 1)
        .replacen(
            &format!("viewBox=\"0 0 {width} {height}\""),
            &format!("viewBox=\"0 0 {width} {higher}\""),
            1,
        )
        .replacen(&format!("width=\"100%\" height=\"{height}\""), "width=\"100%\" height=\"100%\"", 1);
    let (body, _) = svg.rsplit_once("</svg>")?;
    let y = higher - 11;
    let text = svg::escape_xml(watermark);
    // The style sheet in the picture wins over attributes, so the look is a style as well.
    let look = "text-anchor:end;font-size:13px;fill:#57606a;fill-opacity:0.8;pointer-events:none";
    let mark =
        format!("<text id=\"watermark\" x=\"100%\" dx=\"-12\" y=\"{y}\" style=\"{look}\">{text}</text>");
    Some(format!("{body}{mark}</svg>\n"))
}

fn draw_nothing_live(title: &str, subtitle: Option<&str>, words: &Words) -> Result<String, RenderError> {
    draw_message(title, subtitle, &words.get("flamegraph-nothing"), words)
}

fn draw_message(
    title: &str,
    subtitle: Option<&str>,
    why: &str,
    words: &Words,
) -> Result<String, RenderError> {
    canvas::draw_svg(WHAT, (1200, 150), title, |page| {
        canvas::draw_text(page, title, (24, 32), TextLook::left_aligned(17, INK))?;
        canvas::draw_text(page, subtitle.unwrap_or_default(), (24, 58), TextLook::left_aligned(12, QUIET))?;
        canvas::draw_text(page, why, (24, 92), TextLook::left_aligned(14, INK))?;
        canvas::draw_text(page, &words.get("watermark"), (1188, 134), TextLook::right_aligned(13, QUIET))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, svg_to_png};

    const FOLDED: &str = "app::list;alloc::fmt::format 160000\napp::list;alloc::vec::Vec<T,A>::push 983040\n";

    fn draw_fixture(folded: &str, lang: Lang) -> String {
        flamegraph_svg(folded, "8.5.2 list_dict", Some("dhat"), &Words::new(lang)).unwrap()
    }

    #[test]
    fn functions_bytes_and_the_watermark_are_in_it() {
        let svg = draw_fixture(FOLDED, Lang::En);
        assert!(
            svg.contains("<title>alloc::vec::Vec&lt;T,A&gt;::push (983,040 bytes, 86.00%)</title>"),
            "{svg}"
        );
        assert!(draw_fixture(FOLDED, Lang::Zh).contains("(983,040 字节"), "{svg}");
        assert!(svg.contains("role=\"img\"><title>8.5.2 list_dict</title>"));
    }

    #[test]
    fn the_watermark_stands_in_the_lower_right_corner_outside_of_the_frames() {
        let svg = draw_fixture(FOLDED, Lang::En);
        let (frames, mark) = svg.split_once("id=\"watermark\"").unwrap();
        assert!(frames.contains("id=\"frames\"") && frames.trim_end().ends_with("</svg><text"), "{frames}");
        assert!(mark.contains("text-anchor:end") && mark.contains("程序员晚枫</text></svg>"), "{mark}");
        assert!(mark.starts_with(" x=\"100%\""), "{mark}");
        let attribute = |name: &str, text: &str| -> Option<f64> {
            let (_, after) = text.split_once(&format!(" {name}=\""))?;
            after.split_once('"')?.0.parse().ok()
        };
        let height = attribute("height", &svg).unwrap();
        let lowest_frame = svg
            .split("<rect ")
            .skip(2)
            .filter_map(|rect| {
                let rect = format!(" {}", rect.split_once('>')?.0);
                Some(attribute("y", &rect)? + attribute("height", &rect)?)
            })
            .fold(0.0, f64::max);
        let y = attribute("y", mark).unwrap();
        assert!(lowest_frame > 0.0 && y - 13.0 > lowest_frame && y < height, "{lowest_frame} {y} {height}");
    }

    #[test]
    fn the_same_stacks_give_the_same_bytes() {
        assert_eq!(draw_fixture(FOLDED, Lang::Zh), draw_fixture(FOLDED, Lang::Zh));
    }

    #[test]
    fn red_is_more_in_new_whichever_side_gives_the_width() {
        let words = Words::new(Lang::En);
        // OLD 10 and NEW 30, then the same numbers swapped.
        for (line, swapped) in [("app::list 10 30", false), ("app::list 30 10", true)] {
            let svg = differential_svg(line, "list", "", swapped, &words).unwrap();
            let (_, frame) = svg.split_once("<title>app::list (").unwrap();
            assert!(frame.contains("; +"), "more in NEW: {frame}");
            let colour = frame.split_once("fill=\"rgb(").unwrap().1;
            assert!(colour.starts_with("255,"), "{colour}");
        }
        let gone = differential_svg("app::list 30 0", "list", "", false, &words).unwrap();
        assert!(gone.contains("Nothing was live"));
        assert!(differential_svg("app::list 0 30", "list", "", true, &words).unwrap().contains("; -100.00%"));
    }

    #[test]
    fn what_is_counted_is_named() {
        let words = Words::new(Lang::Zh);
        let svg =
            cpu_flamegraph_svg(&["app::main;app::hot 7".to_owned()], "采样", "hot", None, &words).unwrap();
        assert!(svg.contains("<title>app::hot (7 采样") && svg.contains("程序员晚枫"), "{svg}");
        let idle = cpu_flamegraph_svg(&[], "采样", "hot", None, &words).unwrap();
        assert!(idle.contains(&words.get("flamegraph-idle")));
    }

    #[test]
    fn nothing_live_is_said_and_not_an_error() {
        for (lang, says) in [(Lang::En, "Nothing was live"), (Lang::Zh, "没有存活的内存")] {
            let svg = draw_fixture("\n", lang);
            assert!(svg.contains(says) && svg.contains("程序员晚枫"), "{svg}");
            svg_to_png(&svg).unwrap();
        }
    }
}
