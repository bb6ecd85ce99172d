//! How often a classifier is right, class by class.

use crate::simulation::Case;
use crate::{Class, classify};
use std::collections::BTreeMap;
use std::fmt;

/// How many cases of each class were given which answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfusionTable {
    /// (What it is, what was said) to how many.
    counts: BTreeMap<(Class, Class), usize>,
}

impl ConfusionTable {
    /// Asks the classifier about every case.
    pub fn from_cases(cases: &[Case]) -> ConfusionTable {
        let mut counts = BTreeMap::new();
        for case in cases {
            *counts.entry((case.class, classify(&case.site).class)).or_default() += 1;
        }
        ConfusionTable { counts }
    }

    /// How many cases of a class were given this answer.
    pub fn count(&self, is: Class, said: Class) -> usize {
        self.counts.get(&(is, said)).copied().unwrap_or(0)
    }

    /// How many cases there are.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Of the cases of a class, the share that was found; nothing where there was none. [`Class::Unknown`] is no find.
    pub fn recall(&self, class: Class) -> Option<f64> {
        let all: usize = self.counts.iter().filter(|((is, _), _)| *is == class).map(|(_, count)| count).sum();
        share(self.count(class, class), all)
    }

    /// Of the answers of a class, the share that was right; nothing where there was none.
    pub fn precision(&self, class: Class) -> Option<f64> {
        let all: usize =
            self.counts.iter().filter(|((_, said), _)| *said == class).map(|(_, count)| count).sum();
        share(self.count(class, class), all)
    }
}

/// A row a class: what was said of it, recall, precision.
impl fmt::Display for ConfusionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers = || Class::ALL.into_iter().chain([Class::Unknown]);
        write!(f, "{:20}", "")?;
        answers().try_for_each(|said| write!(f, "{:>20}", said.name()))?;
        writeln!(f, "{:>10}{:>10}", "recall", "precision")?;
        for is in Class::ALL {
            write!(f, "{:20}", is.name())?;
            answers().try_for_each(|said| write!(f, "{:>20}", self.count(is, said)))?;
            for share in [self.recall(is), self.precision(is)] {
                match share {
                    Some(share) => write!(f, "{share:>10.3}")?,
                    None => write!(f, "{:>10}", "-")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn share(part: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
