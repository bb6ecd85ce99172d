//! What the charts share: fonts, colours, text placed by its anchor, and what makes an SVG readable to a screen reader.

use crate::RenderError;
use heaplab_record::Language;
use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A drawing that goes into a string.
pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The first is in this crate, for PNGs; a reader's browser has one of the others.
pub(crate) const FONTS: &str = "Heaplab Sans SC, Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, \
    WenQuanYi Micro Hei, system-ui, Helvetica, Arial, sans-serif";

pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(crate) const INK: RGBColor = RGBColor(31, 35, 40);
pub(crate) const QUIET: RGBColor = RGBColor(89, 99, 110);
pub(crate) const GRID: RGBColor = RGBColor(225, 228, 232);

/// Vermilion and blue of Okabe and Ito's palette (<https://jfly.uni-koeln.de/color/>), which are told apart by every kind of
/// colour vision.
pub(crate) const fn language_colour(language: Language) -> RGBColor {
    match language {
        Language::Rust => RGBColor(213, 94, 0),
        Language::Python => RGBColor(0, 114, 178),
    }
}

/// What a language is called on a chart; a name, so it is the same in English and Chinese.
pub(crate) const fn language_name(language: Language) -> &'static str {
    match language {
        Language::Rust => "Rust",
        Language::Python => "CPython",
    }
}

/// Draws on white paper of that size; `what` names the picture in an error, `title` is what a screen reader says.
pub(crate) fn draw_svg(
    what: &'static str,
    size: (u32, u32),
    title: &str,
    picture: impl FnOnce(&Canvas<'_>) -> Result<(), RenderError>,
) -> Result<String, RenderError> {
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        canvas.fill(&PAPER).map_err(|error| RenderError::picture(what, error))?;
        picture(&canvas)?;
        canvas.present().map_err(|error| RenderError::picture(what, error))?;
    }
    Ok(add_title(&svg, title))
}

/// Says to a screen reader that the SVG is one picture, and what it shows.
pub(crate) fn add_title(svg: &str, title: &str) -> String {
    let Some((start, rest)) = svg.find("<svg").and_then(|start| {
        let end = start + svg[start..].find('>')?;
        Some((&svg[..end], &svg[end + 1..]))
    }) else {
        return svg.to_owned();
    };
    format!("{start} role=\"img\"><title>{}</title>{rest}", escape_xml(title))
}

/// Text for the inside of an element or an attribute.
pub(crate) fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A line of text: its look, and which of its ends stands at the point.
#[derive(Clone, Copy)]
pub(crate) struct TextLook {
    pub(crate) pixels: u32,
    pub(crate) colour: RGBColor,
    pub(crate) anchor: HPos,
}

impl TextLook {
    pub(crate) const fn left_aligned(pixels: u32, colour: RGBColor) -> TextLook {
        TextLook { pixels, colour, anchor: HPos::Left }
    }

    pub(crate) const fn right_aligned(pixels: u32, colour: RGBColor) -> TextLook {
        TextLook { pixels, colour, anchor: HPos::Right }
    }

    /// The SVG backend divides a size by 1.24; this gives `pixels` in the file.
    pub(crate) fn style(self) -> TextStyle<'static> {
        let mut style = TextStyle::from((FONTS, f64::from(self.pixels) * 1.24).into_font());
        style.color = self.colour.to_backend_color();
        style.pos = Pos::new(self.anchor, VPos::Center);
        style
    }
}

/// A chart's grid, and the figures on its axes in letters of so many pixels.
pub(crate) fn draw_grid<X, Y>(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<X, Y>>,
    what: &'static str,
    x_mark: impl Fn(&X::ValueType) -> String,
    y_mark: impl Fn(&Y::ValueType) -> String,
    pixels: u32,
) -> Result<(), RenderError>
where
    X: Ranged<ValueType: Clone> + ValueFormatter<<X as Ranged>::ValueType>,
    Y: Ranged<ValueType: Clone> + ValueFormatter<<Y as Ranged>::ValueType>,
{
    chart
        .configure_mesh()
        .x_max_light_lines(0)
        .y_max_light_lines(0)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_label_formatter(&x_mark)
        .y_label_formatter(&y_mark)
        .label_style(TextLook::left_aligned(pixels, QUIET).style())
        .draw()
        .map_err(|error| RenderError::picture(what, error))
}

/// Puts text at a point, which is at half its height.
pub(crate) fn draw_text(
    canvas: &Canvas<'_>,
    what: &'static str,
    text: &str,
    at: (i32, i32),
    look: TextLook,
) -> Result<(), RenderError> {
    canvas.draw_text(text, &look.style(), at).map_err(|error| RenderError::picture(what, error))
}

/// About how wide a text is, on the wide side: the reader's font is not known. plotters' own guess counts bytes, which makes
/// Chinese twice as wide as it is.
pub(crate) fn text_width(text: &str, pixels: u32) -> i32 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'l' | 'j' | '.' | ',' | ':' | '\'' | '|' | ' ' | '·' => 0.33,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
            letter if letter.is_ascii() => 0.6,
            _ => 1.0,
        })
        .sum();
    (ems * f64::from(pixels)).ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_for_screen_readers_and_is_escaped() {
        let svg = add_title("<?xml version=\"1.0\"?><svg width=\"1\"><g/></svg>", "a < b & \"c\"");
        let expected = "<?xml version=\"1.0\"?><svg width=\"1\" role=\"img\">\
            <title>a &lt; b &amp; &quot;c&quot;</title><g/></svg>";
        assert_eq!(svg, expected);
    }

    #[test]
    fn chinese_is_an_em_a_letter() {
        assert_eq!(text_width("程序员晚枫", 20), 100);
    }
}
