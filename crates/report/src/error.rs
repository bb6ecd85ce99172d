//! Errors of rendering.

/// A picture or a page that could not be made. The error names it, so that the caller can say
/// which file is missing and continue with the others.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A chart, flamegraph or watermark could not be drawn.
    #[error("cannot draw {what}: {message}")]
    Picture {
        /// Which picture, such as `comparison.svg`.
        what: &'static str,
        /// The message of the drawing library.
        message: String,
    },
    /// The name of a picture that a lesson hands over cannot be a file's name.
    #[error("{variant} hands over a picture whose name `{name}` {why}")]
    Name {
        /// The variant's name.
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
        /// The message of the template engine.
        message: String,
    },
}

impl RenderError {
    /// Makes an error of a picture from its `source`, for `map_err`.
    pub fn picture(what: &'static str, source: impl std::fmt::Display) -> RenderError {
        RenderError::Picture { what, message: source.to_string() }
    }

    /// Makes an error of a page from its `source`, for `map_err`.
    pub fn page(what: &'static str, source: impl std::fmt::Display) -> RenderError {
        RenderError::Page { what, message: source.to_string() }
    }
}
