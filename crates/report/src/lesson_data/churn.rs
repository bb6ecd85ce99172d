//! What memory came back when most blocks were freed, and why the rest did not: one row of a table.

use super::Texts;
use heaplab_record::{ArenaTotals, Attachment, Cell, Churn, Footprint, Table, Text};

pub(super) fn present(churn: &Churn, texts: &Texts) -> Attachment {
    let Churn { before, full, freed, again } = *churn;
    // Resident memory is counted from before the first block.
    let grown = |at: Footprint| match (at.resident_bytes, before.resident_bytes) {
        (Some(now), Some(before)) => Cell::Bytes(now.saturating_sub(before)),
        _ => absent(),
    };
    Attachment::Table(Table {
        title: texts.get("returned-title"),
        columns: texts.columns([
            "returned-asked-all",
            "returned-resident",
            "returned-asked-survivors",
            "returned-resident-then",
            "returned-came-back",
            "returned-asked-again",
            "returned-resident-end",
            "lesson-why",
        ]),
        rows: vec![vec![
            Cell::Bytes(full.live_bytes),
            grown(full),
            Cell::Bytes(freed.live_bytes),
            grown(freed),
            returned_share(churn).map_or_else(absent, Cell::Share),
            Cell::Bytes(again.live_bytes),
            grown(again),
            Cell::Words(explain(churn, texts)),
        ]],
    })
}

fn absent() -> Cell {
    Cell::Text("–".to_owned())
}

/// The share, from 0 to 1, of the memory that became resident and was given back.
fn returned_share(churn: &Churn) -> Option<f64> {
    let [before, full, freed] = [churn.before, churn.full, churn.freed].map(|at| at.resident_bytes);
    let (grown, left) = (full?.checked_sub(before?)?, freed?.saturating_sub(before?));
    (grown > 0).then(|| grown.saturating_sub(left) as f64 / grown as f64)
}

/// The share of the pages that holds a survivor; the pages are those that became resident.
fn survivor_page_share(churn: &Churn) -> Option<f64> {
    let grown = churn.full.resident_bytes?.checked_sub(churn.before.resident_bytes?)?;
    (grown > 0).then_some((churn.freed.page_bytes? as f64 / grown as f64).min(1.0))
}

fn explain(churn: &Churn, texts: &Texts) -> Text {
    let freed = percent(1.0 - churn.freed.live_bytes as f64 / churn.full.live_bytes.max(1) as f64);
    match (churn.full.arenas, churn.freed.arenas, churn.again.arenas) {
        (Some(full), Some(after), Some(again)) => {
            let held = |arenas: ArenaTotals| arenas.made - arenas.returned;
            let needed = churn.freed.live_bytes.div_ceil(after.arena_bytes);
            let key =
                if held(after) * 2 > held(full) { "returned-arenas-stay" } else { "returned-arenas-go" };
            let [held, kept, needed, new] =
                [held(full), held(after), needed, again.made - after.made].map(|count| count.to_string());
            let counts = [("held", &*held), ("kept", &*kept), ("needed", &*needed), ("new", &*new)];
            texts.say(key, &[("freed", &*freed)].into_iter().chain(counts).collect::<Vec<_>>())
        }
        _ => explain_by_pages(churn, &freed, texts),
    }
}

/// For an allocator that does not say what it holds: which pages could have come back at all.
fn explain_by_pages(churn: &Churn, freed: &str, texts: &Texts) -> Text {
    let new = churn.again.resident_bytes.zip(churn.freed.resident_bytes);
    let (Some(share), Some(with_survivor), Some((again, then))) =
        (returned_share(churn), survivor_page_share(churn), new)
    else {
        return texts.say("returned-not-measured", &[("freed", freed)]);
    };
    let key = if share >= 0.5 {
        "returned-pages-went"
    } else if with_survivor >= 0.5 {
        "returned-pages-held"
    } else {
        "returned-pages-kept"
    };
    let mebibytes = format!("{:.1}", again.saturating_sub(then) as f64 / f64::from(1 << 20));
    let (back, held) = (percent(share), percent(with_survivor));
    texts.say(key, &[("freed", freed), ("back", &back), ("held", &held), ("new", &mebibytes)])
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, Words};

    fn explain(churn: &Churn) -> Text {
        super::explain(churn, &Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) })
    }

    fn at(live_bytes: u64, resident_bytes: u64, arenas: Option<(u64, u64)>) -> Footprint {
        let arenas = arenas.map(|(made, returned)| ArenaTotals { arena_bytes: 256 << 10, made, returned });
        Footprint { live_bytes, resident_bytes: Some(resident_bytes), page_bytes: None, arenas }
    }

    fn with_arenas(returned: u64) -> Churn {
        Churn {
            before: at(0, 1_000_000, Some((0, 0))),
            full: at(10_000_000, 11_000_000, Some((40, 0))),
            freed: at(500_000, 10_000_000, Some((40, returned))),
            again: at(8_000_000, 12_000_000, Some((47, returned))),
        }
    }

    #[test]
    fn the_share_is_of_what_had_become_resident() {
        assert_eq!(returned_share(&with_arenas(0)), Some(0.1));
        let unknown = Churn { before: Footprint::default(), ..with_arenas(0) };
        assert_eq!(returned_share(&unknown), None);
    }

    #[test]
    fn the_sentence_follows_the_arenas() {
        let (kept, gone) = (explain(&with_arenas(0)), explain(&with_arenas(38)));
        let begins = "95 % of the bytes were freed and 40 of 40 arenas stayed, where 2 would do";
        assert!(kept.en.contains(begins), "{}", kept.en);
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
        let measured = |then: u64, pages: Option<u64>| Churn {
            before: at(0, 0, None),
            full: at(10_000_000, 40_960_000, None),
            freed: Footprint { page_bytes: pages.map(|pages| pages * 4096), ..at(500_000, then, None) },
            again: at(1, then + (3 << 20), None),
        };
        let why = |then, pages| explain(&measured(then, pages)).en;
        for (then, pages, part) in [
            (40_960_000, Some(8_000), "0 % of the memory came back: 80 % of the pages still hold"),
            (40_960_000, Some(300), "only 3 % of the pages hold a survivor, and the allocator kept"),
            (4_096_000, Some(1_000), "90 % of the memory came back: 10 % of the pages hold"),
            (4_096_000, Some(1_000), "the new blocks took 3.0 MiB more"),
            (4_096_000, None, "not measured here"),
        ] {
            assert!(why(then, pages).contains(part), "{}", why(then, pages));
        }
    }
}
