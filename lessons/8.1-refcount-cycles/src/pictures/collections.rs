//! What the collector wrote down, as two charts and a table by generation.

use crate::collector::{Collection, Collector, GENERATIONS, Trigger};
use heaplab_lesson::{Attachment, Axis, AxisUnit, Cell, Chart, Marker, Series, Table, Text};

/// Of a collector that kept a log.
pub(crate) fn draw_collections(heap: &Collector) -> Vec<Attachment> {
    let log = heap.log();
    if crate::is_started_by_hand() {
        print_log(&log);
    }
    let looked_at =
        Text::new("The collector: how much it looked at, run by run", "回收器：每次检查了多少对象");
    let freed = Text::new("The collector: how much it freed, run by run", "回收器：每次释放了多少对象");
    let objects = Text::new("objects", "对象");
    vec![
        draw_chart("collector-looked-at", looked_at, objects.clone(), &log, |run| run.examined),
        draw_chart("collector-freed", freed, objects, &log, |run| run.freed),
        tabulate_generations(&log, heap.postponed_collections()),
    ]
}

/// Young collections are too many to read.
fn print_log(log: &[Collection]) {
    for run in log.iter().filter(|run| run.generation > 0) {
        println!(
            "after {} objects: generation {}, looked at {}, freed {}",
            run.made, run.generation, run.examined, run.freed
        );
    }
    println!("and {} collections of generation 0", runs_of(log, 0).count());
}

fn draw_chart(
    name: &str,
    title: Text,
    y: Text,
    log: &[Collection],
    of: fn(&Collection) -> usize,
) -> Attachment {
    let axis = |label| Axis { label, unit: AxisUnit::Count, logarithmic: false };
    let series = (0..GENERATIONS).map(|generation| Series {
        name: format!("gen {generation}"),
        marker: Marker::Dots,
        points: runs_of(log, generation).map(|run| [run.made as f64, of(run) as f64]).collect(),
    });
    Attachment::Chart(Chart {
        name: name.to_owned(),
        title,
        x: axis(Text::new("objects made so far", "已经造出的对象")),
        y: axis(y),
        series: series.filter(|series| !series.points.is_empty()).collect(),
    })
}

fn tabulate_generations(log: &[Collection], put_off: u64) -> Attachment {
    let rows = (0..GENERATIONS).map(|generation| {
        let sum = |of: fn(&Collection) -> usize| {
            Cell::Count(runs_of(log, generation).map(|run| of(run) as u64).sum())
        };
        let asked = runs_of(log, generation).filter(|run| run.trigger == Trigger::Requested).count();
        vec![
            Cell::Text(generation.to_string()),
            Cell::Count(runs_of(log, generation).count() as u64),
            Cell::Count(asked as u64),
            Cell::Count(if generation + 1 == GENERATIONS { put_off } else { 0 }),
            sum(|run| run.examined),
            sum(|run| run.freed),
            sum(|run| run.resurrected),
        ]
    });
    Attachment::Table(Table {
        title: Text::new("The collector by generation", "回收器：按代统计"),
        columns: vec![
            Text::new("generation", "代"),
            Text::new("collections", "回收次数"),
            Text::new("asked for", "其中主动要求"),
            Text::new("put off", "推迟次数"),
            Text::new("looked at", "检查的对象"),
            Text::new("freed", "释放的对象"),
            Text::new("resurrected", "复活的对象"),
        ],
        rows: rows.collect(),
    })
}

fn runs_of(log: &[Collection], generation: usize) -> impl Iterator<Item = &Collection> {
    log.iter().filter(move |run| run.generation == generation)
}
