//! Words and draws the figures that lessons hand over as [`LessonData`]: each kind becomes tables,
//! charts, graphs and figures that every report can draw.

mod block_sizes;
mod calls;
mod churn;
mod collections;
mod family;
mod python_allocators;

use crate::{Lang, Words};
use heaplab_record::{Attachment, Axis, AxisUnit, LessonData, Text};

/// Replaces every [`Attachment::Data`] by what is drawn of it; the others stay as they are.
pub fn present(attachments: Vec<Attachment>) -> Vec<Attachment> {
    if !attachments.iter().any(|attachment| matches!(attachment, Attachment::Data(_))) {
        return attachments;
    }
    let texts = Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) };
    let present_one = |attachment| match attachment {
        Attachment::Data(LessonData::BlockSizes(sizes)) => block_sizes::present(&sizes, &texts),
        Attachment::Data(LessonData::Churn(churn)) => vec![churn::present(&churn, &texts)],
        Attachment::Data(LessonData::Calls(calls)) => calls::present(&calls, &texts),
        Attachment::Data(LessonData::Collections(log)) => collections::present(&log, &texts),
        Attachment::Data(LessonData::Family(family)) => vec![family::present(&family, &texts)],
        Attachment::Data(LessonData::PythonAllocators(of)) => vec![python_allocators::present(&of, &texts)],
        drawn => vec![drawn],
    };
    attachments.into_iter().flat_map(present_one).collect()
}

/// The words of both languages: an attachment carries both.
struct Texts {
    en: Words,
    zh: Words,
}

impl Texts {
    fn get(&self, key: &str) -> Text {
        self.say(key, &[])
    }

    fn say(&self, key: &str, arguments: &[(&str, &str)]) -> Text {
        Text::new(self.en.say(key, arguments), self.zh.say(key, arguments))
    }

    fn columns<const N: usize>(&self, keys: [&str; N]) -> Vec<Text> {
        keys.map(|key| self.get(key)).to_vec()
    }

    fn axis(&self, key: &str, unit: AxisUnit, logarithmic: bool) -> Axis {
        Axis { label: self.get(key), unit, logarithmic }
    }
}
