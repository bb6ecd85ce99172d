//! dhat's file in a report: dhat's own data, which opens in the DHAT viewer, but with the same
//! bytes on every run except for its times (`te`, `tg`, `tl`).

use super::file::{DhatFile, ProgramPoint};
use super::{DhatError, split_address};
use std::collections::BTreeMap;

/// An address this far above the load address is not in the binary. Binaries are smaller; on a
/// 64-bit Linux the shared libraries lie terabytes above them.
const BINARY_MOST_BYTES: u64 = 1 << 32;

/// Makes the copy. Addresses of the binary become offsets from its load address; those of shared
/// libraries and, where `load_address` is unknown, all addresses are left out. Frames and program
/// points are sorted by their texts, the command line begins with the program's file name, and the
/// process id is 0.
pub fn rebase(json: &str, load_address: Option<u64>) -> Result<String, DhatError> {
    let mut file = DhatFile::parse(json)?;
    let texts: Vec<String> = file.ftbl.iter().map(|text| rebase_frame(text, load_address)).collect();
    let (table, places) = sort_frame_table(&texts);
    file.pps = merge_points(file.pps, &places);
    file.ftbl = table;
    file.cmd = strip_program_folder(&file.cmd);
    file.pid = 0;
    file.to_json()
}

fn rebase_frame(text: &str, load_address: Option<u64>) -> String {
    let (address, rest) = split_address(text);
    let offset = address.zip(load_address).and_then(|(address, load)| address.checked_sub(load));
    match offset.filter(|&offset| offset < BINARY_MOST_BYTES) {
        Some(offset) => format!("{offset:#x}: {rest}"),
        None => rest.to_owned(),
    }
}

/// Sorts the distinct texts behind `[root]`; also returns the new place of each old place.
pub(super) fn sort_frame_table(texts: &[String]) -> (Vec<String>, Vec<usize>) {
    let Some((root, frames)) = texts.split_first() else {
        return (Vec::new(), Vec::new());
    };
    let mut sorted: Vec<&String> = frames.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut places = vec![0];
    places.extend(frames.iter().map(|text| 1 + sorted.partition_point(|other| *other < text)));
    let table = std::iter::once(root).chain(sorted).cloned().collect();
    (table, places)
}

/// Sorts the program points by their stacks, and adds up those of equal stacks.
///
/// Stacks can have become equal: frames of one line of source that differed in an address which was
/// left out. dhat itself can write two equal stacks, because it trims stacks after it has compared
/// them. The viewer rejects them, so they are added up. Totals, the global peak and the end stay
/// exact. `mb` and `mbk` do not: two sites may have had their own peaks at different times, and
/// their sum is the most that the two can have held together.
pub(super) fn merge_points(points: Vec<ProgramPoint>, places: &[usize]) -> Vec<ProgramPoint> {
    let mut by_stack: BTreeMap<Vec<usize>, ProgramPoint> = BTreeMap::new();
    for mut point in points {
        point.fs = point.fs.iter().map(|&frame| places[frame]).collect();
        match by_stack.get_mut(&point.fs) {
            Some(sum) => add_figures(sum, &point),
            None => {
                by_stack.insert(point.fs.clone(), point);
            }
        }
    }
    by_stack.into_values().collect()
}

fn add_figures(sum: &mut ProgramPoint, point: &ProgramPoint) {
    sum.tb += point.tb;
    sum.tbk += point.tbk;
    let pairs = [
        (&mut sum.tl, point.tl),
        (&mut sum.mb, point.mb),
        (&mut sum.mbk, point.mbk),
        (&mut sum.gb, point.gb),
        (&mut sum.gbk, point.gbk),
        (&mut sum.eb, point.eb),
        (&mut sum.ebk, point.ebk),
    ];
    for (sum, more) in pairs {
        *sum = sum.zip(more).map(|(sum, more)| sum + more);
    }
}

/// Strips the folder, which depends on the machine, from a command such as
/// `target/lesson/slots-vs-maps list_dict`.
pub(super) fn strip_program_folder(command: &str) -> String {
    let (program, arguments) = command.split_once(' ').unwrap_or((command, ""));
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    format!("{name} {arguments}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dhat;

    /// Two runs of one program: loaded at another address, frames and points found in another
    /// order.
    fn run(load: u64, library: u64, swapped: bool) -> String {
        let outer = format!("{:#x}: app::outer (app/src/main.rs:3:5)", load + 0x30);
        let inner = format!("{:#x}: app::inner (app/src/main.rs:9:1)", load + 0x90);
        let libc =
            [format!("{:#x}: qsort (???:0:0)", library), format!("{:#x}: qsort (???:0:0)", library + 8)];
        let point = |fs: &str, bytes: u64| {
            format!(
                r#"{{"tb":{bytes},"tbk":1,"tl":3,"mb":{bytes},"mbk":1,"gb":{bytes},"gbk":1,"eb":0,"ebk":0,"fs":{fs}}}"#
            )
        };
        let (table, points) = if swapped {
            let table = [&inner, &libc[1], &outer, &libc[0]].map(|text| format!("{text:?}")).join(",");
            (table, [point("[3]", 8), point("[4,1,3]", 16), point("[2,1,3]", 32)].join(","))
        } else {
            let table = [&outer, &inner, &libc[0], &libc[1]].map(|text| format!("{text:?}")).join(",");
            (table, [point("[3,2,1]", 16), point("[4,2,1]", 32), point("[1]", 8)].join(","))
        };
        format!(
            r#"{{"dhatFileVersion":2,"mode":"rust-heap","verb":"Allocated","bklt":true,"bkacc":false,"tu":"µs",
            "Mtu":"s","tuth":10,"cmd":"/home/x/app list","pid":{load},"tg":5,"te":9,"new":[1],"pps":[{points}],
            "ftbl":["[root]",{table}]}}"#
        )
    }

    #[test]
    fn two_runs_give_the_same_bytes() {
        let first = rebase(&run(0x5500_0000, 0x7f00_0000_0000, false), Some(0x5500_0000)).unwrap();
        let second = rebase(&run(0x5611_2000, 0x7fab_0000_1000, true), Some(0x5611_2000)).unwrap();
        assert_eq!(first, second);
        assert!(first.contains("\"0x30: app::outer (app/src/main.rs:3:5)\""), "{first}");
        assert!(first.contains("\"qsort (???:0:0)\"") && first.contains("\"new\""), "{first}");
        assert!(first.contains("\"cmd\": \"app list\"") && first.contains("\"pid\": 0"), "{first}");
    }

    #[test]
    fn stacks_that_became_equal_are_added_up() {
        let json = rebase(&run(0x5500_0000, 0x7f00_0000_0000, false), Some(0x5500_0000)).unwrap();
        let profile = dhat::read(&json).unwrap();
        let peaks: Vec<u64> = profile.sites.iter().map(|site| site.peak_bytes).collect();
        assert_eq!(peaks, [8, 48]);
        assert_eq!(profile.sites[1].frames[0].function, "app::outer");
    }

    #[test]
    fn without_a_load_address_no_number_is_kept() {
        let json = rebase(&run(0x5500_0000, 0x7f00_0000_0000, true), None).unwrap();
        assert!(!json.contains("0x"), "{json}");
        assert_eq!(json, rebase(&run(0x1000, 0x2000, false), None).unwrap());
    }

    #[test]
    fn a_rebased_file_stays_as_it_is() {
        let once = rebase(&run(0x5500_0000, 0x7f00_0000_0000, false), Some(0x5500_0000)).unwrap();
        assert_eq!(once, rebase(&once, Some(0)).unwrap());
    }
}
