//! Converts SVG to PNG with the fonts of this crate only, so that a picture has its Chinese, and
//! the same pixels, on every machine.

use crate::RenderError;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::{Arc, OnceLock};

const WHAT: &str = "a PNG";
const FAMILY: &str = "Heaplab Sans SC";
const FONT: &[u8] = include_bytes!("../fonts/HeaplabSansSC-Regular.ttf");
const MONO_FAMILY: &str = "Heaplab Mono";
const MONO_FONT: &[u8] = include_bytes!("../fonts/HeaplabMono-Regular.ttf");

/// Pixels of the PNG per pixel of the SVG: text stays sharp on a dense screen and in print.
const SCALE: f32 = 2.0;

/// Draws the SVG at twice its size.
///
/// # Errors
/// If the SVG cannot be read or is too large.
pub fn svg_to_png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let options = Options { fontdb: font_database(), font_family: FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| RenderError::picture(WHAT, error))?;
    let size = tree.size();
    let (width, height) = ((size.width() * SCALE).ceil(), (size.height() * SCALE).ceil());
    let mut pixels = Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| RenderError::picture(WHAT, format!("no room for {width} × {height} pixels")))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| RenderError::picture(WHAT, error))
}

/// PERF: the fonts are parsed once per process, not once per picture.
fn font_database() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        fonts.load_font_data(MONO_FONT.to_vec());
        fonts.set_serif_family(FAMILY);
        fonts.set_sans_serif_family(FAMILY);
        fonts.set_monospace_family(MONO_FAMILY);
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, drawn black on white.
    fn draw_text(text: &str) -> Pixmap {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"30\">\
             <rect width=\"120\" height=\"30\" fill=\"#fff\"/>\
             <text x=\"5\" y=\"22\" font-family=\"No Such Font, sans-serif\" font-size=\"20\">{text}</text></svg>"
        );
        Pixmap::decode_png(&svg_to_png(&svg).unwrap()).unwrap()
    }

    fn ink(pixels: &Pixmap) -> usize {
        pixels.pixels().iter().filter(|pixel| pixel.red() < 128).count()
    }

    #[test]
    fn chinese_is_drawn_and_not_as_boxes() {
        let (name, missing) =
            (draw_text("程序员晚枫"), draw_text("\u{e000}\u{e001}\u{e002}\u{e003}\u{e004}"));
        assert!(ink(&name) > 500, "{}", ink(&name));
        assert!(ink(&draw_text("")) == 0);
        assert_ne!(name.data(), missing.data());
        // Five characters, each its own glyph: none looks like the one before it.
        let each: Vec<Vec<u8>> = "程序员晚枫".chars().map(|one| draw_text(&one.to_string()).take()).collect();
        assert!(each.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(each.iter().all(|one| *one != draw_text("\u{e000}").take()));
    }

    #[test]
    fn symbols_of_the_pictures_are_in_the_font() {
        let missing = draw_text("\u{e000}").take();
        for symbol in "–—…×≤≥±²µ·✓→←↑↓−％，。：；（）「」".chars() {
            assert_ne!(draw_text(&symbol.to_string()).take(), missing, "{symbol}");
        }
    }

    #[test]
    fn code_stands_in_columns_and_has_its_chinese() {
        let code = |text: &str| {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"30\">\
                 <rect width=\"120\" height=\"30\" fill=\"#fff\"/><text x=\"5\" y=\"22\" xml:space=\"preserve\" \
                 font-family=\"No Such Font, monospace\" font-size=\"20\">{text}</text></svg>"
            );
            let pixels = Pixmap::decode_png(&svg_to_png(&svg).unwrap()).unwrap();
            let inked =
                |x: u32| (0..pixels.height()).any(|y| pixels.pixel(x, y).is_some_and(|p| p.red() < 128));
            (0..pixels.width()).rev().find(|x| inked(*x)).unwrap_or(0)
        };
        assert_eq!(code("iiii|"), code("wwww|"));
        assert_eq!(code("    |"), code("wwww|"));
        assert!(code("程序员") > 100);
    }

    #[test]
    fn a_png_is_twice_as_large_and_the_same_every_time() {
        let pixels = draw_text("a");
        assert_eq!((pixels.width(), pixels.height()), (240, 60));
        assert_eq!(draw_text("列表 1 GB").data(), draw_text("列表 1 GB").data());
    }

    #[test]
    fn what_is_not_svg_is_an_error() {
        assert!(svg_to_png("<p>").unwrap_err().to_string().contains("a PNG"));
    }
}
