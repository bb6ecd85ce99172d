//! What can go wrong between data and bytes.

/// A picture or a page that could not be made. What was asked for is named, so that the runner can say which file is
/// missing and go on with the others.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A chart, flamegraph or watermark could not be drawn.
    #[error("cannot draw {what}: {message}")]
    Picture {
        /// Which picture, such as `comparison.svg`.
        what: &'static str,
        /// What the drawing crate said.
        message: String,
    },
    /// A picture that a lesson hands over cannot be a file by its name.
    #[error("{variant} hands over a picture whose name `{name}` {why}")]
    Name {
        /// The variant.
        variant: String,
        /// The picture's name.
        name: String,
        /// What is wrong, and what to do.
        why: &'static str,
    },
    /// A page could not be filled in.
    #[error("cannot write {what}: {message}")]
    Page {
        /// Which page, such as `report.html`.
        what: &'static str,
        /// What the template said.
        message: String,
    },
}

impl RenderError {
    /// For `map_err`: a picture that `source` stopped.
    pub fn picture(what: &'static str, source: impl std::fmt::Display) -> RenderError {
        RenderError::Picture { what, message: source.to_string() }
    }

    /// For `map_err`: a page that `source` stopped.
    pub fn page(what: &'static str, source: impl std::fmt::Display) -> RenderError {
        RenderError::Page { what, message: source.to_string() }
    }
}
