//! The mind map of the course: stages in rows of three with arrows between them. Each box has a
//! large figure and a sentence, and links to the page of its report.

use crate::mindmap::{format_figure, variant_file_name};
use crate::picture::ReportPicture;
use crate::svg::{self, BLUE, EDGE, Font, INK, PAPER, QUIET, Svg, VERMILION};
use crate::{Words, format, prose};
use heaplab_record::{MindMap, MindNode};

/// The stem of `mind-map.svg` and `mind-map.png`.
pub(crate) const STEM: &str = "mind-map";

const STAGES_A_ROW: usize = 3;
const BOX: f64 = 300.0;
const GAP: f64 = 64.0;
/// Space between boxes of a stage.
const BETWEEN: f64 = 18.0;
/// Space between rows of stages, for the arrow to the next row.
const ROWS_APART: f64 = 56.0;
const HEAD: f64 = 96.0;
const PADDING: f64 = 16.0;
const LINE: f64 = 18.0;
const COLUMNS: usize = 40;
const TITLE: Font = Font::new(17, INK).bold();
const FIGURE: Font = Font::new(26, VERMILION).bold();
const OPEN: Font = Font::new(20, QUIET).bold();
const SAYS: Font = Font::new(13, INK);
const WHOSE: Font = Font::new(12, QUIET);
const COMMAND: Font = Font::new(13, BLUE).mono();

/// The entry in the table of pictures.
pub(crate) const PICTURE: ReportPicture = ReportPicture {
    stem: STEM,
    is_drawn: |report| report.mind_map.is_some(),
    describe: |report, words| {
        let Some(map) = &report.mind_map else { return Default::default() };
        let sentences = map.stages.iter().flatten().map(|node| describe_node(node, words)).collect();
        (words.lang().pick(&map.title).to_owned(), sentences)
    },
    draw: |report, words| {
        (report.mind_map.as_ref().map(|map| draw_mind_map(map, words)).unwrap_or_default(), None)
    },
};

/// A node, its lines of text with their heights, and the height of its box.
struct NodeBox<'a> {
    node: &'a MindNode,
    lines: Vec<(String, Font, f64)>,
    height: f64,
}

fn draw_mind_map(map: &MindMap, words: &Words) -> String {
    let stages: Vec<Vec<NodeBox<'_>>> =
        map.stages.iter().map(|stage| stage.iter().map(|node| size_node(node, words)).collect()).collect();
    let mut svg = Svg::default();
    let title = words.lang().pick(&map.title);
    svg.draw_head(title, &words.get("mindmap-subtitle"));
    let mut top = HEAD;
    // Where the arrow from the row before ends.
    let mut from: Option<(f64, f64)> = None;
    for row in stages.chunks(STAGES_A_ROW) {
        let tallest = row.iter().map(|stage| stage_height(stage)).fold(0.0, f64::max);
        let middle = top + tallest / 2.0;
        if let Some(from) = from {
            draw_turn(&mut svg, from, (EDGE + BOX / 2.0, top));
        }
        for (column, stage) in row.iter().enumerate() {
            let x = EDGE + (BOX + GAP) * column as f64;
            let mut y = middle - stage_height(stage) / 2.0;
            if column > 0 {
                draw_arrow(&mut svg, (x - GAP + 8.0, middle), (x - 8.0, middle));
            }
            for one in stage {
                draw_box(&mut svg, one, (x, y), words);
                y += one.height + BETWEEN;
            }
            from = Some((x + BOX / 2.0, middle + stage_height(stage) / 2.0));
        }
        top += tallest + ROWS_APART;
    }
    let columns = stages.len().clamp(1, STAGES_A_ROW) as f64;
    let width = 2.0 * EDGE + columns * BOX + (columns - 1.0) * GAP;
    let tells: Vec<String> = map.stages.iter().flatten().map(|node| describe_node(node, words)).collect();
    let drawn = svg.finish((width, top - ROWS_APART + EDGE), title, &prose::join_sentences(&tells, words));
    // An image has no parts; this one's boxes are links, which a keyboard has to reach.
    drawn.replacen("role=\"img\"", "role=\"group\"", 1)
}

fn stage_height(stage: &[NodeBox<'_>]) -> f64 {
    stage.iter().map(|one| one.height).sum::<f64>() + BETWEEN * stage.len().saturating_sub(1) as f64
}

/// A node's lines: its title, its figure or the command that measures it, its sentence, and the
/// source of the figure.
fn size_node<'a>(node: &'a MindNode, words: &Words) -> NodeBox<'a> {
    let lang = words.lang();
    let mut lines = vec![(lang.pick(&node.title).to_owned(), TITLE, 24.0)];
    match format_figure(node) {
        Some(figure) => lines.push((figure, FIGURE, 34.0)),
        None => lines.push((
            describe_missing_figure(node, words),
            if node.page.is_some() { SAYS } else { OPEN },
            30.0,
        )),
    }
    if node.value.is_some() {
        lines.extend(prose::wrap(lang.pick(&node.says), COLUMNS).into_iter().map(|line| (line, SAYS, LINE)));
        lines.push((describe_source(node, words), WHOSE, 22.0));
    } else {
        lines.push((words.say("mindmap-command", &[("section", &node.section)]), COMMAND, 22.0));
    }
    let height = lines.iter().map(|(_, _, height)| height).sum::<f64>() + 2.0 * PADDING - 6.0;
    NodeBox { node, lines, height }
}

fn describe_missing_figure(node: &MindNode, words: &Words) -> String {
    match node.page {
        Some(_) => words.say("mindmap-without", &[("variant", &variant_file_name(node))]),
        None => words.get("mindmap-not-run"),
    }
}

fn describe_source(node: &MindNode, words: &Words) -> String {
    let rows = node.rows.map(format::count).unwrap_or_default();
    words.say(
        "mindmap-whose",
        &[("section", &node.section), ("variant", &variant_file_name(node)), ("rows", &rows)],
    )
}

/// The tooltip, which a screen reader says.
fn describe_node(node: &MindNode, words: &Words) -> String {
    let says = words.lang().pick(&node.says);
    let said = match format_figure(node) {
        Some(figure) => format!("{figure} {says} ({})", describe_source(node, words)),
        None => {
            let command = words.say("mindmap-command", &[("section", &node.section)]);
            format!("{} ({command})", describe_missing_figure(node, words))
        }
    };
    words.say("mindmap-node", &[("title", words.lang().pick(&node.title)), ("said", &said)])
}

fn draw_box(svg: &mut Svg, one: &NodeBox<'_>, (x, y): (f64, f64), words: &Words) {
    let dashes = if one.node.value.is_some() { "" } else { " stroke-dasharray=\"6 5\"" };
    let draw = |svg: &mut Svg| {
        let look = format!("rx=\"10\" fill=\"{PAPER}\" stroke=\"{INK}\" stroke-width=\"1.6\"{dashes}");
        svg.rect((x, y), (BOX, one.height), &look);
        let mut line = y + PADDING - 3.0;
        for (text, font, height) in &one.lines {
            svg.text((x + PADDING, line + height / 2.0), &svg::shorten_middle(text, COLUMNS + 6), *font);
            line += height;
        }
    };
    let told = describe_node(one.node, words);
    match &one.node.page {
        Some(page) => svg.link(page, |svg| svg.group(&told, draw)),
        None => svg.group(&told, draw),
    }
}

fn draw_arrow(svg: &mut Svg, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    svg.line((x1, y1), (x2 - 8.0, y2), &format!("stroke=\"{QUIET}\" stroke-width=\"2.5\""));
    draw_arrow_head(svg, (x2, y2), (-1.0, 0.0));
}

/// Draws the arrow from the end of a row to the beginning of the next.
fn draw_turn(svg: &mut Svg, from: (f64, f64), to: (f64, f64)) {
    let n = svg::format_number;
    let between = to.1 - ROWS_APART / 2.0;
    let (start, end) = (from.1 + 6.0, to.1 - 14.0);
    let path = format!("M{} {}V{}H{}V{}", n(from.0), n(start), n(between), n(to.0), n(end));
    svg.path(
        &path,
        &format!("fill=\"none\" stroke=\"{QUIET}\" stroke-width=\"2.5\" stroke-linejoin=\"round\""),
    );
    draw_arrow_head(svg, (to.0, to.1 - 6.0), (0.0, -1.0));
}

/// Draws an arrow's head. `back` is the direction that the arrow comes from, one unit long.
fn draw_arrow_head(svg: &mut Svg, (x, y): (f64, f64), back: (f64, f64)) {
    let n = svg::format_number;
    let corner = |side: f64| {
        let (long, wide) = (13.0, 6.5 * side);
        format!("L{} {}", n(x + back.0 * long - back.1 * wide), n(y + back.1 * long + back.0 * wide))
    };
    svg.path(&format!("M{} {}{}{}Z", n(x), n(y), corner(1.0), corner(-1.0)), &format!("fill=\"{QUIET}\""));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mindmap::tests as made;
    use crate::{Lang, fixture};
    use heaplab_analysis::mindmap::fill_mind_map;
    use heaplab_record::{MindFigure, Report};

    fn draw_fixture(report: &Report, lang: Lang) -> String {
        let nodes = vec![
            made::node("8.5", "packed", MindFigure::PeakBytes, None),
            made::node("8.7", "mmap", MindFigure::PeakBytes, None),
        ];
        let map = fill_mind_map(&made::spec(nodes), &[made::read(report.clone())]);
        draw_mind_map(&map, &Words::new(lang))
    }

    #[test]
    fn a_changed_measurement_is_a_changed_node() {
        for lang in [Lang::En, Lang::Zh] {
            let mut report = fixture::report(lang);
            let packed = report.runs.iter().position(|run| run.variant == "packed").unwrap();
            report.runs[packed].heap.as_mut().unwrap().peak_bytes = 12_300_000;
            assert!(svg::texts(&draw_fixture(&report, lang)).contains(&"12.3 MB".to_owned()));
            report.runs[packed].heap.as_mut().unwrap().peak_bytes = 45_600_000;
            let texts = svg::texts(&draw_fixture(&report, lang));
            assert!(texts.contains(&"45.6 MB".to_owned()) && !texts.contains(&"12.3 MB".to_owned()));
        }
    }

    #[test]
    fn what_has_not_run_says_how_to_and_what_has_is_a_link() {
        let svg = draw_fixture(&fixture::report(Lang::En), Lang::En);
        let texts = svg::texts(&svg);
        assert!(texts.contains(&"not yet run".to_owned()), "{texts:?}");
        assert!(texts.contains(&"cargo xtask lesson 8.7".to_owned()));
        let document = svg::parse_svg(&svg);
        let links: Vec<_> = document.descendants().filter_map(|node| node.attribute("href")).collect();
        assert_eq!(links, ["../8.5/report.html"]);
        let chinese = svg::texts(&draw_fixture(&fixture::report(Lang::Zh), Lang::Zh));
        assert!(chinese.contains(&"还没有运行".to_owned()), "{chinese:?}");
    }

    #[test]
    fn stages_go_on_in_the_next_row() {
        let node = || made::node("8.5", "packed", MindFigure::PeakBytes, None);
        let mut spec = made::spec(vec![node(), node()]);
        spec.stage = std::iter::repeat_n(spec.stage[0].clone(), 5).collect();
        let map = fill_mind_map(&spec, &[made::read(fixture::report(Lang::En))]);
        let svg = draw_mind_map(&map, &Words::new(Lang::En));
        let document = svg::parse_svg(&svg);
        let width: f64 = document.root_element().attribute("width").unwrap().parse().unwrap();
        assert!(width < 1_200.0, "{width}");
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("a")).count(), 10);
        assert!(crate::svg_to_png(&svg).is_ok());
    }
}
