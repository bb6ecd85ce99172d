//! Memory maps: one row per arena or pool, all to one scale, with spans coloured and patterned by
//! their state. Neighbouring spans that are too narrow to be seen are drawn together, each state
//! as high as its share, so that a picture of a hundred thousand spans stays small.

use crate::chart::axis::{Axis, AxisFit};
use crate::picture::PictureKind;
use crate::svg::{self, BLUE, EDGE, Font, GRID, INK, PAPER, QUIET, Svg, VERMILION};
use crate::{RenderError, Words, format};
use heaplab_record::{Attachment, AxisUnit, MemoryRegions, MemoryRow, MemorySpan, MemoryState, Run, Text};

const BARS: f64 = 780.0;
const BAR: f64 = 30.0;
const ROW: f64 = 44.0;
const HEAD: f64 = 84.0;
const LEGEND_LINE: f64 = 26.0;
const LABEL: Font = Font::new(14, INK);
/// Longer labels are shortened.
const MOST_LABEL: usize = 34;
/// More shapes than this make a page slow and show nothing more.
const MOST_SHAPES: f64 = 5000.0;

/// State, message and fill, in the order of the legend.
const STATES: [(MemoryState, &str, &str); 5] = [
    (MemoryState::Used, "regions-used", BLUE),
    (MemoryState::Wasted, "regions-wasted", "url(#wasted)"),
    (MemoryState::Free, "regions-free", "url(#free)"),
    (MemoryState::Bookkeeping, "regions-bookkeeping", INK),
    (MemoryState::Returned, "regions-returned", "url(#returned)"),
];

impl PictureKind for MemoryRegions {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &Text {
        &self.title
    }

    fn draw(&self, _: &[(&Run, &Attachment)], who: &str, words: &Words) -> Result<String, RenderError> {
        Ok(draw_regions(self, who, words))
    }

    fn clear_data(&mut self) {
        self.rows.clear();
    }
}

/// `who` is the line under the title.
fn draw_regions(regions: &MemoryRegions, who: &str, words: &Words) -> String {
    let title = words.lang().pick(&regions.title);
    let longest = regions.rows.iter().map(row_bytes).max().unwrap_or(0);
    let scale = Axis::from_figures([longest as f64].into_iter(), AxisUnit::Bytes, &AxisFit::linear(8));
    let label = |row: &MemoryRow| LABEL.width(&svg::shorten_middle(&row.label, MOST_LABEL));
    let left = EDGE + regions.rows.iter().map(label).fold(60.0, f64::max) + 16.0;
    let said: Vec<String> = regions.rows.iter().map(|row| describe_row(row, words)).collect();
    let notes = said.iter().map(|said| Font::new(12, QUIET).width(said)).fold(0.0, f64::max);
    let mut svg = Svg::default();
    svg.define(&fill_patterns());
    svg.draw_head(title, who);
    let bottom = HEAD + ROW * regions.rows.len() as f64;
    let to_pixels = BARS / longest.max(1) as f64;
    for mark in scale.marks().iter().filter(|mark| **mark <= longest as f64) {
        let x = left + mark * to_pixels;
        svg.line((x, HEAD - 4.0), (x, bottom), &format!("stroke=\"{GRID}\""));
        svg.text((x, bottom + 12.0), &scale.format_mark(*mark), Font::new(12, QUIET).middle());
    }
    let narrowest = (BARS * regions.rows.len() as f64 / MOST_SHAPES).max(1.5);
    for (index, row) in regions.rows.iter().enumerate() {
        let top = HEAD + ROW * index as f64 + (ROW - BAR) / 2.0;
        svg.group(&row.label, |svg| {
            svg.text(
                (left - 12.0, top + BAR / 2.0),
                &svg::shorten_middle(&row.label, MOST_LABEL),
                LABEL.end(),
            );
        });
        for piece in merge_spans(&row.spans, to_pixels, narrowest) {
            draw_piece(&mut svg, &piece, (left, top), to_pixels, words);
        }
        let end = left + row_bytes(row) as f64 * to_pixels;
        svg.rect((left, top), (end - left, BAR), &format!("fill=\"none\" stroke=\"{QUIET}\""));
        svg.text((left + BARS + 12.0, top + BAR / 2.0), &said[index], Font::new(12, QUIET));
    }
    let height = draw_legend(&mut svg, regions, bottom + 40.0, words);
    let titled = EDGE + Font::new(21, INK).width(title);
    let width = (left + BARS + 12.0 + notes).max(titled) + EDGE;
    svg.finish(
        (width, height),
        title,
        &state_totals(regions).iter().map(|of| describe_total(of, words)).collect::<Vec<_>>().join(" "),
    )
}

/// One visible span, or neighbours that are too narrow to be seen one by one.
#[derive(Debug, PartialEq)]
struct VisiblePiece<'a> {
    start: u64,
    bytes: u64,
    spans: &'a [MemorySpan],
}

/// Merges spans narrower than `narrowest` pixels with the following ones until they can be seen.
fn merge_spans(spans: &[MemorySpan], to_pixels: f64, narrowest: f64) -> Vec<VisiblePiece<'_>> {
    let is_seen = |bytes: u64| bytes as f64 * to_pixels >= narrowest;
    let mut pieces: Vec<VisiblePiece<'_>> = Vec::new();
    let (mut start, mut first, mut held) = (0_u64, 0, 0_u64);
    for (index, span) in spans.iter().enumerate() {
        if held > 0 && (is_seen(span.bytes) || is_seen(held)) {
            pieces.push(VisiblePiece { start, bytes: held, spans: &spans[first..index] });
            start = start.saturating_add(held);
            held = 0;
        }
        if held == 0 {
            first = index;
        }
        held = held.saturating_add(span.bytes);
    }
    if held > 0 {
        pieces.push(VisiblePiece { start, bytes: held, spans: &spans[first..] });
    }
    pieces
}

fn draw_piece(
    svg: &mut Svg,
    piece: &VisiblePiece<'_>,
    (left, top): (f64, f64),
    to_pixels: f64,
    words: &Words,
) {
    let (x, width) = (left + piece.start as f64 * to_pixels, piece.bytes as f64 * to_pixels);
    svg.group(&piece_title(piece, words), |svg| {
        let mut y = top;
        for (state, bytes) in bytes_by_state(piece.spans) {
            let height = BAR * bytes as f64 / piece.bytes.max(1) as f64;
            // Neighbours of one state are told apart where there is room for a line between them.
            let line = if width >= 5.0 {
                format!(" stroke=\"{PAPER}\" stroke-width=\"0.8\"")
            } else {
                String::new()
            };
            svg.rect((x, y), (width, height), &format!("fill=\"{}\"{line}", state_fill(state)));
            y += height;
        }
    });
}

/// The tooltip.
fn piece_title(piece: &VisiblePiece<'_>, words: &Words) -> String {
    let name = |state: MemoryState| words.get(state_message(state));
    let bytes = |bytes: u64| format!("{} B", format::count(bytes));
    if let [span] = piece.spans {
        let label = if span.label.is_empty() { String::new() } else { format!("{} · ", span.label) };
        return format!("{label}{} · {}", name(span.state), bytes(span.bytes));
    }
    let parts: Vec<String> = bytes_by_state(piece.spans)
        .iter()
        .map(|(state, of)| format!("{} {}", name(*state), bytes(*of)))
        .collect();
    words.say(
        "regions-spans",
        &[("spans", &format::count(piece.spans.len() as u64)), ("parts", &parts.join(" · "))],
    )
}

/// Bytes of each state that occurs, in the legend's order.
fn bytes_by_state(spans: &[MemorySpan]) -> Vec<(MemoryState, u64)> {
    let of = |state: MemoryState| {
        let bytes = spans.iter().filter(|span| span.state == state).map(|span| span.bytes);
        bytes.fold(0_u64, u64::saturating_add)
    };
    STATES.iter().map(|(state, ..)| (*state, of(*state))).filter(|(_, bytes)| *bytes > 0).collect()
}

/// Bytes and spans of a state, and its share of all bytes.
struct StateTotal {
    state: MemoryState,
    bytes: u64,
    spans: usize,
    share: f64,
}

fn state_totals(regions: &MemoryRegions) -> Vec<StateTotal> {
    let all: Vec<MemorySpan> = regions.rows.iter().flat_map(|row| row.spans.iter().cloned()).collect();
    let whole = all.iter().map(|span| span.bytes).fold(0_u64, u64::saturating_add).max(1);
    let total = |(state, bytes): (MemoryState, u64)| StateTotal {
        state,
        bytes,
        spans: all.iter().filter(|span| span.state == state).count(),
        share: bytes as f64 / whole as f64,
    };
    bytes_by_state(&all).into_iter().map(total).collect()
}

fn describe_total(of: &StateTotal, words: &Words) -> String {
    let figures = [
        ("state", words.get(state_message(of.state))),
        ("bytes", format::bytes(of.bytes)),
        ("share", format::percent(of.share)),
        ("spans", format::count(of.spans as u64)),
    ];
    let borrowed: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.say("regions-total", &borrowed)
}

fn describe_row(row: &MemoryRow, words: &Words) -> String {
    let whole = row_bytes(row);
    let used = bytes_by_state(&row.spans)
        .iter()
        .find(|(state, _)| *state == MemoryState::Used)
        .map_or(0, |(_, bytes)| *bytes);
    if whole == 0 {
        return format::bytes(0);
    }
    let share = format::percent(used as f64 / whole as f64);
    words.say("regions-row", &[("bytes", &format::bytes(whole)), ("share", &share)])
}

/// Draws one line per state that occurs, and returns the picture's height.
fn draw_legend(svg: &mut Svg, regions: &MemoryRegions, top: f64, words: &Words) -> f64 {
    let mut y = top;
    for of in state_totals(regions) {
        svg.rect(
            (EDGE, y - 9.0),
            (30.0, 18.0),
            &format!("fill=\"{}\" stroke=\"{QUIET}\"", state_fill(of.state)),
        );
        svg.text((EDGE + 42.0, y), &describe_total(&of, words), Font::new(14, INK));
        y += LEGEND_LINE;
    }
    y + EDGE - LEGEND_LINE / 2.0
}

/// Stripes for wasted bytes, dots for free ones, a lattice for those given back to the kernel.
fn fill_patterns() -> String {
    let pattern = |id: &str, side: u32, ground: &str, shapes: &str| {
        format!(
            "<pattern id=\"{id}\" width=\"{side}\" height=\"{side}\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"{ground}\"/>{shapes}</pattern>"
        )
    };
    let stripes =
        format!("<path d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\" stroke=\"{VERMILION}\" stroke-width=\"3\"/>");
    let dots = "<circle cx=\"3\" cy=\"3\" r=\"1\" fill=\"#8a939c\"/>";
    let lattice = "<path d=\"M0 0L8 8M8 0L0 8\" stroke=\"#b4bbc2\" stroke-width=\"1\"/>";
    pattern("wasted", 8, "#fbe3d3", &stripes)
        + &pattern("free", 6, PAPER, dots)
        + &pattern("returned", 8, "#f1f3f5", lattice)
}

fn state_fill(state: MemoryState) -> &'static str {
    STATES.iter().find(|(of, ..)| *of == state).map_or(INK, |(.., fill)| fill)
}

fn state_message(state: MemoryState) -> &'static str {
    STATES.iter().find(|(of, ..)| *of == state).map_or("regions-used", |(_, key, _)| key)
}

fn row_bytes(row: &MemoryRow) -> u64 {
    row.spans.iter().map(|span| span.bytes).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn draw_fixture(regions: &MemoryRegions) -> String {
        draw_regions(regions, "slab", &Words::new(Lang::En))
    }

    #[test]
    fn totals_are_written_and_follow_the_spans() {
        let mut regions = fixture::pictures::regions();
        let text = |svg: &str| svg::texts(svg).join("\n");
        let before = text(&draw_fixture(&regions));
        for state in ["in use", "wasted", "free", "bookkeeping", "given back"] {
            assert!(before.lines().any(|line| line.starts_with(state)), "{state} in {before}");
        }
        let of_wasted = |text: &str| text.lines().find(|line| line.starts_with("wasted")).unwrap().to_owned();
        assert!(of_wasted(&before).contains("1.05 kB"), "{}", of_wasted(&before));
        let wasted = regions.rows[0].spans.iter_mut().find(|span| span.state == MemoryState::Wasted);
        wasted.unwrap().bytes += 1000;
        assert!(of_wasted(&text(&draw_fixture(&regions))).contains("2.05 kB"));
    }

    #[test]
    fn bars_are_as_long_as_their_bytes() {
        let regions = fixture::pictures::regions();
        let svg = draw_fixture(&regions);
        let document = svg::parse_svg(&svg);
        let bars: Vec<f64> = document
            .descendants()
            .filter(|node| node.has_tag_name("rect") && node.attribute("fill") == Some("none"))
            .map(|bar| bar.attribute("width").unwrap().parse().unwrap())
            .collect();
        assert_eq!(bars.len(), regions.rows.len());
        let ratio = row_bytes(&regions.rows[1]) as f64 / row_bytes(&regions.rows[0]) as f64;
        assert!((bars[1] / bars[0] - ratio).abs() < 0.01, "{bars:?}");
    }

    #[test]
    fn pieces_hold_every_byte_once() {
        let span = |bytes: u64, state| MemorySpan { bytes, state, label: String::new() };
        let spans = [
            span(400, MemoryState::Used),
            span(1, MemoryState::Free),
            span(1, MemoryState::Used),
            span(0, MemoryState::Free),
            span(300, MemoryState::Free),
        ];
        let pieces = merge_spans(&spans, 1.0, 2.0);
        let shape: Vec<(u64, u64, usize)> =
            pieces.iter().map(|piece| (piece.start, piece.bytes, piece.spans.len())).collect();
        assert_eq!(shape, [(0, 400, 1), (400, 2, 2), (402, 300, 1)]);
    }

    #[test]
    fn a_hundred_thousand_spans_stay_small() {
        let state = |index: u64| if index.is_multiple_of(3) { MemoryState::Free } else { MemoryState::Used };
        let row = |row: u64| MemoryRow {
            label: format!("pool {row}"),
            spans: (0..10_000)
                .map(|index| MemorySpan {
                    bytes: 16 + index % 7,
                    state: state(index + row),
                    label: String::new(),
                })
                .collect(),
        };
        let title = fixture::text("pools", "内存池");
        let regions = MemoryRegions { name: "pools".into(), title, rows: (0..10).map(row).collect() };
        let svg = draw_fixture(&regions);
        assert!(svg.len() < 1_500_000, "{}", svg.len());
        svg::parse_svg(&svg);
    }

    #[test]
    fn nothing_and_nothing_but_zeros_can_be_drawn() {
        let mut regions = fixture::pictures::regions();
        for row in &mut regions.rows {
            for span in &mut row.spans {
                span.bytes = 0;
            }
        }
        assert!(!draw_fixture(&regions).contains("NaN"));
        regions.rows.clear();
        svg::parse_svg(&draw_fixture(&regions));
        regions.rows.push(MemoryRow {
            label: "x".repeat(300),
            spans: vec![MemorySpan { bytes: u64::MAX, state: MemoryState::Used, label: "a".into() }; 3],
        });
        svg::parse_svg(&draw_fixture(&regions));
    }
}
