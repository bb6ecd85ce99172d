//! What the charts share: fonts, colours, text placed by its anchor, and what makes an SVG readable to a screen reader.

use crate::RenderError;
use crate::svg::{FONTS, add_title};
use heaplab_record::Language;
use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A drawing that goes into a string.
pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

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
