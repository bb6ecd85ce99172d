//! What the collector wrote down, as two charts and a table by generation.

use super::text;
use crate::collector::{Collection, Collector, GENERATIONS, Trigger};
use heaplab_lesson::{Attachment, Axis, Cell, Chart, Marker, Series, Table, Text, Unit};

/// Of a collector that kept a log.
pub(crate) fn collections(heap: &Collector) -> Vec<Attachment> {
    let log = heap.log();
    if crate::by_hand() {
        print(&log);
    }
    let looked_at = text("The collector: how much it looked at, run by run", "回收器：每次检查了多少对象");
    let freed = text("The collector: how much it freed, run by run", "回收器：每次释放了多少对象");
    let objects = text("objects", "对象");
    vec![
        chart("collector-looked-at", looked_at, objects.clone(), &log, |run| run.looked_at),
        chart("collector-freed", freed, objects, &log, |run| run.freed),
        by_generation(&log, heap.put_off()),
    ]
}

/// Young collections are too many to read.
fn print(log: &[Collection]) {
    for run in log.iter().filter(|run| run.generation > 0) {
        println!(
            "after {} objects: generation {}, looked at {}, freed {}",
            run.made, run.generation, run.looked_at, run.freed
        );
    }
    println!("and {} collections of generation 0", runs_of(log, 0).count());
}

fn chart(name: &str, title: Text, y: Text, log: &[Collection], of: fn(&Collection) -> usize) -> Attachment {
    let axis = |label| Axis { label, unit: Unit::Count, logarithmic: false };
    let series = (0..GENERATIONS).map(|generation| Series {
        name: format!("gen {generation}"),
        marker: Marker::Dots,
        points: runs_of(log, generation).map(|run| [run.made as f64, of(run) as f64]).collect(),
    });
    Attachment::Chart(Chart {
        name: name.to_owned(),
        title,
        x: axis(text("objects made so far", "已经造出的对象")),
        y: axis(y),
        series: series.filter(|series| !series.points.is_empty()).collect(),
    })
}

fn by_generation(log: &[Collection], put_off: u64) -> Attachment {
    let rows = (0..GENERATIONS).map(|generation| {
        let sum = |of: fn(&Collection) -> usize| {
            Cell::Count(runs_of(log, generation).map(|run| of(run) as u64).sum())
        };
        let asked = runs_of(log, generation).filter(|run| run.trigger == Trigger::Asked).count();
        vec![
            Cell::Text(generation.to_string()),
            Cell::Count(runs_of(log, generation).count() as u64),
            Cell::Count(asked as u64),
            Cell::Count(if generation + 1 == GENERATIONS { put_off } else { 0 }),
            sum(|run| run.looked_at),
            sum(|run| run.freed),
            sum(|run| run.resurrected),
        ]
    });
    Attachment::Table(Table {
        title: text("The collector by generation", "回收器：按代统计"),
        columns: vec![
            text("generation", "代"),
            text("collections", "回收次数"),
            text("asked for", "其中主动要求"),
            text("put off", "推迟次数"),
            text("looked at", "检查的对象"),
            text("freed", "释放的对象"),
            text("resurrected", "复活的对象"),
        ],
        rows: rows.collect(),
    })
}

fn runs_of(log: &[Collection], generation: usize) -> impl Iterator<Item = &Collection> {
    log.iter().filter(move |run| run.generation == generation)
}
