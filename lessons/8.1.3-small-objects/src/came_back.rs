//! What memory came back when most blocks were freed, and why the rest did not.

use crate::footprint::{Footprint, PAGE_BYTES};
use crate::pymalloc::ARENA_BYTES;
use heaplab_lesson::{Cell, Table, Text};

/// Four moments of one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReturnedMemory {
    /// Before the first block, with the list of them at its full size.
    pub before: Footprint,
    /// With every block.
    pub full: Footprint,
    /// With the survivors.
    pub freed: Footprint,
    /// With the survivors and the new blocks, which are of other sizes.
    pub again: Footprint,
}

impl ReturnedMemory {
    /// Of what became resident, how much was given back, from 0 to 1; none where the system does not tell.
    pub fn returned_share(&self) -> Option<f64> {
        let [before, full, freed] = [self.before, self.full, self.freed].map(|at| at.resident_bytes);
        let (grown, left) = (full?.checked_sub(before?)?, freed?.saturating_sub(before?));
        (grown > 0).then(|| grown.saturating_sub(left) as f64 / grown as f64)
    }

    /// Why the rest did not come back.
    pub fn explain(&self) -> Text {
        let freed = 1.0 - self.freed.live_bytes as f64 / self.full.live_bytes.max(1) as f64;
        let freed = format!("{:.0} %", freed * 100.0);
        match (self.full.arenas, self.freed.arenas, self.again.arenas) {
            (Some(full), Some(after), Some(again)) => {
                let (held, kept, new) = (full.current(), after.current(), again.made - after.made);
                let needed = self.freed.live_bytes.div_ceil(ARENA_BYTES as u64);
                let (en, zh) = if kept * 2 > held {
                    (
                        "an arena goes back only as a whole, and these still hold survivors",
                        "arena 只能整个归还，而留下的这些里都还有存活的块",
                    )
                } else {
                    (
                        "the survivors stand together, so whole arenas became free",
                        "存活的块都挨在一起，所以空出了整个的 arena",
                    )
                };
                Text::new(
                    format!(
                        "{freed} of the bytes were freed and {kept} of {held} arenas stayed, \
                         where {needed} would do: {en}; the new blocks needed \
                    {new} more"
                    ),
                    format!(
                        "释放了 {freed} 的字节，{held} 个 arena 留下 {kept} 个，\
                    其实 {needed} 个就够：{zh}；新的块又要了 {new} 个"
                    ),
                )
            }
            _ => self.explain_by_pages(&freed),
        }
    }

    /// For an allocator that does not tell what it holds: which pages could have come back at all.
    fn explain_by_pages(&self, freed: &str) -> Text {
        let (Some(share), Some(with_survivor), Some(new)) =
            (self.returned_share(), self.survivor_page_share(), self.regrown_bytes())
        else {
            return Text::new(
                format!("{freed} of the bytes were freed; what came back was not measured here"),
                format!("释放了 {freed} 的字节；归还了多少，这里测不出"),
            );
        };
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let (back, held, new) = (percent(share), percent(with_survivor), format_mebibytes(new));
        let (en, zh) = if share >= 0.5 {
            (
                format!("{held} of the pages hold a survivor, and most of the others went"),
                format!("{held} 的页面里还有存活的块，其余的大多还回去了"),
            )
        } else if with_survivor >= 0.5 {
            (format!("{held} of the pages still hold a survivor"), format!("{held} 的页面里还有存活的块"))
        } else {
            (
                format!(
                    "only {held} of the pages hold a survivor, and the allocator kept the others all the same"
                ),
                format!("只有 {held} 的页面里还有存活的块，其余的分配器也留着没还"),
            )
        };
        Text::new(
            format!(
                "{freed} of the bytes were freed and {back} of the memory came back: {en}; \
                    the new blocks took {new} MiB more"
            ),
            format!("释放了 {freed} 的字节，还给系统的内存占 {back}：{zh}；新的块又多用了 {new} MiB"),
        )
    }

    /// The share of the pages that holds a survivor; the pages are what became resident.
    fn survivor_page_share(&self) -> Option<f64> {
        let grown = self.full.resident_bytes?.checked_sub(self.before.resident_bytes?)?;
        let held = self.freed.pages? * PAGE_BYTES as u64;
        (grown > 0).then(|| (held as f64 / grown as f64).min(1.0))
    }

    fn regrown_bytes(&self) -> Option<u64> {
        Some(self.again.resident_bytes?.saturating_sub(self.freed.resident_bytes?))
    }
}

fn format_mebibytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}

/// A row a variant. What is resident is counted from before the first block.
pub fn tabulate_returned_memory(measured: &ReturnedMemory) -> Table {
    let ReturnedMemory { before, full, freed, again } = *measured;
    let grown = |at: Footprint| match (at.resident_bytes, before.resident_bytes) {
        (Some(now), Some(before)) => Cell::Bytes(now.saturating_sub(before)),
        _ => absent(),
    };
    Table {
        title: Text::new("What memory came back", "归还了多少内存"),
        columns: vec![
            Text::new("asked for, all blocks", "全部块的申请量"),
            Text::new("resident", "常驻内存"),
            Text::new("asked for, survivors", "存活块的申请量"),
            Text::new("resident then", "此时的常驻内存"),
            Text::new("came back", "归还"),
            Text::new("asked for, with new blocks", "加上新块的申请量"),
            Text::new("resident at the end", "最后的常驻内存"),
            Text::new("why", "为什么"),
        ],
        rows: vec![vec![
            Cell::Bytes(full.live_bytes),
            grown(full),
            Cell::Bytes(freed.live_bytes),
            grown(freed),
            measured.returned_share().map_or_else(absent, Cell::Share),
            Cell::Bytes(again.live_bytes),
            grown(again),
            Cell::Words(measured.explain()),
        ]],
    }
}

/// What was not measured is absent.
fn absent() -> Cell {
    Cell::Text("–".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pymalloc::ArenaCounts;

    fn at(live_bytes: u64, resident_bytes: u64, arenas: Option<(u64, u64)>) -> Footprint {
        let arenas = arenas.map(|(made, returned)| ArenaCounts { made, returned });
        Footprint { live_bytes, resident_bytes: Some(resident_bytes), pages: None, arenas }
    }

    fn with_arenas(returned: u64) -> ReturnedMemory {
        ReturnedMemory {
            before: at(0, 1_000_000, Some((0, 0))),
            full: at(10_000_000, 11_000_000, Some((40, 0))),
            freed: at(500_000, 10_000_000, Some((40, returned))),
            again: at(8_000_000, 12_000_000, Some((47, returned))),
        }
    }

    #[test]
    fn the_share_is_of_what_had_become_resident() {
        assert_eq!(with_arenas(0).returned_share(), Some(0.1));
        let unknown = ReturnedMemory { before: Footprint::default(), ..with_arenas(0) };
        assert_eq!(unknown.returned_share(), None);
    }

    #[test]
    fn the_sentence_follows_the_arenas() {
        let (kept, gone) = (with_arenas(0).explain(), with_arenas(38).explain());
        assert!(
            kept.en.contains("95 % of the bytes were freed and 40 of 40 arenas stayed, where 2 would do"),
            "{}",
            kept.en
        );
        assert!(kept.en.ends_with("needed 7 more") && kept.en.contains("only as a whole"), "{}", kept.en);
        assert!(
            gone.en.contains("2 of 40 arenas stayed") && gone.en.contains("stand together"),
            "{}",
            gone.en
        );
        assert!(kept.zh.contains("40 个 arena 留下 40 个") && gone.zh.contains("挨在一起"));
    }

    #[test]
    fn without_arenas_it_follows_the_pages() {
        let measured = |then: u64, pages: Option<u64>| ReturnedMemory {
            before: at(0, 0, None),
            full: at(10_000_000, 40_960_000, None),
            freed: Footprint { pages, ..at(500_000, then, None) },
            again: at(1, then + (3 << 20), None),
        };
        let why = |then, pages| measured(then, pages).explain().en;
        assert!(
            why(40_960_000, Some(8_000))
                .contains("0 % of the memory came back: 80 % of the pages still hold")
        );
        assert!(
            why(40_960_000, Some(300))
                .contains("only 3 % of the pages hold a survivor, and the allocator kept")
        );
        assert!(why(4_096_000, Some(1_000)).contains("90 % of the memory came back: 10 % of the pages hold"));
        assert!(why(4_096_000, Some(1_000)).ends_with("the new blocks took 3.0 MiB more"));
        assert!(why(4_096_000, None).ends_with("not measured here"));
    }
}
