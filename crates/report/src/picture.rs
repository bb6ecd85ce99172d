//! Pictures of a report: files in its folder, and figures in its page.

use crate::{RenderError, Words};
use heaplab_record::{Attachment, Report, Run, Text};

/// Column heads, then rows: a picture's figures as a table.
pub(crate) type FigureTable = (Vec<String>, Vec<Vec<String>>);

/// A picture as a file.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file's name without its ending.
    pub stem: String,
    /// The caption.
    pub title: String,
    /// The file.
    pub svg: String,
    /// Whether the runner added it to show how a variant grows. The page shows it beside what
    /// stays.
    pub is_growth: bool,
    /// The same figures as a table, where they are few enough to be read.
    pub(crate) table: Option<FigureTable>,
}

/// A picture without its drawing, for a list of pictures.
pub(crate) struct ListedPicture {
    pub(crate) stem: String,
    pub(crate) title: String,
    /// What the picture shows, in sentences.
    pub(crate) sentences: Vec<String>,
}

/// A kind of picture that lessons hand over as data. The table of kinds is in
/// `attachments/pictures.rs`.
pub(crate) trait PictureKind {
    /// The stem of its files, as the lesson chose it.
    fn name(&self) -> &str;

    fn title(&self) -> &Text;

    /// The SVG. `parts` has every attachment that is drawn into it, with its run; only charts of
    /// one name share a picture. `who` is the line under the title.
    ///
    /// # Errors
    /// If plotters cannot draw.
    fn draw(&self, parts: &[(&Run, &Attachment)], who: &str, words: &Words) -> Result<String, RenderError>;

    /// What the lesson says about the picture.
    fn sentences(&self) -> &[Text] {
        &[]
    }

    /// The figures as a table, where they are few enough to be read.
    fn table(&self, _: &Words) -> Option<FigureTable> {
        None
    }

    /// Removes what is drawn, and keeps the name and the title.
    fn clear_data(&mut self);
}

/// A picture of a whole report. The table of them is in `attachments/pictures.rs`.
pub(crate) struct ReportPicture {
    pub(crate) stem: &'static str,
    /// Whether the report has what is drawn.
    pub(crate) is_drawn: fn(&Report) -> bool,
    /// Title and sentences.
    pub(crate) describe: fn(&Report, &Words) -> (String, Vec<String>),
    /// The SVG, and the figures as a table where they are few enough to be read.
    pub(crate) draw: fn(&Report, &Words) -> (String, Option<FigureTable>),
}
