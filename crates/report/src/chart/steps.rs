//! A step chart: the lines of a program with the counts after each line as a stair beside them,
//! and what the line did. The counts also stand in columns, so that nobody has to read them off an
//! axis.

use super::axis::{Axis, AxisFit};
use crate::picture::{FigureTable, PictureKind};
use crate::svg::{self, BLUE, EDGE, FAINT, Font, GRID, INK, QUIET, Svg, VERMILION};
use crate::{RenderError, Words, format, prose};
use heaplab_record::{Attachment, AxisUnit, Run, StepChart, StepSeries, Text};

/// Longer lines of code are shortened; a tooltip has all of it.
const MOST_CODE: usize = 60;
const CODE: Font = Font::new(16, INK).mono();
const WHY: Font = Font::new(13, QUIET);
/// Terminal columns of the explanations beside the stairs.
const WHY_COLUMNS: usize = 52;
const WHY_LINE: f64 = 18.0;
const STAIRS: f64 = 230.0;
const GAP: f64 = 28.0;
const HEAD: f64 = 96.0;

/// Colour and dashes of each series.
const LOOKS: [(&str, &str); 4] =
    [(VERMILION, ""), (BLUE, "7 4"), ("#00634a", "2 3"), ("#8c3f74", "10 3 2 3")];

impl PictureKind for StepChart {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &Text {
        &self.title
    }

    fn draw(&self, _: &[(&Run, &Attachment)], who: &str, words: &Words) -> Result<String, RenderError> {
        Ok(draw_steps(self, who, words))
    }

    fn table(&self, words: &Words) -> Option<FigureTable> {
        Some(steps_table(self, words))
    }

    fn clear_data(&mut self) {
        (self.steps, self.series) = (Vec::new(), Vec::new());
    }
}

/// `who` is the line under the title.
fn draw_steps(steps: &StepChart, who: &str, words: &Words) -> String {
    let page = StepLayout::from_steps(steps, words);
    let title = words.lang().pick(&steps.title);
    let mut svg = Svg::default();
    svg.draw_head(title, who);
    draw_heads(&mut svg, steps, &page, words);
    for (index, step) in steps.steps.iter().enumerate() {
        let (top, bottom) = (page.tops[index], page.tops[index + 1]);
        if index % 2 == 0 {
            svg.rect(
                (EDGE - 8.0, top),
                (page.width - 2.0 * EDGE + 16.0, bottom - top),
                &fill_attribute(FAINT),
            );
        }
        let middle = (top + bottom) / 2.0;
        svg.group(&step.code, |svg| {
            svg.text((EDGE, middle), &svg::shorten_middle(&step.code, MOST_CODE), CODE);
        });
        for (series, values) in steps.series.iter().enumerate() {
            let (value, colour) = match value_at(values, index) {
                Some(value) => (format::count(value), LOOKS[series % LOOKS.len()].0),
                None => ("–".to_owned(), QUIET),
            };
            svg.text((page.figures[series], middle), &value, Font::new(17, colour).bold().end());
        }
        let lines = &page.whys[index];
        let first = middle - WHY_LINE * (lines.len() as f64 - 1.0) / 2.0;
        for (line, text) in lines.iter().enumerate() {
            svg.text((page.why, first + WHY_LINE * line as f64), text, WHY);
        }
    }
    for (series, values) in steps.series.iter().enumerate() {
        draw_stair(&mut svg, values, series, &page);
    }
    let height = page.tops.last().copied().unwrap_or(HEAD) + EDGE;
    svg.finish((page.width, height), title, &describe_steps(steps, words))
}

/// The same figures as a table, which a screen reader can go through.
fn steps_table(steps: &StepChart, words: &Words) -> FigureTable {
    let lang = words.lang();
    let explains = steps.steps.iter().any(|step| step.why.is_some());
    let mut heads = vec![prose::column_head("column-code", words)];
    heads.extend(steps.series.iter().map(|series| lang.pick(&series.name).to_owned()));
    heads.extend(explains.then(|| prose::column_head("column-why", words)));
    let row = |index: usize| {
        let step = &steps.steps[index];
        let mut row = vec![step.code.clone()];
        row.extend(
            steps
                .series
                .iter()
                .map(|series| value_at(series, index).map_or_else(|| "–".to_owned(), format::count)),
        );
        let why = || step.why.as_ref().map(|why| lang.pick(why).to_owned()).unwrap_or_default();
        row.extend(explains.then(why));
        row
    };
    (heads, (0..steps.steps.len()).map(row).collect())
}

/// Positions of everything in the picture.
struct StepLayout {
    /// The right ends of the columns of figures.
    figures: Vec<f64>,
    /// The left end of the stairs.
    stairs: f64,
    scale: Axis,
    /// The left end of the explanations, and their lines for each step.
    why: f64,
    whys: Vec<Vec<String>>,
    /// The top of each step, and the bottom of the last.
    tops: Vec<f64>,
    width: f64,
}

impl StepLayout {
    fn from_steps(steps: &StepChart, words: &Words) -> StepLayout {
        let lang = words.lang();
        let code = |step: &heaplab_record::Step| CODE.width(&svg::shorten_middle(&step.code, MOST_CODE));
        let mut right = EDGE + steps.steps.iter().map(code).fold(120.0, f64::max);
        let mut figures = Vec::new();
        for series in &steps.series {
            right += GAP + Font::new(13, INK).bold().width(lang.pick(&series.name)).max(44.0) + 22.0;
            figures.push(right);
        }
        let stairs = right + GAP;
        let wrapped = |step: &heaplab_record::Step| {
            step.why.as_ref().map(|why| prose::wrap(lang.pick(why), WHY_COLUMNS)).unwrap_or_default()
        };
        let whys: Vec<Vec<String>> = steps.steps.iter().map(wrapped).collect();
        let widest = whys.iter().flatten().map(|line| WHY.width(line)).fold(0.0, f64::max);
        let why = stairs + STAIRS + GAP;
        let mut tops = vec![HEAD];
        for lines in &whys {
            let top = tops.last().copied().unwrap_or(HEAD);
            tops.push(top + (WHY_LINE * lines.len() as f64 + 14.0).max(34.0));
        }
        let values = || steps.series.iter().flat_map(|series| &series.values).flatten();
        let scale =
            Axis::from_figures(values().map(|value| *value as f64), AxisUnit::Count, &AxisFit::linear(6));
        let title = EDGE + Font::new(21, INK).width(lang.pick(&steps.title));
        let width = (if widest > 0.0 { why + widest } else { stairs + STAIRS }).max(title) + EDGE;
        StepLayout { figures, stairs, scale, why, whys, tops, width }
    }

    fn x(&self, value: u64) -> f64 {
        self.stairs + 8.0 + self.scale.position(value as f64) * (STAIRS - 16.0)
    }
}

/// Draws the names and line styles of the series, and the marks of the axis.
fn draw_heads(svg: &mut Svg, steps: &StepChart, page: &StepLayout, words: &Words) {
    let bottom = page.tops.last().copied().unwrap_or(HEAD);
    for (series, values) in steps.series.iter().enumerate() {
        let right = page.figures[series];
        let name = words.lang().pick(&values.name);
        svg.text((right, HEAD - 26.0), name, Font::new(13, INK).bold().end());
        svg.line((right - 40.0, HEAD - 11.0), (right, HEAD - 11.0), &stroke_attributes(series, 3.0));
    }
    svg.text((page.stairs, HEAD - 26.0), words.lang().pick(&steps.counts), Font::new(13, QUIET));
    for mark in page.scale.marks() {
        let x = page.stairs + 8.0 + page.scale.position(*mark) * (STAIRS - 16.0);
        svg.line((x, HEAD), (x, bottom), &format!("stroke=\"{GRID}\""));
        svg.text((x, HEAD - 10.0), &page.scale.format_mark(*mark), Font::new(11, QUIET).middle());
    }
}

/// Draws a line down through each step at its value and across to the next value. The line breaks
/// where a step has no value.
fn draw_stair(svg: &mut Svg, values: &StepSeries, series: usize, page: &StepLayout) {
    // Two series of one value lie beside each other, not on each other.
    let aside = 4.0 * series as f64;
    let mut d = String::new();
    let mut before = None;
    for index in 0..page.tops.len() - 1 {
        let here = value_at(values, index).map(|value| page.x(value) + aside);
        if let Some(x) = here {
            let (top, bottom) = (page.tops[index] + aside / 2.0, page.tops[index + 1] + aside / 2.0);
            let start = if before.is_some() { 'L' } else { 'M' };
            d += &format!(
                "{start}{} {}V{}",
                svg::format_number(x),
                svg::format_number(top),
                svg::format_number(bottom)
            );
        }
        before = here;
    }
    if !d.is_empty() {
        svg.path(&d, &format!("fill=\"none\" stroke-linejoin=\"round\" {}", stroke_attributes(series, 3.0)));
    }
}

fn value_at(values: &StepSeries, index: usize) -> Option<u64> {
    values.values.get(index).copied().flatten()
}

fn fill_attribute(colour: &str) -> String {
    format!("fill=\"{colour}\"")
}

fn stroke_attributes(series: usize, width: f64) -> String {
    let (colour, dashes) = LOOKS[series % LOOKS.len()];
    let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
    format!("stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}")
}

/// What a screen reader says; the table has the figures.
fn describe_steps(steps: &StepChart, words: &Words) -> String {
    words.say("picture-steps-told", &[("steps", &steps.steps.len().to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn draw_fixture(steps: &StepChart, lang: Lang) -> String {
        draw_steps(steps, "rc", &Words::new(lang))
    }

    #[test]
    fn code_counts_and_reasons_stand_in_the_picture() {
        for lang in [Lang::En, Lang::Zh] {
            let steps = fixture::pictures::steps(9);
            let texts = svg::texts(&draw_fixture(&steps, lang));
            for step in &steps.steps {
                assert!(texts.contains(&step.code.trim().to_owned()), "{} in {texts:?}", step.code);
            }
            assert!(texts.contains(&lang.pick(&steps.title).to_owned()));
            assert_eq!(texts.iter().filter(|text| *text == "–").count(), 2, "nothing to ask after the drop");
        }
    }

    /// The paths of the series.
    fn stairs(svg: &str) -> Vec<String> {
        let document = svg::parse_svg(svg);
        let paths = document.descendants().filter(|node| node.has_tag_name("path"));
        paths.filter_map(|path| path.attribute("d").map(str::to_owned)).collect()
    }

    #[test]
    fn a_count_that_changes_moves_the_stair_and_the_figure() {
        let mut steps = fixture::pictures::steps(9);
        let before = draw_fixture(&steps, Lang::En);
        steps.series[0].values[3] = Some(9);
        let after = draw_fixture(&steps, Lang::En);
        assert_ne!(stairs(&before)[0], stairs(&after)[0]);
        assert!(
            svg::texts(&after).contains(&"9".to_owned()) && !svg::texts(&before).contains(&"9".to_owned())
        );
        assert_eq!(stairs(&before).len(), 2, "strong and weak");
        assert_ne!(LOOKS[0].1, LOOKS[1].1, "told apart without their colours");
    }

    #[test]
    fn nothing_one_and_thirty_steps_can_be_drawn() {
        for count in [0, 1, 30] {
            let svg = draw_fixture(&fixture::pictures::steps(count), Lang::Zh);
            svg::parse_svg(&svg);
            assert!(!svg.contains("NaN"), "{count}");
        }
        let mut ragged = fixture::pictures::steps(5);
        ragged.series[0].values.truncate(2);
        ragged.steps[1].code = "x".repeat(500);
        svg::parse_svg(&draw_fixture(&ragged, Lang::En));
    }

    #[test]
    fn the_table_has_the_same_figures() {
        let steps = fixture::pictures::steps(9);
        let (heads, rows) = steps_table(&steps, &Words::new(Lang::En));
        assert_eq!((heads.len(), rows.len()), (4, 9));
        assert!(rows.iter().all(|row| row.len() == heads.len()));
        assert_eq!(rows[0][1], steps.series[0].values[0].map(format::count).unwrap());
    }
}
