//! Where the student's work lies, what is in it and whose it is.

use crate::discover::{self, Workspace};
use crate::stop::Stop;
use anyhow::{Context as _, Result};
use heaplab_record::Text;
use heaplab_report::Lang;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The starting point's files, as they are called there and here.
pub(super) const FILES: [&str; 5] = ["mod.rs", "required.rs", "optional.rs", "REPORT.md", "student.toml"];
/// A source file above this is no homework.
const MOST_SOURCE_BYTES: u64 = 256 << 10;

/// The lesson's folder in the workspace around the current folder.
pub(super) struct Place {
    pub(super) workspace: Workspace,
    /// What is said is said in this language.
    pub(super) lang: Lang,
    /// `lessons/8.9-homework`.
    pub(super) lesson: PathBuf,
}

/// Who works here.
#[derive(Deserialize)]
pub(super) struct Student {
    pub(super) id: String,
    pub(super) name: String,
}

impl Place {
    /// Of the workspace around the current folder.
    pub(super) fn find(lang: Lang) -> Result<Place> {
        let workspace = discover::workspace()?;
        let lesson = workspace.lessons.iter().find(|lesson| lesson.package == "homework");
        let lesson = lesson
            .map(|lesson| lesson.folder.clone())
            .ok_or_else(|| Stop::WrongUse("this workspace has no lessons/8.9-homework".to_owned()))?;
        Ok(Place { workspace, lang, lesson })
    }

    /// `src/student`.
    pub(super) fn work(&self) -> PathBuf {
        self.lesson.join("src/student")
    }

    /// What the last check has left, out of git's sight.
    pub(super) fn last_check(&self) -> PathBuf {
        self.workspace.root.join("reports/homework-check")
    }

    /// Where it is handed in.
    pub(super) fn handed_in(&self, id: &str) -> PathBuf {
        self.workspace.root.join("reports/homework").join(id)
    }

    /// A path as a person in the workspace's root would type it.
    pub(super) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.workspace.root).unwrap_or(path).display().to_string()
    }

    /// There is work here.
    pub(super) fn begun(&self) -> Result<(), Stop> {
        if self.work().join("mod.rs").is_file() {
            return Ok(());
        }
        let text = Text {
            en: format!(
                "there is no homework in {} yet; begin with: cargo xtask homework new --id s123 --name \"Li Lei\"",
                self.shown(&self.work())
            ),
            zh: format!(
                "{} 里还没有作业；先运行：cargo xtask homework new --id s123 --name \"李雷\"",
                self.shown(&self.work())
            ),
        };
        Err(self.wrong(&text))
    }

    /// Who works here.
    pub(super) fn student(&self) -> Result<Student> {
        let path = self.work().join("student.toml");
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let shown = self.shown(&path);
        let student: Student = toml::from_str(&text)
            .map_err(|error| Stop::WrongUse(format!("{shown}: {}", error.to_string().trim_end())))?;
        for checked in [heaplab_grade::check_id(&student.id), heaplab_grade::check_name(&student.name)] {
            checked.map_err(|why| Stop::WrongUse(format!("{shown}: {}", self.lang.of(&why))))?;
        }
        Ok(student)
    }

    /// Every source file, in the order of names. A folder of modules would not be handed in: that is said, not passed over.
    pub(super) fn sources(&self) -> Result<Vec<(String, String)>> {
        let folder = self.work();
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut sources = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let kind = std::fs::symlink_metadata(&path)?;
            let is_source = path.extension().is_some_and(|ending| ending == "rs");
            if !is_source && !kind.is_dir() {
                continue;
            }
            let shown = self.shown(&path);
            let most = MOST_SOURCE_BYTES >> 10;
            if !kind.is_file() || kind.len() > MOST_SOURCE_BYTES {
                return Err(self.wrong(&Text {
                    en: format!("{shown}: what is handed in is ordinary files of at most {most} KiB, side by side; no folders, no links"),
                    zh: format!("{shown}：要交的源码是并排放着的普通文件，每个不超过 {most} KiB；不能有文件夹和链接"),
                }).into());
            }
            let text = std::fs::read_to_string(&path).map_err(|error| {
                self.wrong(&Text {
                    en: format!("{shown} is no text: {error}"),
                    zh: format!("{shown} 不是文本文件：{error}"),
                })
            })?;
            sources.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
        sources.sort();
        Ok(sources)
    }

    /// Wrong use, in the student's language.
    pub(super) fn wrong(&self, text: &Text) -> Stop {
        Stop::WrongUse(self.lang.of(text).to_owned())
    }
}

/// One hash of all sources.
pub(super) fn source_sha256(sources: &[(String, String)]) -> String {
    heaplab_grade::source_sha256(sources.iter().map(|(name, text)| (name.as_str(), text.as_bytes())))
}
