//! Bundles as students hand them in, and as nobody honest does. Archives are made here, byte by
//! byte where a writer refuses to.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use flate2::{Compression, write::GzEncoder};
use heaplab_sandbox::bundle::{Bundle, BundleError, Caps, Fault, read};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use tar::{EntryType, Header};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const HONEST: [(&str, &[u8]); 6] = [
    ("student.toml", b"id = \"s1\"\n"),
    ("REPORT.md", b"# Report\n"),
    ("result.json", b"{}"),
    ("src/required.rs", b"fn required() {}\n"),
    ("src/optional.rs", b"fn optional() {}\n"),
    ("report.html", b"<p>"),
];

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn with(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self, bytes: &[u8]) -> Result<Bundle, BundleError> {
        read(&self.with("bundle", bytes), &Caps::default())
    }
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Names are written as they are: the builder's own interface refuses some.
fn tar_of(entries: &[(&[u8], EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, bytes) in entries {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn files(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let raw: Vec<_> =
        entries.iter().map(|(name, bytes)| (name.as_bytes(), EntryType::Regular, *bytes)).collect();
    tar_of(&raw)
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> =
        (0..=bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

fn fault(result: Result<Bundle, BundleError>) -> Fault {
    match result {
        Err(BundleError::Refused { fault, .. }) => fault,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn the_same_files_are_the_same_bundle_in_every_form() {
    let place = Place::new();
    for (name, bytes) in HONEST {
        place.with(&format!("folder/{name}"), bytes);
    }
    let expected = read(&place.0.path().join("folder"), &Caps::default()).unwrap();
    assert_eq!(expected.files.len(), 5);
    assert_eq!(expected.files["src/required.rs"], b"fn required() {}\n");
    assert_eq!(expected.pictures, ["report.html"]);
    assert_eq!(expected.sources().map(|(name, _)| name).collect::<Vec<_>>(), ["optional.rs", "required.rs"]);
    for archive in [zip_of(&HONEST), files(&HONEST), gz(&files(&HONEST))] {
        assert_eq!(place.read(&archive).unwrap(), expected);
    }
    let names: Vec<String> = HONEST.iter().map(|(name, _)| format!("s1-main/{name}")).collect();
    let nested: Vec<(&str, &[u8])> =
        names.iter().map(String::as_str).zip(HONEST.map(|(_, bytes)| bytes)).collect();
    let mut below = nested.clone();
    below.push(("__MACOSX/s1-main/._student.toml", b"x"));
    for archive in [zip_of(&nested), gz(&files(&nested)), zip_of(&below)] {
        let found = place.read(&archive).unwrap();
        assert_eq!((&found.files, found.root.as_deref()), (&expected.files, Some("s1-main")));
    }
}

#[test]
fn what_nobody_asked_for_is_named_and_not_read() {
    let place = Place::new();
    let more = [
        ("student.toml", &b""[..]),
        ("build.rs", b"fn main() {}"),
        ("Cargo.toml", b""),
        (".github/workflows/ci.yml", b""),
        ("notes.txt", b""),
        ("src/deep/x.rs", b""),
    ];
    let bundle = place.read(&zip_of(&more)).unwrap();
    assert_eq!(bundle.files.len(), 1);
    assert_eq!(bundle.foreign.len(), 5);
    let meddling: Vec<&str> = bundle.tampering_files().collect();
    assert_eq!(meddling, [".github/workflows/ci.yml", "Cargo.toml", "build.rs", "src/deep/x.rs"]);
}

#[test]
fn names_that_leave_the_bundle_are_refused_in_every_form() {
    let place = Place::new();
    let names: [(&str, Fault); 4] = [
        ("../evil.rs", Fault::Climbs),
        ("src/../../evil.rs", Fault::Climbs),
        ("/tmp/evil.rs", Fault::Absolute),
        ("src/\u{1b}[2Jevil.rs", Fault::OddName),
    ];
    for (name, expected) in names {
        assert_eq!(fault(place.read(&gz(&files(&[(name, b"x")])))), expected, "{name}");
        // The writer tidies some names up: give it one of that length, then put the real one in.
        let stand_in = "z".repeat(name.len());
        let archive = replaced(&zip_of(&[(&stand_in, b"x")]), stand_in.as_bytes(), name.as_bytes());
        assert_eq!(fault(place.read(&archive)), expected, "{name}");
    }
    let archive = replaced(&zip_of(&[("src/zzzz.rs", b"x")]), b"zzzz", b"\xff\xfezz");
    assert_eq!(fault(place.read(&archive)), Fault::NotUtf8);
}

#[test]
fn links_and_devices_are_refused() {
    let place = Place::new();
    for kind in [EntryType::Symlink, EntryType::Link] {
        assert_eq!(fault(place.read(&tar_of(&[(b"src/required.rs", kind, b"")]))), Fault::Link);
    }
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        assert_eq!(
            fault(place.read(&tar_of(&[(b"src/required.rs", kind, b"")]))),
            Fault::Special,
            "{kind:?}"
        );
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("src/required.rs", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    assert_eq!(fault(place.read(&writer.finish().unwrap().into_inner())), Fault::Link);

    let folder = place.0.path().join("folder");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("src/required.rs")).unwrap();
    assert_eq!(fault(read(&folder, &Caps::default())), Fault::Link);
    std::fs::remove_file(folder.join("src/required.rs")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.join("src/etc")).unwrap();
    assert_eq!(fault(read(&folder, &Caps::default())), Fault::Link);
    std::fs::remove_file(folder.join("src/etc")).unwrap();
    // Opening a pipe that nobody writes to would wait for ever.
    let pipe = std::process::Command::new("mkfifo").arg(folder.join("src/required.rs")).status().unwrap();
    assert!(pipe.success());
    assert_eq!(fault(read(&folder, &Caps::default())), Fault::Special);
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let place = Place::new();
    assert_eq!(fault(place.read(&files(&[("src/a.rs", b"1"), ("src/a.rs", b"2")]))), Fault::Twice);
    assert_eq!(fault(place.read(&files(&[("src/a.rs", b"1"), ("./src/a.rs", b"2")]))), Fault::Twice);
    assert_eq!(fault(place.read(&files(&[("src/a.rs", b"1"), ("src/A.rs", b"2")]))), Fault::Case);
    assert_eq!(fault(place.read(&files(&[("src/a.rs", b"1"), ("SRC/b.rs", b"2")]))), Fault::Case);
    assert_eq!(fault(place.read(&files(&[("src", b"1"), ("src/b.rs", b"2")]))), Fault::Twice);
    assert_eq!(fault(place.read(&files(&[("src/b.rs", b"1"), ("src", b"2")]))), Fault::Twice);
    let twice = replaced(&zip_of(&[("src/a.rs", b"1"), ("src/b.rs", b"2")]), b"src/b.rs", b"src/a.rs");
    assert_eq!(fault(place.read(&twice)), Fault::Twice);
}

#[test]
fn bombs_end_before_they_go_off() {
    let place = Place::new();
    let zeros = vec![0; 24 << 20];
    // Under a name that counts, and under one that nobody would read.
    for name in ["src/required.rs", "src/bomb.bin"] {
        let expected = if name.ends_with(".rs") { Fault::LargeFile } else { Fault::Bomb };
        assert_eq!(fault(place.read(&zip_of(&[(name, &zeros)]))), expected, "{name}");
        assert_eq!(fault(place.read(&gz(&files(&[(name, &zeros)])))), expected, "{name}");
    }
    assert_eq!(fault(place.read(&files(&[("x.bin", &vec![7; 17 << 20])]))), Fault::LargeBundle);
    let small = Caps { total_bytes: 1000, ..Caps::default() };
    let path = place.with("small", &files(&[("a.bin", &[1; 600]), ("b.bin", &[1; 600])]));
    assert_eq!(fault(read(&path, &small)), Fault::LargeBundle);
    let names: Vec<String> = (0..600).map(|number| format!("src/f{number}.rs")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(fault(place.read(&zip_of(&many))), Fault::Many);
    assert_eq!(fault(place.read(&gz(&files(&many)))), Fault::Many);
    // A long name that is all of the archive.
    let long = tar_of(&[(b"././@LongLink", EntryType::GNULongName, &zeros), (b"x", EntryType::Regular, b"")]);
    assert_eq!(fault(place.read(&gz(&long))), Fault::LongName);
}

#[test]
fn entries_that_share_their_bytes_are_a_bomb() {
    let place = Place::new();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("src/a.rs", SimpleFileOptions::default()).unwrap();
    writer.write_all(b"fn a() {}").unwrap();
    writer.shallow_copy_file("src/a.rs", "src/b.rs").unwrap();
    assert_eq!(fault(place.read(&writer.finish().unwrap().into_inner())), Fault::Bomb);
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    let place = Place::new();
    let whole = zip_of(&HONEST);
    let cases =
        [&b""[..], b"hello", &whole[..whole.len() / 2], b"PK\x03\x04", b"\x1f\x8b\x08\x00", &[0; 2048]];
    for bytes in cases {
        assert!(
            matches!(place.read(bytes), Err(BundleError::NotABundle(_))),
            "{:?}",
            &bytes[..bytes.len().min(8)]
        );
    }
    let nothing = place.0.path().join("nothing");
    assert!(matches!(read(&nothing, &Caps::default()), Err(BundleError::Unreadable { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the files are, the three forms agree, and with the obvious reading of them.
    #[test]
    fn forms_agree(entries in prop::collection::btree_map("(src/)?[a-z]{1,6}\\.(rs|md|json)", prop::collection::vec(any::<u8>(), 0..200), 1..8)) {
        let place = Place::new();
        let list: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let zip = place.read(&zip_of(&list)).unwrap();
        prop_assert_eq!(&zip, &place.read(&gz(&files(&list))).unwrap());
        for (name, bytes) in &list {
            place.with(&format!("folder/{name}"), bytes);
        }
        let mut folder = read(&place.0.path().join("folder"), &Caps::default()).unwrap();
        // Only archives of one folder lose it.
        folder.root.clone_from(&zip.root);
        prop_assert_eq!(&zip, &folder);
        let known: BTreeMap<String, Vec<u8>> = entries.iter().filter(|(name, _)| {
            name.starts_with("src/") && name.ends_with(".rs") || matches!(name.as_str(), "result.json")
        }).map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
        if zip.root.is_none() {
            prop_assert_eq!(&zip.files, &known);
        }
    }

    /// An archive with bytes changed is read, refused or broken; it never panics.
    #[test]
    fn damage_is_survived(at in 0usize..900, to in any::<u8>(), form in 0usize..3) {
        let place = Place::new();
        let mut bytes = [zip_of(&HONEST), files(&HONEST), gz(&files(&HONEST))][form].clone();
        let at = at % bytes.len();
        bytes[at] = to;
        drop(place.read(&bytes));
    }
}
