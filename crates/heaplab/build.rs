//! Builds the recorder's library (`crates/preload`), which the program carries inside itself, so that
//! `cargo install` brings everything.
//!
//! No stable cargo passes a library of type `cdylib` to a crate that depends on it, so this script
//! runs cargo once more, in a target folder of its own. In a clone it builds the workspace's crate with
//! the workspace's lock file. In a published package, which contains the library's source but not
//! its crate, it writes a small crate around that source.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(has_library)");
    // docs.rs has no network, and documentation needs no library.
    let is_wanted = env::var_os("CARGO_FEATURE_EMBED").is_some() && env::var_os("DOCS_RS").is_none();
    if !is_wanted || !has_glibc() {
        return Ok(());
    }
    let source = find_source()?;
    for folder in &source.folders {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    let library = build_library(&source)?;
    println!("cargo::rustc-env=HEAPLAB_LIBRARY_FILE={}", library.display());
    println!("cargo::rustc-cfg=has_library");
    Ok(())
}

/// The library replaces glibc's functions. For another system the program is built without it, and
/// `heaplab run` says so.
fn has_glibc() -> bool {
    let is = |variable: &str, value: &str| env::var(variable).as_deref() == Ok(value);
    is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu")
}

/// What the library is built from.
struct LibrarySource {
    manifest: PathBuf,
    /// A change in one of these needs a new library.
    folders: Vec<PathBuf>,
}

fn find_source() -> Result<LibrarySource> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let crates = here.parent().unwrap_or(&here);
    let in_clone = crates.join("preload/Cargo.toml");
    if in_clone.is_file() {
        let folders = ["preload", "heap", "profile"].map(|name| crates.join(name));
        let folders = folders.iter().flat_map(|folder| [folder.join("src"), folder.join("Cargo.toml")]);
        return Ok(LibrarySource { manifest: in_clone, folders: folders.collect() });
    }
    let manifest = write_crate(&here, crates)?;
    Ok(LibrarySource { manifest, folders: vec![here.join("preload-src")] })
}

/// Writes a crate whose source is the package's copy, with the versions of the package's lock file.
/// `beside` is the folder in which cargo keeps packages: it is asked for the recorder before
/// crates.io is, so that the source that is there is used, and no network is needed.
fn write_crate(here: &Path, beside: &Path) -> Result<PathBuf> {
    let version = env::var("CARGO_PKG_VERSION")?;
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("library-crate");
    std::fs::create_dir_all(&folder)?;
    let source = here.join("preload-src/lib.rs");
    let mut manifest = format!(
        "[package]\nname = \"heaplab-library\"\nversion = \"{version}\"\nedition = \"2024\"\n\n\
         [lib]\nname = \"heaplab_preload\"\ncrate-type = [\"cdylib\"]\npath = {source:?}\n\n\
         [dependencies]\nlibc = \"0.2\"\n\
         heaplab-heap = {{ version = \"={version}\", features = [\"preload\"] }}\n\n[workspace]\n"
    );
    let siblings = ["heaplab-heap", "heaplab-profile"]
        .map(|name| (name, beside.join(format!("{name}-{version}"))))
        .into_iter()
        .filter(|(_, sibling)| sibling.join("Cargo.toml").is_file())
        .map(|(name, sibling)| format!("{name} = {{ path = {sibling:?} }}\n"))
        .collect::<String>();
    if !siblings.is_empty() {
        manifest.push_str("\n[patch.crates-io]\n");
        manifest.push_str(&siblings);
    }
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    let lock = here.join("Cargo.lock");
    if lock.is_file() {
        std::fs::copy(lock, folder.join("Cargo.lock"))?;
    }
    Ok(folder.join("Cargo.toml"))
}

/// Builds the library, and returns its path.
fn build_library(source: &LibrarySource) -> Result<PathBuf> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let (target, target_folder) = (env::var("TARGET")?, out.join("library-target"));
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--release", "--lib", "--target", &target, "--manifest-path"]);
    command.arg(&source.manifest).arg("--target-dir").arg(&target_folder);
    // The flags of this build, such as those for coverage, are not for the library.
    command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", "");
    // Stacks begin at the library's caller, so nobody needs its names, which are most of its bytes.
    command.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    let output = command.output().map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the recorder's library does not build ({}):\n{said}", output.status).into());
    }
    let library = target_folder.join(target).join("release/libheaplab_preload.so");
    if !library.is_file() {
        return Err(format!("cargo has built no {}", library.display()).into());
    }
    Ok(library)
}
