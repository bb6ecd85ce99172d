//! `summary.md` of a verdict. Text that a student wrote is escaped: it makes no link, tag or table.

use heaplab_record::{TaskResult, Verdict};
use heaplab_report::gradebook::status_text;
use heaplab_report::{Lang, Words};
use std::fmt::Write as _;

/// The page in one language.
pub(crate) fn render_summary(verdict: &Verdict, words: &Words) -> String {
    let zh = words.lang() == Lang::Zh;
    let word = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    let mut page = String::new();
    let id = if verdict.id.is_empty() { "?" } else { &verdict.id };
    let status = status_text(verdict.status, words);
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "# {} {} {}\n",
        word("Verdict:", "评定："),
        escape_markdown(id),
        escape_markdown(&verdict.name)
    );
    let _ = writeln!(
        page,
        "**{status}** · {} {} / {} · {} {} / {}\n",
        word("points", "得分"),
        verdict.score,
        verdict.of,
        word("bonus", "附加"),
        verdict.bonus,
        verdict.bonus_of
    );
    for reason in &verdict.reasons {
        let text = if zh { &reason.text.zh } else { &reason.text.en };
        let task =
            reason.task.as_deref().map(|task| format!(" {}", escape_markdown(task))).unwrap_or_default();
        let _ = writeln!(page, "- `{}`{task}: {}", reason.code, escape_markdown(text));
    }
    page += &render_tasks(&verdict.recomputed, &word);
    if !verdict.mismatches.is_empty() {
        let _ = writeln!(page, "\n{}\n", word("Claimed and measured here:", "自报数字与实测数字："));
        for one in &verdict.mismatches {
            let (task, what) = (escape_markdown(&one.task), escape_markdown(&one.what));
            let _ = writeln!(
                page,
                "- {task} {what}: {} → {}",
                escape_markdown(&one.claimed),
                escape_markdown(&one.recomputed)
            );
        }
    }
    let fences = verdict.fences.join(", ");
    let _ = writeln!(page, "\n{} {fences}", word("Fences:", "隔离措施："));
    if !verdict.unfenced.is_empty() {
        let _ = writeln!(
            page,
            "\n**{}** {}",
            word("Not fenced by:", "缺少的隔离："),
            verdict.unfenced.join(", ")
        );
    }
    page
}

/// The table of the measured tasks, if there are any.
fn render_tasks(tasks: &[TaskResult], word: &dyn Fn(&'static str, &'static str) -> &'static str) -> String {
    if tasks.is_empty() {
        return String::new();
    }
    let heads = [
        word("task", "任务"),
        word("right", "正确"),
        word("allocations", "分配次数"),
        word("peak, bytes", "峰值（字节）"),
        word("growth, ‰", "增长（‰）"),
        word("points", "得分"),
    ];
    let mut table = format!("\n| {} |\n|---|---|---|---|---|---|\n", heads.join(" | "));
    for task in tasks {
        let figure = |figure: Option<u64>| figure.map_or("–".to_owned(), |figure| figure.to_string());
        let right = if task.right { word("yes", "是") } else { word("no", "否") };
        let (allocations, peak, growth) =
            (figure(task.allocations), figure(task.peak_bytes), figure(task.growth_thousandths));
        let (name, score, of) = (escape_markdown(&task.task), task.score, task.of);
        table += &format!("| {name} | {right} | {allocations} | {peak} | {growth} | {score} / {of} |\n");
    }
    table
}

/// Escapes Markdown and HTML, on one line.
fn escape_markdown(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => plain.push(' '),
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {}
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '!' | '~'
            | '@' | '$' | '"' | '\'' => {
                let _ = write!(plain, "&#{};", u32::from(c));
            }
            // Markdown turns `https://` and `www.` into links.
            ':' if text.contains("://") => plain.push_str("&#58;"),
            '.' if text.contains("www.") => plain.push_str("&#46;"),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_stays_text() {
        let hostile = "<script>alert(1)</script> | [x](javascript:x) ![](http://evil) `@all` \u{1b}[2J\u{202e}\n# h www.x.y";
        let plain = escape_markdown(hostile);
        for mark in ['<', '>', '[', ']', '|', '`', '@', '\n', '\u{1b}', '\u{202e}', '!', '*'] {
            assert!(!plain.contains(mark), "{mark:?} in {plain}");
        }
        assert!(!plain.contains("http://") && !plain.contains("www."));
        assert_eq!(super::escape_markdown("李雷 s123-x"), "李雷 s123-x");
    }
}
