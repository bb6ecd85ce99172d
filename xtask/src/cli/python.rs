//! The value of `--python`: words that shells complete, or any list of versions and programs.

use crate::runner::python::PythonChoice;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use std::ffi::OsStr;

/// Reads a [`PythonChoice`].
#[derive(Clone)]
pub(super) struct PythonChoiceParser;

impl TypedValueParser for PythonChoiceParser {
    type Value = PythonChoice;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<PythonChoice, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, argument, value)?;
        let Ok(choice) = text.parse();
        Ok(choice)
    }

    /// What completions offer. Which interpreters there are is asked when the command runs.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(["auto", "yes", "no"].into_iter().map(PossibleValue::new)))
    }
}
