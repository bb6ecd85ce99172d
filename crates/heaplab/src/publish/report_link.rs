//! Tells where a command's result is, and opens the page in a browser.

use crate::exit::ExitReason;
use crate::terminal::Terminal;
use heaplab_report::Words;
use std::path::{Path, PathBuf};

/// Prints a file's path in the sentence `key`, and opens it if requested.
pub fn print_location(
    file: &Path,
    key: &str,
    open: bool,
    screen: &Terminal,
    words: &Words,
) -> Result<(), ExitReason> {
    screen.print_result(&words.say(key, &[("path", &relative_path(file).to_string_lossy())]));
    self::open_if_requested(file, open)
}

/// Opens a page in the browser, if that was asked for.
///
/// # Errors
/// Where this machine has no browser to open.
pub fn open_if_requested(file: &Path, asked: bool) -> Result<(), ExitReason> {
    if asked {
        open::that_detached(file).map_err(|error| {
            ExitReason::MissingRequirement(format!(
                "cannot open a browser: {error}; the page is {}",
                file.display()
            ))
        })?;
    }
    Ok(())
}

/// Prints the path of each picture that a lesson attached.
pub fn print_picture_locations(place: &Path, stems: &[String], screen: &Terminal, words: &Words) {
    for stem in stems {
        let file = relative_path(&place.join(format!("{stem}.svg")));
        screen.print_result(&words.say("picture-is-at", &[("path", &file.to_string_lossy())]));
    }
}

/// Relative to the current folder, if the path is below it.
pub fn relative_path(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or_else(|| path.to_owned())
}
