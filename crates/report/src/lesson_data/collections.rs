//! What a generational collector did: two charts, and a table by generation.

use super::Texts;
use heaplab_record::{Attachment, AxisUnit, Cell, Chart, CollectionRun, Collections, Marker, Series, Table};

pub(super) fn present(log: &Collections, texts: &Texts) -> Vec<Attachment> {
    vec![
        chart(log, texts, "collector-looked-at", |run| run.examined),
        chart(log, texts, "collector-freed", |run| run.freed),
        tabulate_generations(log, texts),
    ]
}

fn chart(log: &Collections, texts: &Texts, name: &str, value: fn(&CollectionRun) -> u64) -> Attachment {
    let series = (0..log.generations).map(|generation| Series {
        name: format!("gen {generation}"),
        marker: Marker::Dots,
        points: runs_of(log, generation).map(|run| [run.objects_made as f64, value(run) as f64]).collect(),
    });
    Attachment::Chart(Chart {
        name: name.to_owned(),
        title: texts.get(&format!("{name}-title")),
        x: texts.axis("collector-made", AxisUnit::Count, false),
        y: texts.axis("collector-objects", AxisUnit::Count, false),
        series: series.filter(|series| !series.points.is_empty()).collect(),
    })
}

fn tabulate_generations(log: &Collections, texts: &Texts) -> Attachment {
    let row = |generation: u64| {
        let sum = |value: fn(&CollectionRun) -> u64| Cell::Count(runs_of(log, generation).map(value).sum());
        let is_oldest = generation + 1 == log.generations;
        vec![
            Cell::Text(generation.to_string()),
            sum(|_| 1),
            sum(|run| u64::from(run.requested)),
            Cell::Count(if is_oldest { log.postponed } else { 0 }),
            sum(|run| run.examined),
            sum(|run| run.freed),
            sum(|run| run.resurrected),
        ]
    };
    Attachment::Table(Table {
        title: texts.get("collector-table-title"),
        columns: texts.columns([
            "collector-generation",
            "collector-collections",
            "collector-requested",
            "collector-postponed",
            "collector-examined",
            "collector-freed",
            "collector-resurrected",
        ]),
        rows: (0..log.generations).map(row).collect(),
    })
}

fn runs_of(log: &Collections, generation: u64) -> impl Iterator<Item = &CollectionRun> {
    log.runs.iter().filter(move |run| run.generation == generation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, Words};

    #[test]
    fn charts_and_table_have_the_same_sums() {
        let run = |generation, examined, freed| CollectionRun {
            generation,
            requested: generation == 2,
            objects_made: 700,
            examined,
            freed,
            resurrected: 1,
        };
        let log = Collections {
            generations: 3,
            runs: vec![run(0, 9, 5), run(0, 8, 2), run(2, 7, 7)],
            postponed: 4,
        };
        let texts = Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) };
        let drawn = present(&log, &texts);
        let [Attachment::Chart(examined), Attachment::Chart(_), Attachment::Table(table)] = &drawn[..] else {
            panic!("{drawn:?}")
        };
        assert_eq!(examined.series.len(), 2, "generation 1 was never collected");
        assert_eq!(examined.series[0].points, [[700.0, 9.0], [700.0, 8.0]]);
        let counts = |row: usize| table.rows[row][1..].to_vec();
        assert_eq!(counts(0), [2, 0, 0, 17, 7, 2].map(Cell::Count));
        assert_eq!(counts(2), [1, 1, 4, 7, 7, 1].map(Cell::Count));
    }
}
