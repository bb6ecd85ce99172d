//! The opening of the lecture, two minutes on a terminal: a service loses memory and a curve shows
//! it live; two snapshots find the line that keeps it; the same service runs again without that
//! line. Every figure is measured while the program runs.
//!
//! Command: cargo run --profile lesson -p opening --bin opening-show     (`cargo xtask lesson 8.0` begins with it)

use heaplab_lesson::stage::{Colour, LiveCurve, Stage, format_bytes};
use heaplab_lesson::{GroupBy, Heap, Snapshot, live_bytes};
use opening::{Fixed, Losing, Service};
use std::hint::black_box;
use std::process::ExitCode;

#[global_allocator]
static HEAP: Heap = Heap::recording();

/// Visitors of one act. The curve has a frame per [`VISITS_PER_FRAME`] of them.
const VISITS: u64 = 24_000;
const VISITS_PER_FRAME: u64 = 240;
/// When the first of the two snapshots is taken.
const EARLY: u64 = VISITS / 4;

/// The source of the two services, from which the finding shows a line.
const SOURCE: &str = include_str!("../../lib.rs");

fn main() -> ExitCode {
    let stage = Stage::from_environment();
    match run_show(&stage) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

fn run_show(stage: &Stage) -> Result<(), String> {
    stage.show_title(
        "Memory is like hair: you only notice it when it is gone.",
        "内存就像头发：没了，才想起来。",
    );
    stage.say(
        "A small web service. Every visitor gets a page of about a kilobyte. Watch what stays.",
        "一个小小的网站，每位访客得到一个约一千字节的页面。看看留下了什么。",
    );
    let act = play_act::<Losing>(stage, Colour::Red, None)?;
    stage.say(
        &format!("{VISITS} visitors later the program holds {}.", format_bytes(act.end_bytes)),
        &format!("{VISITS} 位访客之后，程序还攥着 {}。", format_bytes(act.end_bytes)),
    );
    show_growth(stage, &act)?;

    stage.show_title(
        "The fix: keep the number that is asked for, not the pages.",
        "修复：只留真正要用的那个数，不留页面。",
    );
    let fixed = play_second_act(stage, act.top_bytes)?;
    stage.say(
        &format!(
            "The same {VISITS} pages went out: {} are live instead of {}.",
            format_bytes(fixed),
            format_bytes(act.end_bytes)
        ),
        &format!(
            "送出的是同样的 {VISITS} 个页面：存活 {}，而不是 {}。",
            format_bytes(fixed),
            format_bytes(act.end_bytes)
        ),
    );
    stage.say(
        "Nobody had looked. This lecture is about looking. Is your machine ready? cargo xtask doctor",
        "之前没人看过。这一讲，就是学着去看。机器准备好了吗？cargo xtask doctor",
    );
    Ok(())
}

/// What an act leaves behind.
struct Act {
    end_bytes: u64,
    /// The top of its curve's axis.
    top_bytes: u64,
    early: Snapshot,
    late: Snapshot,
}

/// Runs a service and draws its live bytes. `top_bytes` is the axis of an earlier act, so that both
/// have one scale.
fn play_act<S: Service>(stage: &Stage, colour: Colour, top_bytes: Option<u64>) -> Result<Act, String> {
    let mut service = S::default();
    let mut curve = LiveCurve::new(VISITS / VISITS_PER_FRAME, top_bytes);
    let mut early = None;
    let mut frames = stage.start_frames(colour);
    for visit in 1..=VISITS {
        black_box(service.answer(visit));
        if visit == EARLY {
            early = Some(take_snapshot()?);
        }
        if visit % VISITS_PER_FRAME == 0 {
            let live = live_bytes().ok_or("the heap probe is not at work: leave HEAPLAB_PROBE unset")?;
            curve.add_sample(live);
            frames.draw(&curve, visit, live);
        }
    }
    let late = take_snapshot()?;
    let end_bytes = live_bytes().unwrap_or(0);
    black_box(service.sent_bytes());
    Ok(Act { end_bytes, top_bytes: curve.top_bytes(), early: early.ok_or("no visitor came")?, late })
}

fn play_second_act(stage: &Stage, top_bytes: u64) -> Result<u64, String> {
    Ok(play_act::<Fixed>(stage, Colour::Green, Some(top_bytes))?.end_bytes)
}

fn take_snapshot() -> Result<Snapshot, String> {
    Snapshot::take().map_err(|error| error.to_string())
}

/// Shows the line that has grown the most between the two snapshots.
fn show_growth(stage: &Stage, act: &Act) -> Result<(), String> {
    stage.show_title(
        "Who keeps it? Two snapshots, and the line that grew most between them.",
        "是谁攥着？两次快照一比，找出增长最多的那一行。",
    );
    let grown = act.late.compare_to(&act.early, GroupBy::Line);
    let line = grown.first().ok_or("nothing has grown between the snapshots")?;
    let added = u64::try_from(line.bytes_diff).unwrap_or(0);
    stage.show_finding(
        &format!("{}: +{}, +{} blocks", line.key, format_bytes(added), line.blocks_diff),
        &format!("{}：+{}，+{} 块", line.key, format_bytes(added), line.blocks_diff),
        source_line(&line.key),
    );
    Ok(())
}

/// The text of `lib.rs:30`, if it is a line of the two services.
fn source_line(key: &str) -> Option<&'static str> {
    let (file, line) = key.rsplit_once(':')?;
    let line: usize = line.parse().ok()?;
    file.ends_with("lib.rs").then(|| SOURCE.lines().nth(line.checked_sub(1)?).map(str::trim)).flatten()
}
