//! The curve of a variant: what is live while the rows go by. It has the same points as the curve that
//! tracemalloc gives for the same rows in `python/traced.py`, so both stand in one picture.

use heaplab_lesson::{Attachment, Axis, AxisUnit, Chart, Marker, Scale, Series, Text, live_bytes};

const POINTS: usize = 100;

/// Live bytes after every hundredth part of the rows. It lies in the data itself and allocates
/// nothing.
pub(crate) struct Curve {
    every: u64,
    count: u64,
    used: usize,
    live: [u64; POINTS + 1],
}

impl Curve {
    pub(crate) fn new(rows: Scale) -> Curve {
        Curve { every: (rows.get() / POINTS as u64).max(1), count: 0, used: 0, live: [0; POINTS + 1] }
    }

    /// Notes that one row more was made.
    pub(crate) fn add_row(&mut self) {
        self.count += 1;
        if self.count.is_multiple_of(self.every)
            && self.used < POINTS
            && let Some(bytes) = live_bytes()
        {
            self.used += 1;
            self.live[self.used] = bytes;
        }
    }

    pub(crate) fn draw(&self) -> Attachment {
        let points =
            (0..=self.used).map(|point| [(point as u64 * self.every) as f64, self.live[point] as f64]);
        let linear = |label: Text, unit: AxisUnit| Axis { label, unit, logarithmic: false };
        Attachment::Chart(Chart {
            name: "curves".to_owned(),
            title: Text::new(
                "A list and a generator, in Rust and in CPython",
                "列表与生成器：Rust 与 CPython",
            ),
            x: linear(Text::new("rows so far", "已处理的行"), AxisUnit::Count),
            y: linear(
                Text::new(
                    "live (Rust: recorder; CPython: tracemalloc)",
                    "存活（Rust：记录器；CPython：tracemalloc）",
                ),
                AxisUnit::Bytes,
            ),
            series: vec![Series { name: String::new(), marker: Marker::Line, points: points.collect() }],
        })
    }
}
