//! What memory came back when most blocks were freed, and why the rest did not.

use crate::footprint::Footprint;
use crate::pymalloc::ARENA_BYTES;
use crate::text;
use heaplab_lesson::{Cell, Table, Text};

/// Four moments of one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CameBack {
    /// Before the first block, with the list of them at its full size.
    pub before: Footprint,
    /// With every block.
    pub full: Footprint,
    /// With the survivors.
    pub freed: Footprint,
    /// With the survivors and the new blocks, which are of other sizes.
    pub again: Footprint,
}

impl CameBack {
    /// Of what became resident, how much was given back, from 0 to 1; none where the system does not tell.
    pub fn share(&self) -> Option<f64> {
        let [before, full, freed] = [self.before, self.full, self.freed].map(|at| at.resident_bytes);
        let (grown, left) = (full?.checked_sub(before?)?, freed?.saturating_sub(before?));
        (grown > 0).then(|| grown.saturating_sub(left) as f64 / grown as f64)
    }

    /// Why the rest did not come back.
    pub fn why(&self) -> Text {
        let freed = 1.0 - self.freed.live_bytes as f64 / self.full.live_bytes.max(1) as f64;
        let freed = format!("{:.0} %", freed * 100.0);
        match (self.full.arenas, self.freed.arenas, self.again.arenas) {
            (Some(full), Some(after), Some(again)) => {
                let (held, kept, new) = (full.held(), after.held(), again.made - after.made);
                let needed = self.freed.live_bytes.div_ceil(ARENA_BYTES as u64);
                let (en, zh) = if kept * 2 > held {
                    (
                        "nearly every arena still has a survivor in some pool, and goes back only as a whole",
                        "几乎每个 arena 里都还有存活的块，而 arena 只能整个归还",
                    )
                } else {
                    (
                        "the survivors stand together, so whole arenas became free",
                        "存活的块都挨在一起，所以空出了整个的 arena",
                    )
                };
                text(
                    &format!(
                        "{freed} of the bytes were freed and {kept} of {held} arenas stayed, where {needed} would do: {en}; the new blocks needed {new} more"
                    ),
                    &format!(
                        "释放了 {freed} 的字节，{held} 个 arena 留下 {kept} 个，其实 {needed} 个就够：{zh}；新的块又要了 {new} 个"
                    ),
                )
            }
            _ => match self.share() {
                Some(share) => {
                    let back = format!("{:.0} %", share * 100.0);
                    let (en, zh) = if share < 0.5 {
                        (
                            "the survivors keep the pages between them",
                            "存活的块散布各处，它们之间的页面还不回去",
                        )
                    } else {
                        ("what was freed lay together", "释放的内存连成了片")
                    };
                    text(
                        &format!("{freed} of the bytes were freed and {back} of the memory came back: {en}"),
                        &format!("释放了 {freed} 的字节，还给系统的内存占 {back}：{zh}"),
                    )
                }
                None => text(
                    &format!("{freed} of the bytes were freed; what came back was not measured here"),
                    &format!("释放了 {freed} 的字节；归还了多少，这里测不出"),
                ),
            },
        }
    }
}

/// A row a variant. What is resident is counted from before the first block.
pub fn came_back(measured: &CameBack) -> Table {
    let CameBack { before, full, freed, again } = *measured;
    let grown = |at: Footprint| match (at.resident_bytes, before.resident_bytes) {
        (Some(now), Some(before)) => Cell::Bytes(now.saturating_sub(before)),
        _ => absent(),
    };
    Table {
        title: text("What memory came back", "归还了多少内存"),
        columns: vec![
            text("asked for, all blocks", "全部块的申请量"),
            text("resident", "常驻内存"),
            text("asked for, survivors", "存活块的申请量"),
            text("resident then", "此时的常驻内存"),
            text("came back", "归还"),
            text("asked for, with new blocks", "加上新块的申请量"),
            text("resident at the end", "最后的常驻内存"),
            text("why", "为什么"),
        ],
        rows: vec![vec![
            Cell::Bytes(full.live_bytes),
            grown(full),
            Cell::Bytes(freed.live_bytes),
            grown(freed),
            measured.share().map_or_else(absent, Cell::Share),
            Cell::Bytes(again.live_bytes),
            grown(again),
            Cell::Words(measured.why()),
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
        Footprint { live_bytes, resident_bytes: Some(resident_bytes), arenas }
    }

    fn with_arenas(returned: u64) -> CameBack {
        CameBack {
            before: at(0, 1_000_000, Some((0, 0))),
            full: at(10_000_000, 11_000_000, Some((40, 0))),
            freed: at(500_000, 10_000_000, Some((40, returned))),
            again: at(8_000_000, 12_000_000, Some((47, returned))),
        }
    }

    #[test]
    fn the_share_is_of_what_had_become_resident() {
        assert_eq!(with_arenas(0).share(), Some(0.1));
        let unknown = CameBack { before: Footprint::default(), ..with_arenas(0) };
        assert_eq!(unknown.share(), None);
    }

    #[test]
    fn the_sentence_follows_the_arenas() {
        let (kept, gone) = (with_arenas(0).why(), with_arenas(38).why());
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
    fn without_arenas_it_follows_what_is_resident() {
        let measured = |then| CameBack {
            before: at(0, 0, None),
            full: at(10_000_000, 10_000_000, None),
            freed: at(500_000, then, None),
            again: at(1, 1, None),
        };
        assert!(measured(9_000_000).why().en.contains("10 % of the memory came back: the survivors keep"));
        assert!(
            measured(1_000_000)
                .why()
                .en
                .contains("90 % of the memory came back: what was freed lay together")
        );
    }
}
