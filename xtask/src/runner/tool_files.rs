//! Takes the files that a lesson's tools left in a child's folder, before that folder is removed.

use heaplab_record::{Attachment, Record};
use heaplab_report::Artifact;
use std::io::Read as _;
use std::path::Path;

/// The first bytes of a PNG (<https://www.w3.org/TR/png-3/#5PNG-file-signature>).
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// memray's page of a large program with its scripts takes a few MiB.
const MAX_BYTES: u64 = 16 << 20;
const MAX_NAME_BYTES: usize = 80;

/// The files that the record hands over, with their contents.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(crate) fn take_tool_files(record: &Record, out: &Path) -> Result<Vec<Artifact>, String> {
    let names = record.attachments.iter().filter_map(|attachment| match attachment {
        Attachment::File(file) => Some(file.file.as_str()),
        _ => None,
    });
    names.map(|name| take_file(name, out).map_err(|why| format!("the tool's file {name:?} {why}"))).collect()
}

fn take_file(name: &str, out: &Path) -> Result<Artifact, String> {
    let has_content: fn(&[u8]) -> bool = match split_name(name) {
        Some("png") => |bytes| bytes.starts_with(PNG_SIGNATURE),
        Some(_) => is_html,
        None => {
            return Err("cannot be one of the report's: use a-z, 0-9 and -, then .png or .html".to_owned());
        }
    };
    let path = out.join(name);
    // A link could lead to any file of this machine.
    match std::fs::symlink_metadata(&path) {
        Err(error) => return Err(format!("was not left in $HEAPLAB_OUT: {error}")),
        Ok(file) if !file.is_file() => return Err("is no regular file".to_owned()),
        Ok(file) if file.len() > MAX_BYTES => {
            return Err(format!("takes {} bytes; at most {MAX_BYTES} are taken", file.len()));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes));
    file.map_err(|error| format!("cannot be read: {error}"))?;
    if !has_content(&bytes) {
        return Err("does not begin as its ending says".to_owned());
    }
    Ok(Artifact { name: name.to_owned(), bytes })
}

/// The ending of a name that is safe as a file of the report's folder.
fn split_name(name: &str) -> Option<&str> {
    let (stem, ending) = name.split_once('.')?;
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_safe = !stem.is_empty() && name.len() <= MAX_NAME_BYTES && stem.chars().all(is_plain);
    (is_safe && ["png", "html"].contains(&ending)).then_some(ending)
}

fn is_html(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_written(name: &str, bytes: &[u8]) -> Result<Artifact, String> {
        let out = tempfile::tempdir().unwrap();
        let _ = std::fs::write(out.path().join(name), bytes);
        take_file(name, out.path())
    }

    #[test]
    fn a_picture_and_a_page_are_taken() {
        for (name, bytes) in [
            ("leak.png", b"\x89PNG\r\n\x1a\n and the rest".as_slice()),
            ("memray-2.html", b"\n<!DOCTYPE html>"),
        ] {
            let artifact = take_written(name, bytes).unwrap();
            assert_eq!((artifact.name.as_str(), artifact.bytes.as_slice()), (name, bytes));
        }
    }

    #[test]
    fn what_is_not_what_it_says_is_refused() {
        let png = b"\x89PNG\r\n\x1a\n".as_slice();
        for (name, bytes, why) in [
            ("leak.png", b"<!doctype html>".as_slice(), "does not begin"),
            ("leak.html", png, "does not begin"),
            ("leak.svg", b"<svg/>", "then .png or .html"),
            ("../leak.png", png, "then .png or .html"),
            (".png", png, "then .png or .html"),
            ("Leak.png", png, "then .png or .html"),
            ("a.b.png", png, "then .png or .html"),
        ] {
            let error = take_written(name, bytes).unwrap_err();
            assert!(error.contains(why), "{name}: {error}");
        }
        let out = tempfile::tempdir().unwrap();
        assert!(take_file("gone.png", out.path()).unwrap_err().contains("was not left"));
        std::os::unix::fs::symlink("/dev/zero", out.path().join("link.png")).unwrap();
        assert!(take_file("link.png", out.path()).unwrap_err().contains("no regular file"));
        let large = std::fs::File::create(out.path().join("large.png")).unwrap();
        large.set_len(MAX_BYTES + 1).unwrap();
        assert!(take_file("large.png", out.path()).unwrap_err().contains("at most"));
    }
}
