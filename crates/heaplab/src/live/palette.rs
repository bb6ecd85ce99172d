//! Colours that can be read on dark and on light backgrounds, and none where the user wants none.

use ratatui::style::{Color, Modifier, Style};

/// Colours of the table of 256 that lie between black and white in brightness. Red, green, blue.
const BLUE: (u8, [u8; 3]) = (32, [0, 135, 215]);
const ORANGE: (u8, [u8; 3]) = (166, [215, 95, 0]);
const GREEN: (u8, [u8; 3]) = (28, [0, 135, 0]);
const RED: (u8, [u8; 3]) = (160, [215, 0, 0]);

/// The styles of the view. Text has the terminal's own colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    has_colors: bool,
}

impl Palette {
    /// Without colours, as <https://no-color.org> asks for.
    pub(crate) const fn plain() -> Palette {
        Palette { has_colors: false }
    }

    /// With colours.
    pub(crate) const fn colored() -> Palette {
        Palette { has_colors: true }
    }

    /// By the environment: colours unless `NO_COLOR` is set to something.
    pub(crate) fn from_environment() -> Palette {
        let is_set = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if is_set { Palette::plain() } else { Palette::colored() }
    }

    fn color(self, (number, _): (u8, [u8; 3])) -> Style {
        if self.has_colors { Style::new().fg(Color::Indexed(number)) } else { Style::new() }
    }

    pub(crate) fn curve(self) -> Style {
        self.color(BLUE)
    }

    pub(crate) fn mark(self) -> Style {
        self.color(ORANGE).add_modifier(Modifier::BOLD)
    }

    /// What has grown.
    pub(crate) fn growth(self) -> Style {
        self.color(ORANGE).add_modifier(Modifier::BOLD)
    }

    /// What has shrunk.
    pub(crate) fn decrease(self) -> Style {
        self.color(GREEN)
    }

    pub(crate) fn warning(self) -> Style {
        self.color(RED).add_modifier(Modifier::BOLD)
    }

    pub(crate) fn key(self) -> Style {
        self.color(BLUE).add_modifier(Modifier::BOLD)
    }

    pub(crate) const fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(crate) const fn heading(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED)
    }

    pub(crate) const fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The luminance that <https://www.w3.org/TR/WCAG21/#dfn-relative-luminance> defines.
    fn luminance(color: [u8; 3]) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(color[0]) + 0.7152 * part(color[1]) + 0.0722 * part(color[2])
    }

    /// WCAG asks for 3 to 1 for large or bold text and for graphics.
    #[test]
    fn every_color_can_be_read_on_black_and_on_white() {
        for (number, color) in [BLUE, ORANGE, GREEN, RED] {
            let level = luminance(color);
            let (on_black, on_white) = ((level + 0.05) / 0.05, 1.05 / (level + 0.05));
            assert!(
                on_black >= 3.0 && on_white >= 3.0,
                "{number}: {on_black:.1} on black, {on_white:.1} on white"
            );
        }
    }

    #[test]
    fn the_palette_of_256_has_these_colors() {
        for (number, color) in [BLUE, ORANGE, GREEN, RED] {
            let number = number - 16;
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            assert_eq!([number / 36, number / 6 % 6, number % 6].map(level), color);
        }
    }

    #[test]
    fn without_colors_nothing_has_one() {
        let palette = Palette::plain();
        for style in [palette.curve(), palette.mark(), palette.growth(), palette.warning(), palette.key()] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
