//! Where the student's work is, what is in it and whose it is.

use crate::exit::ExitReason;
use crate::runner::discover::{self, Workspace};
use anyhow::{Context as _, Result};
use heaplab_record::Text;
use heaplab_report::Lang;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The files of the starting point.
pub(super) const FILES: [&str; 7] =
    ["mod.rs", "required.rs", "optional.rs", "list.py", "generator.py", "REPORT.md", "student.toml"];
/// Longest source file accepted, in bytes.
const MAX_SOURCE_BYTES: u64 = 256 << 10;

/// The lesson's folder in the workspace around the current folder.
pub(super) struct HomeworkFolder {
    pub(super) workspace: Workspace,
    /// The language of messages.
    pub(super) lang: Lang,
    /// `lessons/8.9-homework`.
    pub(super) lesson: PathBuf,
}

/// The content of student.toml.
#[derive(Deserialize)]
pub(super) struct Student {
    pub(super) id: String,
    pub(super) name: String,
}

impl HomeworkFolder {
    /// Finds the lesson in the workspace around the current folder.
    pub(super) fn find(lang: Lang) -> Result<HomeworkFolder> {
        let workspace = discover::load_workspace()?;
        let lesson = workspace.lessons.iter().find(|lesson| lesson.package == "homework");
        let lesson = lesson
            .map(|lesson| lesson.folder.clone())
            .ok_or_else(|| ExitReason::UsageError("this workspace has no lessons/8.9-homework".to_owned()))?;
        Ok(HomeworkFolder { workspace, lang, lesson })
    }

    /// `src/student`.
    pub(super) fn student_folder(&self) -> PathBuf {
        self.lesson.join("src/student")
    }

    /// The result of the last check, which git ignores.
    pub(super) fn last_check_folder(&self) -> PathBuf {
        self.workspace.root.join("reports/homework-check")
    }

    /// Where `report` writes what is handed in.
    pub(super) fn submission_folder(&self, id: &str) -> PathBuf {
        self.workspace.root.join("reports/homework").join(id)
    }

    /// A path relative to the workspace's root, as it is typed there.
    pub(super) fn display_path(&self, path: &Path) -> String {
        path.strip_prefix(&self.workspace.root).unwrap_or(path).display().to_string()
    }

    /// An error unless the student has begun.
    pub(super) fn check_started(&self) -> Result<(), ExitReason> {
        if self.student_folder().join("mod.rs").is_file() {
            return Ok(());
        }
        let text = Text {
            en: format!(
                "there is no homework in {} yet; begin with: cargo xtask homework new --id s123 --name \"Li Lei\"",
                self.display_path(&self.student_folder())
            ),
            zh: format!(
                "{} 里还没有作业；先运行：cargo xtask homework new --id s123 --name \"李雷\"",
                self.display_path(&self.student_folder())
            ),
        };
        Err(self.wrong_use(&text))
    }

    /// Reads and checks student.toml.
    pub(super) fn student(&self) -> Result<Student> {
        let path = self.student_folder().join("student.toml");
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let shown = self.display_path(&path);
        let student: Student = toml::from_str(&text)
            .map_err(|error| ExitReason::UsageError(format!("{shown}: {}", error.to_string().trim_end())))?;
        for checked in [heaplab_homework::check_id(&student.id), heaplab_homework::check_name(&student.name)]
        {
            checked.map_err(|why| ExitReason::UsageError(format!("{shown}: {}", self.lang.pick(&why))))?;
        }
        Ok(student)
    }

    /// Reads all source files, in the order of their names. Folders and links are an error, since
    /// they would not be handed in.
    pub(super) fn sources(&self) -> Result<Vec<(String, String)>> {
        let folder = self.student_folder();
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
            let shown = self.display_path(&path);
            let most = MAX_SOURCE_BYTES >> 10;
            if !kind.is_file() || kind.len() > MAX_SOURCE_BYTES {
                return Err(self.wrong_use(&Text {
                    en: format!("{shown}: what is handed in is ordinary files of at most {most} KiB, side by side; no folders, no links"),
                    zh: format!("{shown}：要交的源码是并排放着的普通文件，每个不超过 {most} KiB；不能有文件夹和链接"),
                }).into());
            }
            let text = std::fs::read_to_string(&path).map_err(|error| {
                self.wrong_use(&Text {
                    en: format!("{shown} is no text: {error}"),
                    zh: format!("{shown} 不是文本文件：{error}"),
                })
            })?;
            sources.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
        sources.sort();
        Ok(sources)
    }

    /// A usage error in the student's language.
    pub(super) fn wrong_use(&self, text: &Text) -> ExitReason {
        ExitReason::UsageError(self.lang.pick(text).to_owned())
    }
}

pub(super) fn source_sha256(sources: &[(String, String)]) -> String {
    heaplab_homework::source_sha256(sources.iter().map(|(name, text)| (name.as_str(), text.as_bytes())))
}
