//! What charts drawn with plotters share: paper, colours and text that is placed by its anchor.

use crate::RenderError;
use crate::svg::{FONTS, add_title};
use heaplab_record::Language;
use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A drawing area whose SVG goes into a string.
pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Why plotters could not draw. [`draw_svg`] adds which picture it was.
pub(crate) type DrawError = DrawingAreaErrorKind<std::io::Error>;

/// Space between a chart's edge and what is in it.
pub(crate) const EDGE: i32 = 24;
pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(crate) const INK: RGBColor = RGBColor(31, 35, 40);
pub(crate) const QUIET: RGBColor = RGBColor(89, 99, 110);
pub(crate) const GRID: RGBColor = RGBColor(225, 228, 232);

/// Vermilion and blue of Okabe and Ito's palette (<https://jfly.uni-koeln.de/color/>): people with
/// any kind of colour vision can tell them apart.
pub(crate) const VERMILION: RGBColor = RGBColor(213, 94, 0);
pub(crate) const BLUE: RGBColor = RGBColor(0, 114, 178);

pub(crate) const fn language_colour(language: Language) -> RGBColor {
    match language {
        Language::Rust => VERMILION,
        Language::Python => BLUE,
    }
}

/// A language's name on a chart, the same in English and Chinese.
pub(crate) const fn language_name(language: Language) -> &'static str {
    match language {
        Language::Rust => "Rust",
        Language::Python => "CPython",
    }
}

/// Draws on white paper of this size. `what` names the picture in an error; a screen reader says
/// `title`.
pub(crate) fn draw_svg(
    what: &'static str,
    size: (u32, u32),
    title: &str,
    picture: impl FnOnce(&Canvas<'_>) -> Result<(), DrawError>,
) -> Result<String, RenderError> {
    let mut svg = String::new();
    let draw = |canvas: Canvas<'_>| {
        canvas.fill(&PAPER)?;
        picture(&canvas)?;
        canvas.present()
    };
    let drawn = draw(SVGBackend::with_string(&mut svg, size).into_drawing_area());
    drawn.map_err(|error| RenderError::picture(what, error))?;
    Ok(add_title(&svg, title))
}

/// The look of a line of text, and which of its ends stands at its point.
#[derive(Clone, Copy)]
pub(crate) struct TextLook {
    pixels: u32,
    colour: RGBColor,
    anchor: HPos,
}

impl TextLook {
    pub(crate) const fn left_aligned(pixels: u32, colour: RGBColor) -> TextLook {
        TextLook { pixels, colour, anchor: HPos::Left }
    }

    pub(crate) const fn right_aligned(pixels: u32, colour: RGBColor) -> TextLook {
        TextLook { pixels, colour, anchor: HPos::Right }
    }

    /// The SVG backend divides a size by 1.24, which is undone here: the file has `pixels`.
    pub(crate) fn style(self) -> TextStyle<'static> {
        let mut style = TextStyle::from((FONTS, f64::from(self.pixels) * 1.24).into_font());
        style.color = self.colour.to_backend_color();
        style.pos = Pos::new(self.anchor, VPos::Center);
        style
    }
}

/// Draws a chart's grid, and the marks of its axes in letters of this size.
pub(crate) fn draw_grid<X, Y>(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<X, Y>>,
    x_mark: impl Fn(&X::ValueType) -> String,
    y_mark: impl Fn(&Y::ValueType) -> String,
    pixels: u32,
) -> Result<(), DrawError>
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
}

/// Draws text at a point, which is at half the text's height.
pub(crate) fn draw_text(
    canvas: &Canvas<'_>,
    text: &str,
    at: (i32, i32),
    look: TextLook,
) -> Result<(), DrawError> {
    canvas.draw_text(text, &look.style(), at)
}
