//! A log of reference counts: lines of code that run one after the other, and the counts after each
//! line.
//!
//! No count in it is written by hand: [`log_counts!`](crate::log_counts) runs a line, writes down
//! its text, and asks the handle that is named behind it.

use heaplab_record::{Step, StepChart, StepSeries, Text};
use std::rc::{Rc, Weak};

/// Runs `line => handle;` after `line => handle;`. What a line binds can be used in the lines below
/// it; the handle behind a line is asked for its counts once the line has run.
#[macro_export]
macro_rules! log_counts {
    ($log:ident, $($line:stmt => $handle:expr;)+) => {
        $(
            $line
            $log.record(stringify!($line), $crate::ReferenceCounts::counts(&$handle));
        )+
    };
}

/// The reference counts of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Its owners.
    pub strong: u64,
    /// Its `Weak`s; unknown once there is no owner.
    pub weak: Option<u64>,
}

/// A handle that can be asked for the counts of its object.
pub trait ReferenceCounts {
    /// The counts at this moment.
    fn counts(&self) -> Counts;
}

impl<T: ?Sized> ReferenceCounts for Rc<T> {
    fn counts(&self) -> Counts {
        Counts { strong: Rc::strong_count(self) as u64, weak: Some(Rc::weak_count(self) as u64) }
    }
}

impl<T: ?Sized> ReferenceCounts for Weak<T> {
    fn counts(&self) -> Counts {
        let strong = self.strong_count() as u64;
        // Without an owner `weak_count` is 0, although this `Weak` exists: that is no count.
        Counts { strong, weak: (strong > 0).then(|| self.weak_count() as u64) }
    }
}

/// Lines of code, and the counts after each.
#[derive(Clone, Debug, Default)]
pub struct CountLog(Vec<(String, Counts)>);

impl CountLog {
    /// Appends a line that has run.
    pub fn record(&mut self, line: &str, counts: Counts) {
        // stringify! breaks a long line at any place.
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.push((line, counts));
    }

    /// The picture of the log. Each sentence is made of the counts before and after its line.
    pub fn to_steps(&self, name: &str, title: Text) -> StepChart {
        let before = std::iter::once(None).chain(self.0.iter().map(|(_, counts)| Some(*counts)));
        let steps = before.zip(&self.0).map(|(before, (line, after))| Step {
            code: line.clone(),
            why: Some(explain_step(before, *after)),
        });
        let values = |of: fn(&Counts) -> Option<u64>| self.0.iter().map(|(_, counts)| of(counts)).collect();
        StepChart {
            name: name.to_owned(),
            title,
            counts: Text::new("references", "引用数"),
            steps: steps.collect(),
            series: vec![
                StepSeries {
                    name: Text::new("strong", "强引用"),
                    values: values(|counts| Some(counts.strong)),
                },
                StepSeries { name: Text::new("weak", "弱引用"), values: values(|counts| counts.weak) },
            ],
        }
    }
}

/// Prints one line of a terminal per line of code.
pub fn print_steps(steps: &StepChart) {
    println!("{}: strong and weak count after each line", steps.title.en);
    for (index, step) in steps.steps.iter().enumerate() {
        let count = |series: &StepSeries| match series.values.get(index).copied().flatten() {
            Some(count) => count.to_string(),
            None => "-".to_owned(),
        };
        let counts: Vec<String> = steps.series.iter().map(count).collect();
        let why = step.why.as_ref().map_or("", |why| &why.en);
        println!("  {:<56} {:>3} {:>3}  {why}", step.code, counts[0], counts[1]);
    }
}

/// What a line did. `before` is absent for the line that makes the object.
fn explain_step(before: Option<Counts>, after: Counts) -> Text {
    let Some(before) = before else {
        let (strong, weak) =
            (after.strong, after.weak.map_or_else(|| "–".to_owned(), |weak| weak.to_string()));
        return Text::new(
            format!("The object is there, strong {strong}, weak {weak}."),
            format!("对象诞生：强引用 {strong}，弱引用 {weak}。"),
        );
    };
    if after.strong == 0 {
        return explain_step_without_owner(before);
    }
    let changes: Vec<Text> = [
        describe_change(before.strong, after.strong, ("strong", "强引用")),
        describe_change(before.weak.unwrap_or(0), after.weak.unwrap_or(0), ("weak", "弱引用")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if changes.is_empty() {
        return Text::new("No change: nobody came to own it, nobody stopped.", "没有变化：主人没多也没少。");
    }
    let join =
        |of: fn(&Text) -> &str, between: &str| changes.iter().map(of).collect::<Vec<_>>().join(between);
    Text::new(format!("{}.", join(|t| &t.en, "; ")), format!("{}。", join(|t| &t.zh, "；")))
}

fn explain_step_without_owner(before: Counts) -> Text {
    match (before.strong, before.weak) {
        (0, _) => Text::new(
            "No change: the value is gone, and a Weak cannot bring it back.",
            "没有变化：值已经没了，Weak 救不回来。",
        ),
        (owners, Some(weak)) if weak > 0 => Text::new(
            format!(
                "strong -{owners}: the last owner has gone, the value is dropped. weak was {weak}: only the block waits for it."
            ),
            format!(
                "强引用 -{owners}：最后一个主人走了，值被析构。弱引用还有 {weak} 个：只有那块内存还在等它们。"
            ),
        ),
        (owners, _) => Text::new(
            format!(
                "strong -{owners}: the last owner has gone, the value is dropped and its block is freed."
            ),
            format!("强引用 -{owners}：最后一个主人走了，值被析构，内存归还。"),
        ),
    }
}

fn describe_change(before: u64, after: u64, (en, zh): (&str, &str)) -> Option<Text> {
    match after.checked_sub(before) {
        Some(0) => None,
        Some(more) => {
            Some(Text::new(format!("{en} +{more}: {after} now"), format!("{zh} +{more}：现在是 {after}")))
        }
        None => {
            let fewer = before - after;
            Some(Text::new(format!("{en} -{fewer}: {after} left"), format!("{zh} -{fewer}：还剩 {after}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_text_and_the_counts_after_it() {
        let mut log = CountLog::default();
        crate::log_counts! { log,
            let first = Rc::new(5) => first;
            let second = Rc::clone(&first) => first;
            let weak = Rc::downgrade(&second) => weak;
            drop((first, second)) => weak;
        }
        let steps = log.to_steps("name", Text::default());
        let lines: Vec<&str> = steps.steps.iter().map(|step| step.code.as_str()).collect();
        assert_eq!(lines[..2], ["let first = Rc::new(5)", "let second = Rc::clone(&first)"]);
        assert_eq!(steps.series[0].values, [Some(1), Some(2), Some(2), Some(0)]);
        assert_eq!(steps.series[1].values, [Some(0), Some(0), Some(1), None]);
        for why in steps.steps.iter().map(|step| step.why.as_ref().expect("each line has a sentence")) {
            assert!(!why.en.is_empty() && !why.zh.is_empty());
        }
    }

    #[test]
    fn another_count_is_another_sentence() {
        let counts = |strong, weak| Counts { strong, weak: Some(weak) };
        let why = |before, after| explain_step(Some(before), after);
        let once = why(counts(1, 0), counts(2, 0));
        assert_eq!((once.en.as_str(), once.zh.as_str()), ("strong +1: 2 now.", "强引用 +1：现在是 2。"));
        assert_eq!(why(counts(1, 0), counts(4, 0)).en, "strong +3: 4 now.");
        assert_eq!(why(counts(4, 0), counts(2, 1)).en, "strong -2: 2 left; weak +1: 1 now.");
        assert_eq!(why(counts(2, 1), counts(2, 0)).zh, "弱引用 -1：还剩 0。");
        assert!(why(counts(2, 1), counts(2, 1)).en.starts_with("No change"));
        let gone = Counts { strong: 0, weak: None };
        assert!(why(counts(1, 0), gone).en.contains("its block is freed"));
        assert!(why(counts(1, 3), gone).en.contains("weak was 3: only the block waits"));
        assert!(explain_step(None, counts(7, 2)).en.contains("strong 7, weak 2"));
    }
}
