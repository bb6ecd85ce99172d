//! Finds the lessons by asking cargo: every package under `lessons/` with
//! `[package.metadata.lesson]` is one, and needs no entry anywhere else.

use crate::exit::ExitReason;
use anyhow::{Context as _, Result};
use heaplab_analysis::{claims, findings};
use heaplab_record::{ClaimsFile, Ladder, Text};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The primer for people from Python. It is a package without `[package.metadata.lesson]`: nothing is
/// measured there.
pub(crate) const PRIMER_FOLDER: &str = "lessons/primer";

/// The part of the cargo workspace that xtask needs.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// Sorted by section number.
    pub(crate) lessons: Vec<Lesson>,
}

/// A lesson's folder with its metadata.
pub(crate) struct Lesson {
    pub(crate) section: SectionNumber,
    pub(crate) title: Text,
    /// The title of the lecture's section that this lesson is a part of, if given.
    pub(crate) section_title: Option<Text>,
    pub(crate) minutes: u32,
    /// Whether its variants also run at N, 2N and 4N, to see how they grow.
    pub(crate) growth: bool,
    /// The variants of its puzzle.
    pub(crate) mystery: Vec<String>,
    /// The variants' Chinese descriptions by name; the English ones are in the lesson's code.
    pub(crate) about_zh: HashMap<String, String>,
    /// The Chinese unit, where the report does not know the English one.
    pub(crate) unit_zh: Option<String>,
    /// The name of its criterion bench.
    pub(crate) criterion: Option<String>,
    /// Variants whose instructions are counted per line.
    pub(crate) instructions: Vec<String>,
    /// The pictures of its report that the gallery keeps, without their endings.
    pub(crate) gallery: Vec<String>,
    /// Whether its runs are drawn as a ladder of speed against memory.
    pub(crate) ladder: Option<Ladder>,
    /// A program of the package that runs before anything is measured.
    pub(crate) show: Option<String>,
    /// Whether the doctor's checks are printed after it.
    pub(crate) doctor: bool,
    /// The file in its folder that describes its map of other sections' reports.
    pub(crate) mind_map: Option<String>,
    pub(crate) package: String,
    pub(crate) folder: PathBuf,
}

/// A section's number, such as `8.5.1`. It is compared part by part, so that 8.10 comes after 8.9.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SectionNumber(Vec<u32>);

impl SectionNumber {
    pub(crate) fn parse(text: &str) -> Option<SectionNumber> {
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        parts.map(SectionNumber)
    }

    /// Whether this is `other` or a part of it: 8.5.1 is within 8.5, 8.10 is not within 8.1.
    pub(crate) fn is_within(&self, other: &SectionNumber) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The section of the lecture that it belongs to: the first two parts.
    pub(crate) fn lecture(&self) -> SectionNumber {
        SectionNumber(self.0.iter().take(2).copied().collect())
    }
}

impl std::fmt::Display for SectionNumber {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        to.write_str(&parts.join("."))
    }
}

#[derive(Deserialize)]
struct PackageMetadata {
    lesson: Option<LessonMetadata>,
}

#[derive(Deserialize)]
struct LessonMetadata {
    id: String,
    title: Text,
    #[serde(rename = "section-title")]
    section_title: Option<Text>,
    minutes: u32,
    #[serde(default)]
    growth: bool,
    #[serde(default)]
    mystery: Vec<String>,
    criterion: Option<String>,
    #[serde(default)]
    instructions: Vec<String>,
    #[serde(default)]
    gallery: Vec<String>,
    show: Option<String>,
    #[serde(default)]
    doctor: bool,
    #[serde(rename = "mind-map")]
    mind_map: Option<String>,
    #[serde(rename = "about-zh", default)]
    about_zh: HashMap<String, String>,
    ladder: Option<Ladder>,
    #[serde(rename = "unit-zh", default)]
    unit_zh: Option<String>,
}

pub(crate) fn load_workspace() -> Result<Workspace> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec().map_err(|error| {
        ExitReason::UsageError(format!(
            "cargo finds no workspace here; run this inside heaplab's folder\n{error}"
        ))
    })?;
    let mut lessons = Vec::new();
    for package in metadata.workspace_packages() {
        let place = package.manifest_path.as_std_path();
        let parsed: Option<PackageMetadata> =
            serde_json::from_value(package.metadata.clone()).with_context(|| {
                format!("{}: [package.metadata.lesson] needs id, title (en, zh) and minutes", place.display())
            })?;
        let Some(declared) = parsed.and_then(|metadata| metadata.lesson) else { continue };
        let section = SectionNumber::parse(&declared.id).with_context(|| {
            format!("{}: lesson id `{}` is not a number such as 8.5.1", place.display(), declared.id)
        })?;
        let LessonMetadata {
            title,
            section_title,
            minutes,
            growth,
            mystery,
            criterion,
            instructions,
            gallery,
            show,
            doctor,
            mind_map,
            about_zh,
            unit_zh,
            ladder,
            ..
        } = declared;
        let folder = place.parent().unwrap_or(Path::new("")).to_owned();
        let package = package.name.to_string();
        lessons.push(Lesson {
            section,
            title,
            section_title,
            minutes,
            growth,
            mystery,
            about_zh,
            unit_zh,
            criterion,
            instructions,
            gallery,
            ladder,
            show,
            doctor,
            mind_map,
            package,
            folder,
        });
    }
    lessons.sort_by(|a, b| a.section.cmp(&b.section));
    let target = metadata.target_directory.into_std_path_buf();
    Ok(Workspace { root: metadata.workspace_root.into_std_path_buf(), target, lessons })
}

/// The root of the workspace around the current folder, heaplab's or the user's; the folder itself
/// where there is none. Absolute and without symbolic links, as in debug information.
pub(crate) fn find_root() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec();
    let root = metadata.map_or(here, |metadata| metadata.workspace_root.into_std_path_buf());
    Ok(root.canonicalize().unwrap_or(root))
}

impl Workspace {
    /// The sections of the lecture in order.
    pub(crate) fn all_sections(&self) -> Vec<SectionNumber> {
        let mut sections: Vec<SectionNumber> =
            self.lessons.iter().map(|lesson| lesson.section.lecture()).collect();
        sections.dedup();
        sections
    }

    /// The sections in the order of running: one that draws a map of the others' figures comes
    /// last.
    pub(crate) fn sections_to_run(&self) -> Vec<SectionNumber> {
        let is_map = |section: &SectionNumber| {
            self.lessons.iter().any(|lesson| lesson.mind_map.is_some() && lesson.section.is_within(section))
        };
        let mut sections = self.all_sections();
        sections.sort_by_key(is_map);
        sections
    }

    /// The lessons of a section; the error suggests sections with a similar number.
    pub(crate) fn find_section(&self, wanted: &str) -> Result<(SectionNumber, Vec<&Lesson>), ExitReason> {
        let section = SectionNumber::parse(wanted);
        let found: Vec<&Lesson> = match &section {
            Some(section) => self.lessons.iter().filter(|lesson| lesson.section.is_within(section)).collect(),
            None => Vec::new(),
        };
        match section {
            Some(section) if !found.is_empty() => Ok((section, found)),
            _ => Err(ExitReason::UsageError(self.unknown_section_message(wanted))),
        }
    }

    fn unknown_section_message(&self, wanted: &str) -> String {
        let mut near: Vec<(&Lesson, f64)> = self
            .lessons
            .iter()
            .map(|lesson| (lesson, strsim::jaro_winkler(wanted, &lesson.section.to_string())))
            .collect();
        near.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let mut message = format!("there is no section `{wanted}`; the nearest are:\n");
        for (lesson, _) in near.iter().take(3) {
            message += &format!("  {:<7} {}\n", lesson.section.to_string(), lesson.title.en);
        }
        message + "See all of them with: cargo xtask lessons"
    }
}

impl Lesson {
    /// The lesson's claims; empty where there is no `claims.toml`.
    pub(crate) fn read_claims(&self) -> Result<ClaimsFile> {
        let path = self.folder.join("claims.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let cannot = || format!("{} cannot be read", path.display());
                let file = toml::from_str(&text).with_context(cannot)?;
                claims::check_claims(&file).with_context(cannot)?;
                findings::check_findings(&file.finding).with_context(cannot)?;
                Ok(file)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ClaimsFile::default()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    pub(crate) fn script_path(&self, variant: &str) -> PathBuf {
        self.folder.join("python").join(variant).with_extension("py")
    }
}

/// The section's own title where it has several lessons, otherwise the lesson's.
pub(crate) fn section_title(lessons: &[&Lesson]) -> Text {
    match lessons {
        [one] => one.title.clone(),
        several => {
            let named = several.iter().find_map(|lesson| lesson.section_title.clone());
            named.or_else(|| several.first().map(|lesson| lesson.title.clone())).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_sort_by_number_and_contain_by_part() {
        let section = |text| SectionNumber::parse(text).unwrap();
        assert!(section("8.9") < section("8.10"));
        assert!(section("8.5.1").is_within(&section("8.5")));
        assert!(section("8.5").is_within(&section("8.5")));
        assert!(!section("8.10").is_within(&section("8.1")));
        assert_eq!(section("8.5.1").lecture().to_string(), "8.5");
        assert_eq!(SectionNumber::parse("8.x"), None);
        assert_eq!(SectionNumber::parse(""), None);
    }
}
