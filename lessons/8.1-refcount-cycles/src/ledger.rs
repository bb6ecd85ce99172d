//! A ledger of every +1 and -1: lines of code that run one after the other, and the counts after each.
//!
//! Nothing in it is typed: the macro runs a line, writes down its text, and asks the handle named behind it.

mod demo;
mod explain;

#[cfg(test)]
mod tests;

use heaplab_lesson::{Attachment, Step, StepChart, StepSeries, Text};
use std::rc::{Rc, Weak};

/// Runs `line => handle;` after `line => handle;`. What a line binds is there for the lines below it; the handle behind
/// a line is asked for its counts once the line has run.
macro_rules! ledger {
    ($book:ident, $($line:stmt => $handle:expr;)+) => {
        $(
            $line
            $book.record(stringify!($line), $crate::ledger::ReferenceCounts::counts(&$handle));
        )+
    };
}
pub(crate) use ledger;

/// The counts of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Its owners.
    pub(crate) strong: u64,
    /// Those who refer to it and do not own it; none where nobody can be asked any more.
    pub(crate) weak: Option<u64>,
}

/// A handle that can be asked.
pub(crate) trait ReferenceCounts {
    /// Right now.
    fn counts(&self) -> Counts;
}

impl<T: ?Sized> ReferenceCounts for Rc<T> {
    fn counts(&self) -> Counts {
        Counts { strong: Rc::strong_count(self) as u64, weak: Some(Rc::weak_count(self) as u64) }
    }
}

impl<T: ?Sized> ReferenceCounts for Weak<T> {
    /// Without an owner a `Weak` says that there are no weak references, itself included: it is past asking.
    fn counts(&self) -> Counts {
        let strong = self.strong_count() as u64;
        Counts { strong, weak: (strong > 0).then(|| self.weak_count() as u64) }
    }
}

/// Lines, and the counts after each.
#[derive(Clone, Debug, Default)]
pub(crate) struct CountLog(Vec<(String, Counts)>);

impl CountLog {
    pub(crate) fn record(&mut self, line: &str, counts: Counts) {
        // stringify! breaks a long line where it likes.
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.push((line, counts));
    }

    /// As the report draws it. Each sentence comes from the counts before and after its line.
    fn to_steps(&self, name: &str, title: Text) -> StepChart {
        let before = std::iter::once(None).chain(self.0.iter().map(|(_, counts)| Some(*counts)));
        let steps = before.zip(&self.0).map(|(before, (line, after))| Step {
            code: line.clone(),
            why: Some(explain::explain_step(before, *after)),
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

/// Both ledgers, run now.
pub(crate) fn run_ledgers() -> Vec<Attachment> {
    let own = Text::new("Rc: every +1 and -1", "Rc：每一次 +1 和 -1");
    let cycle = Text::new("Rc: the lecture's list that contains itself", "Rc：课上那个装着自己的列表");
    let pages = [
        demo::log_owners().to_steps("ledger", own),
        demo::log_list_in_itself().to_steps("ledger-cycle", cycle),
    ];
    if crate::is_started_by_hand() {
        pages.iter().for_each(print_ledger);
    }
    pages.map(Attachment::Steps).to_vec()
}

/// A line of code a line.
fn print_ledger(page: &StepChart) {
    println!("{}: strong and weak count after each line", page.title.en);
    for (index, step) in page.steps.iter().enumerate() {
        let counts = page.series.iter().map(|series| series.values.get(index).copied().flatten());
        let counts: Vec<String> =
            counts.map(|count| count.map_or("-".to_owned(), |count| count.to_string())).collect();
        let why = step.why.as_ref().map_or("", |why| &why.en);
        println!("  {:<56} {:>3} {:>3}  {why}", step.code, counts[0], counts[1]);
    }
}
