//! SVG written directly, for pictures that plotters has no shapes for: patterns, curves with
//! heads, text with a halo, and a `<title>` on every part, which browsers show as a tooltip.

use crate::prose;
use std::fmt::Write as _;

/// The first font is part of this crate, for PNGs. A browser has one of the others.
pub(crate) const FONTS: &str = "Heaplab Sans SC, Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, \
    WenQuanYi Micro Hei, system-ui, Helvetica, Arial, sans-serif";

/// For code. The first font is part of this crate, for PNGs. A browser has one of the others.
const MONO: &str = "Heaplab Mono, ui-monospace, SF Mono, Cascadia Mono, Menlo, Consolas, Noto Sans Mono, \
    DejaVu Sans Mono, Heaplab Sans SC, Noto Sans CJK SC, monospace";

pub(crate) const PAPER: &str = "#ffffff";
pub(crate) const INK: &str = "#1f2328";
pub(crate) const QUIET: &str = "#59636e";
pub(crate) const GRID: &str = "#e1e4e8";
pub(crate) const FAINT: &str = "#f6f8fa";
/// Blue and vermilion as on the charts.
pub(crate) const BLUE: &str = "#0072b2";
pub(crate) const VERMILION: &str = "#d55e00";

/// Space between a picture's edge and what is in it.
pub(crate) const EDGE: f64 = 24.0;

/// The look of a line of text, whose point is at half its height.
#[derive(Clone, Copy)]
pub(crate) struct Font {
    pixels: u32,
    colour: &'static str,
    anchor: &'static str,
    bold: bool,
    mono: bool,
    halo: bool,
}

impl Font {
    pub(crate) const fn new(pixels: u32, colour: &'static str) -> Font {
        Font { pixels, colour, anchor: "start", bold: false, mono: false, halo: false }
    }

    pub(crate) const fn bold(self) -> Font {
        Font { bold: true, ..self }
    }

    pub(crate) const fn mono(self) -> Font {
        Font { mono: true, ..self }
    }

    /// The text ends at its point.
    pub(crate) const fn end(self) -> Font {
        Font { anchor: "end", ..self }
    }

    /// The middle of the text is at its point.
    pub(crate) const fn middle(self) -> Font {
        Font { anchor: "middle", ..self }
    }

    /// With white around the letters, so that a line behind them does not cross them out.
    pub(crate) const fn halo(self) -> Font {
        Font { halo: true, ..self }
    }

    /// The approximate width of a text, rather too wide than too narrow.
    pub(crate) fn width(self, text: &str) -> f64 {
        let pixels = f64::from(self.pixels);
        if self.mono {
            return text.chars().map(|letter| if letter.is_ascii() { 0.61 } else { 1.0 } * pixels).sum();
        }
        f64::from(text_width(text, self.pixels)) * if self.bold { 1.08 } else { 1.0 }
    }
}

/// A picture that is being drawn.
#[derive(Default)]
pub(crate) struct Svg {
    body: String,
}

impl Svg {
    pub(crate) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), look: &str) {
        let [x, y, width, height] = [x, y, width.max(0.0), height.max(0.0)].map(format_number);
        self.push_markup(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {look}/>\n"
        ));
    }

    pub(crate) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), look: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(format_number);
        self.push_markup(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {look}/>\n"));
    }

    pub(crate) fn circle(&mut self, (x, y): (f64, f64), radius: f64, look: &str) {
        let [x, y, radius] = [x, y, radius].map(format_number);
        self.push_markup(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {look}/>\n"));
    }

    pub(crate) fn path(&mut self, d: &str, look: &str) {
        self.push_markup(format_args!("<path d=\"{d}\" {look}/>\n"));
    }

    /// A definition that others refer to, such as a pattern.
    pub(crate) fn define(&mut self, definition: &str) {
        self.push_markup(format_args!("<defs>{definition}</defs>\n"));
    }

    /// One line of text. Nothing in it can end the element.
    pub(crate) fn text(&mut self, (x, y): (f64, f64), text: &str, font: Font) {
        let [x, y] = [x, y + f64::from(font.pixels) * 0.35].map(format_number);
        let (family, space) = if font.mono { (MONO, " xml:space=\"preserve\"") } else { (FONTS, "") };
        let weight = if font.bold { " font-weight=\"600\"" } else { "" };
        let anchor = match font.anchor {
            "start" => String::new(),
            anchor => format!(" text-anchor=\"{anchor}\""),
        };
        let halo = match font.halo {
            true => " paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\"",
            false => "",
        };
        let (pixels, colour, text) = (font.pixels, font.colour, escape_printable(text));
        self.push_markup(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{family}\" font-size=\"{pixels}\" fill=\"{colour}\"{weight}{anchor}{halo}{space}>{text}</text>\n"
        ));
    }

    /// Groups what is drawn inside, under a tooltip.
    pub(crate) fn group(&mut self, title: &str, draw: impl FnOnce(&mut Svg)) {
        self.push_markup(format_args!("<g>"));
        if !title.is_empty() {
            self.push_markup(format_args!("<title>{}</title>", escape_printable(title)));
        }
        draw(self);
        self.push_markup(format_args!("</g>\n"));
    }

    /// Makes what is drawn inside a link.
    pub(crate) fn link(&mut self, to: &str, draw: impl FnOnce(&mut Svg)) {
        self.push_markup(format_args!("<a href=\"{}\" target=\"_top\">", escape_printable(to)));
        draw(self);
        self.push_markup(format_args!("</a>\n"));
    }

    /// The title and a line under it.
    pub(crate) fn draw_head(&mut self, title: &str, subtitle: &str) {
        self.text((EDGE, 32.0), title, Font::new(21, INK));
        self.text((EDGE, 60.0), subtitle, Font::new(13, QUIET));
    }

    /// The file. A screen reader says the title, then `tells`.
    pub(crate) fn finish(self, (width, height): (f64, f64), title: &str, tells: &str) -> String {
        let [width, height] = [width.ceil(), height.ceil()].map(format_number);
        let tells = match tells {
            "" => String::new(),
            tells => format!("<desc>{}</desc>", escape_printable(tells)),
        };
        format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\" \
             role=\"img\"><title>{}</title>{tells}\n<rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>\n{}</svg>\n",
            escape_printable(title),
            self.body
        )
    }

    fn push_markup(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(text);
    }
}

/// A coordinate with at most one decimal. 0 replaces what is not finite, since a file with NaN
/// cannot be displayed.
pub(crate) fn format_number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Shortens a text by its middle: the beginning and the end of a type or a path say the most.
pub(crate) fn shorten_middle(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (head, tail) = (kept - kept / 2, kept / 2);
    let start: String = letters[..head].iter().collect();
    let end: String = letters[letters.len() - tail..].iter().collect();
    format!("{start}…{end}")
}

/// Text for an element, without markup and without the control characters that XML does not allow.
fn escape_printable(text: &str) -> String {
    let plain: String = prose::strip_controls(text)
        .chars()
        .map(|letter| if letter == '\n' { ' ' } else { letter })
        .filter(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}'))
        .collect();
    escape_xml(&plain)
}

/// Makes the SVG one picture with a name for screen readers.
pub(crate) fn add_title(svg: &str, title: &str) -> String {
    let Some((start, rest)) = svg.find("<svg").and_then(|start| {
        let end = start + svg[start..].find('>')?;
        Some((&svg[..end], &svg[end + 1..]))
    }) else {
        return svg.to_owned();
    };
    format!("{start} role=\"img\"><title>{}</title>{rest}", escape_xml(title))
}

/// Escapes text for an element or an attribute.
pub(crate) fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The approximate width of a text, rather too wide than too narrow, since the reader's font is
/// not known. plotters' own estimate counts bytes, which makes Chinese twice as wide as it is.
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

/// Every test of a picture reads it as XML.
#[cfg(test)]
pub(crate) fn parse_svg(svg: &str) -> resvg::usvg::roxmltree::Document<'_> {
    resvg::usvg::roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error} in {svg}"))
}

/// The texts that stand in a picture.
#[cfg(test)]
pub(crate) fn texts(svg: &str) -> Vec<String> {
    let document = parse_svg(svg);
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text().map(|text| text.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_taken_out() {
        assert_eq!(shorten_middle("Vec<Rc<Node>>", 13), "Vec<Rc<Node>>");
        assert_eq!(shorten_middle("alloc::vec::Vec<Node>", 9), "allo…ode>");
        assert_eq!(shorten_middle("程序员晚枫出品", 5), "程序…出品");
        assert_eq!(shorten_middle("abc", 1), "…");
    }

    #[test]
    fn whatever_is_written_is_xml() {
        let mut svg = Svg::default();
        let evil = "<&\"\u{1b}[31m\u{0}\u{ffff}]]>\n</text>";
        svg.group(evil, |svg| svg.text((f64::NAN, 1.0), evil, Font::new(13, INK).mono().halo()));
        let file = svg.finish((10.0, 10.0), evil, evil);
        assert_eq!(texts(&file), ["<&\"]]> </text>"]);
        assert_eq!(parse_svg(&file).descendants().filter(|node| node.has_tag_name("title")).count(), 2);
    }

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
