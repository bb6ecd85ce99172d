//! What other tools made while a lesson ran: pictures and pages of theirs, and what they printed.
//! It is shown as it is, beside what heaplab measured.

use crate::attachments::tables::run_label;
use crate::{Artifact, Words, prose};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heaplab_record::{Attachment, Report, Run, ToolFile, ToolOutput};

/// A tool's picture, or a page of its own.
pub(crate) struct ToolFileView {
    pub(crate) title: String,
    /// The name in the report's folder.
    pub(crate) file: String,
    /// The tool, its version and whose run it watched.
    pub(crate) source: String,
    pub(crate) command: String,
    /// The picture as a `data:` address, because a page must show it without its folder too. `None`
    /// for what is linked.
    pub(crate) picture: Option<String>,
}

/// What a tool printed.
pub(crate) struct ToolOutputView {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) command: String,
    pub(crate) text: String,
}

/// The names in the report's folder of the files that tools left.
pub fn tool_file_names(report: &Report) -> Vec<&str> {
    tool_files(report).map(|(_, file)| file.file.as_str()).collect()
}

/// The tools' files of a report. `files` has their contents; a picture without its content is
/// linked.
pub(crate) fn file_views(report: &Report, files: &[Artifact], words: &Words) -> Vec<ToolFileView> {
    let of = |(run, file): (&Run, &ToolFile)| {
        let content = files.iter().find(|artifact| file.is_picture() && artifact.name == file.file);
        ToolFileView {
            title: words.lang().pick(&file.title).to_owned(),
            file: file.file.clone(),
            source: describe_source(&file.tool, &file.version, run, words),
            command: prose::strip_controls(&file.command),
            picture: content
                .map(|artifact| format!("data:image/png;base64,{}", STANDARD.encode(&artifact.bytes))),
        }
    };
    tool_files(report).map(of).collect()
}

/// What the tools of a report printed.
pub(crate) fn output_views(report: &Report, words: &Words) -> Vec<ToolOutputView> {
    let of = |(run, output): (&Run, &ToolOutput)| ToolOutputView {
        title: words.lang().pick(&output.title).to_owned(),
        source: describe_source(&output.tool, &output.version, run, words),
        command: prose::strip_controls(&output.command),
        text: prose::strip_controls(output.text.trim_end()),
    };
    let found = attachments(report).filter_map(|(run, attachment)| match attachment {
        Attachment::Output(output) => Some((run, output)),
        _ => None,
    });
    found.map(of).collect()
}

pub(crate) fn tool_files(report: &Report) -> impl Iterator<Item = (&Run, &ToolFile)> {
    attachments(report).filter_map(|(run, attachment)| match attachment {
        Attachment::File(file) => Some((run, file)),
        _ => None,
    })
}

fn attachments(report: &Report) -> impl Iterator<Item = (&Run, &Attachment)> {
    report.runs.iter().flat_map(|run| run.attachments.iter().map(move |attachment| (run, attachment)))
}

fn describe_source(tool: &str, version: &str, run: &Run, words: &Words) -> String {
    format!("{tool} {version} · {}", run_label(run, words))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Lang, PagePictures, fixture, render_report_page};

    /// A report with a picture, a page and a text of other tools.
    pub(crate) fn report(lang: Lang) -> Report {
        let text = |en: &str, zh: &str| heaplab_record::Text { en: en.to_owned(), zh: zh.to_owned() };
        let file = |file: &str| {
            Attachment::File(ToolFile {
                file: file.to_owned(),
                title: text("Its own <picture>", "它自己的<图>"),
                tool: "memray".to_owned(),
                version: "1.20.0".to_owned(),
                command: "memray flamegraph leak.bin".to_owned(),
            })
        };
        let output = Attachment::Output(ToolOutput {
            title: text("By timeit", "timeit 的输出"),
            tool: "timeit".to_owned(),
            version: "3.11.7".to_owned(),
            command: "python3 -m timeit pass".to_owned(),
            text: "loops: <5>\n```\nbest: 2 \u{1b}[1mnsec\n".to_owned(),
        });
        let mut report = fixture::pictures::report(lang);
        report.runs[0].attachments.extend([file("leak.png"), file("memray.html"), output]);
        report
    }

    #[test]
    fn a_picture_is_in_the_page_and_a_page_is_linked() {
        for lang in [Lang::En, Lang::Zh] {
            let (report, words) = (report(lang), Words::new(lang));
            assert_eq!(tool_file_names(&report), ["leak.png", "memray.html"]);
            let tool_files = vec![Artifact { name: "leak.png".to_owned(), bytes: b"PNG".to_vec() }];
            let pictures = PagePictures { tool_files, ..PagePictures::default() };
            let page = render_report_page(&report, &pictures, &words).expect("filled in");
            assert!(page.contains("src=\"data:image/png;base64,UE5H\""), "{page}");
            assert!(page.contains("href=\"memray.html\"") && !page.contains("<picture>"));
            assert!(page.contains("loops: &#60;5&#62;") && !page.contains('\u{1b}'));
            assert!(page.contains("href=\"#tool-results\""));
        }
    }
}
