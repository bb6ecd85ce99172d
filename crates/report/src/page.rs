//! HTML pages. Each is one file that loads nothing; its content security policy enforces this.

mod column_head;
mod cpu;
mod gradebook;
mod homework;
pub mod index;
pub(crate) mod inline_svg;
mod lifetimes;
mod report;
mod script;
pub mod website;

pub use cpu::render_cpu_page;
pub use gradebook::gradebook_page;
pub use homework::{HomeworkFiles, render_page as render_homework_page};
pub(crate) use report::flamegraph_document;
pub use report::{PagePictures, render_report_page};
