//! What a command ends with: where its result lies, and the page in a browser.

use crate::screen::Screen;
use crate::stop::Stop;
use heaplab_report::Words;
use std::path::{Path, PathBuf};

/// Says where a file is, in the words of `key`, and opens it if that was asked for.
pub(crate) fn result(file: &Path, key: &str, open: bool, screen: &Screen, words: &Words) -> Result<(), Stop> {
    screen.result(&words.say(key, &[("path", &relative(file).to_string_lossy())]));
    self::open(file, open)
}

/// Opens a page, if that was asked for.
pub(crate) fn open(file: &Path, asked: bool) -> Result<(), Stop> {
    if asked {
        open::that_detached(file).map_err(|error| {
            Stop::Lacks(format!("cannot open a browser: {error}; the page is {}", file.display()))
        })?;
    }
    Ok(())
}

/// Says where the pictures of the lessons' own are, a line each.
pub(crate) fn pictures(place: &Path, stems: &[String], screen: &Screen, words: &Words) {
    for stem in stems {
        let file = relative(&place.join(format!("{stem}.svg")));
        screen.result(&words.say("picture-is-at", &[("path", &file.to_string_lossy())]));
    }
}

/// From where the user stands, if it is below there.
pub(crate) fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or_else(|| path.to_owned())
}
