//! Names the field, index or key of a reference, as in `sessions["ann"].name`.

use std::fmt;

/// One step of a path through a value, or a whole path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Label {
    /// The variable's value itself.
    #[default]
    None,
    /// A field by its name.
    Field(&'static str),
    /// An item by its index.
    Index(usize),
    /// A value by its key as it is written, or a path of several steps.
    Text(Box<str>),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::None => Ok(()),
            Label::Field(name) => f.write_str(name),
            Label::Index(index) => write!(f, "[{index}]"),
            Label::Text(text) => f.write_str(text),
        }
    }
}

/// The path from the owner to the value that is being traced.
#[derive(Default)]
pub(crate) struct Path {
    steps: Vec<Label>,
}

impl Path {
    pub(crate) fn push(&mut self, step: Label) {
        self.steps.push(step);
    }

    pub(crate) fn pop(&mut self) {
        self.steps.pop();
    }

    pub(crate) fn label(&self) -> Label {
        match self.steps.as_slice() {
            [] => Label::None,
            [only] => only.clone(),
            [first, more @ ..] => Label::Text(more.iter().fold(first.to_string(), append_step).into()),
        }
    }
}

fn append_step(mut path: String, step: &Label) -> String {
    if matches!(step, Label::Field(_)) && !path.is_empty() {
        path.push('.');
    }
    path + &step.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_written_as_in_the_source() {
        let mut path = Path::default();
        assert_eq!(path.label(), Label::None);
        path.push(Label::Field("pair"));
        assert_eq!(path.label().to_string(), "pair");
        path.push(Label::Field("0"));
        path.push(Label::Index(7));
        path.push(Label::Text(r#"["ann"]"#.into()));
        assert_eq!(path.label().to_string(), r#"pair.0[7]["ann"]"#);
        path.pop();
        path.pop();
        assert_eq!(path.label().to_string(), "pair.0");
    }
}
