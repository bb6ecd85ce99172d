//! Checks of a lesson's texts. Pure: text in, findings out.

use super::Finding;

/// The headings of every README, in this order. A lesson may have more between them.
const SECTIONS: [(&str, &str); 6] = [
    ("The question", "问题"),
    ("Predict", "先预测"),
    ("Run", "运行"),
    ("What to look at", "看什么"),
    ("Exercise", "练习"),
    ("Hints", "提示"),
];
/// The longest `main.rs`, in lines: it is read aloud in class.
const MOST_MAIN_LINES: usize = 170;
const MOST_LINES: usize = 400;
const MOST_FUNCTION_LINES: usize = 70;
const MOST_README_LINES: usize = 130;
const FEWEST_HINTS: usize = 2;

/// Checks the `//! Lesson 8.5.1: …` header, which also has the question for the student.
pub(super) fn check_header(text: &str, section: &str, lecture: &str) -> Vec<Finding> {
    let doc: Vec<&str> =
        text.lines().take_while(|line| line.starts_with("//!")).map(|line| line[3..].trim()).collect();
    let found = |what: String| Finding::new("src/main.rs", what);
    let mut findings = Vec::new();
    if !doc.first().is_some_and(|line| line.starts_with(&format!("Lesson {section}:"))) {
        findings.push(found(format!("its first line is not `//! Lesson {section}: …`")));
    }
    for word in ["Question:", "Prediction:", "Command:"] {
        if !doc.iter().any(|line| line.starts_with(word)) {
            findings.push(found(format!("its header has no `{word}`")));
        }
    }
    let commands = [section, lecture].map(|section| format!("cargo xtask lesson {section}"));
    if !doc.iter().any(|line| commands.iter().any(|command| line.ends_with(command))) {
        findings.push(found(format!("its header does not say `{}`", commands[1])));
    }
    findings
}

/// Exercise and solution must say how they are run.
pub(super) fn check_example_header(text: &str, package: &str, role: &str) -> Vec<Finding> {
    let doc: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
    let name = format!("{package}-{role}");
    let says = |word: &str| doc.iter().any(|line| line.contains(word));
    let file = format!("{role}/main.rs");
    let mut findings = Vec::new();
    let is_named = says("Command:") && says(&name);
    if !text.is_empty() && !is_named {
        findings.push(Finding::new(&file, format!("its header has no `Command:` with `{name}`")));
    }
    if !text.is_empty() && role == "exercise" && !doc.concat().chars().any(|c| c.is_ascii_digit()) {
        findings.push(Finding::new(&file, "its header says no goal in figures"));
    }
    findings
}

/// Both languages need the same sections, commands, points and hints.
pub(super) fn check_readmes(english: &str, chinese: &str, section: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = [("README.md", english), ("README.zh-CN.md", chinese)];
    for (file, text) in files {
        if !text.starts_with(&format!("# {section} ")) {
            findings.push(Finding::new(file, format!("its title is not `# {section} …`")));
        }
    }
    let (of_english, of_chinese) = (markdown_sections(english), markdown_sections(chinese));
    for (file, sections, names) in [
        ("README.md", &of_english, SECTIONS.map(|(en, _)| en)),
        ("README.zh-CN.md", &of_chinese, SECTIONS.map(|(_, zh)| zh)),
    ] {
        findings.extend(check_section_order(file, sections, &names));
    }
    if of_english.len() != of_chinese.len() {
        let what = format!("it has {} sections, README.md has {}", of_chinese.len(), of_english.len());
        findings.push(Finding::new("README.zh-CN.md", what));
        return findings;
    }
    for ((en, english), (zh, chinese)) in of_english.iter().zip(&of_chinese) {
        let pair = SECTIONS.iter().find(|(name, _)| name == en);
        if pair.is_some_and(|(_, name)| name != zh) {
            findings
                .push(Finding::new("README.zh-CN.md", format!("`{zh}` stands where README.md has `{en}`")));
        }
        findings.extend(compare_readmes(en, english, zh, chinese));
    }
    let hints = of_english
        .iter()
        .find(|(name, _)| *name == "Hints")
        .map_or(0, |(_, text)| count_numbered_items(text));
    if hints < FEWEST_HINTS {
        findings
            .push(Finding::new("README.md", format!("it has {hints} hints; give at least {FEWEST_HINTS}")));
    }
    findings
}

/// The differences between one section in two languages.
fn compare_readmes(en: &str, english: &str, zh: &str, chinese: &str) -> Vec<Finding> {
    let found = |what: String| Finding::new("README.zh-CN.md", what);
    let mut findings = Vec::new();
    let (ours, theirs) = (required_commands(english), required_commands(chinese));
    if ours != theirs {
        let missing = ours.iter().find(|line| !theirs.contains(line));
        let more = theirs.iter().find(|line| !ours.contains(line));
        let line = missing.or(more).or(ours.first()).map_or("", String::as_str);
        findings.push(found(format!("`{zh}` has other commands than `{en}` in README.md: `{line}`")));
    }
    for (what, count) in [
        ("numbered points", count_numbered_items as fn(&str) -> usize),
        ("bullets", |text| text.lines().filter(|line| line.starts_with("- ")).count()),
        ("rows of tables", |text| text.lines().filter(|line| line.starts_with('|')).count()),
    ] {
        let (ours, theirs) = (count(english), count(chinese));
        if ours != theirs {
            findings.push(found(format!("`{zh}` has {theirs} {what}, `{en}` in README.md has {ours}")));
        }
    }
    findings
}

fn check_section_order(file: &str, sections: &[(&str, String)], names: &[&str]) -> Vec<Finding> {
    let place = |name: &str| sections.iter().position(|(heading, _)| *heading == name);
    let mut findings: Vec<Finding> = names
        .iter()
        .filter(|name| place(name).is_none())
        .map(|name| Finding::new(file, format!("it has no section `{name}`")))
        .collect();
    let places: Vec<usize> = names.iter().filter_map(|name| place(name)).collect();
    if !places.is_sorted() {
        findings.push(Finding::new(file, format!("its sections are not in the order {}", names.join(", "))));
    }
    findings
}

/// The second-level headings with the text below each.
fn markdown_sections(text: &str) -> Vec<(&str, String)> {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("## ") {
            Some(heading) => sections.push((heading.trim(), String::new())),
            None => {
                if let Some((_, body)) = sections.last_mut() {
                    *body = std::mem::take(body) + line + "\n";
                }
            }
        }
    }
    sections
}

/// The commands that a reader types: lines of `sh` fences, and indented ones.
fn required_commands(section: &str) -> Vec<String> {
    let mut fence: Option<bool> = None;
    let mut commands = Vec::new();
    for line in section.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(kind.trim() == "sh") };
            continue;
        }
        let is_indented = fence.is_none() && line.starts_with("    ");
        // Text behind `#` is a comment in the reader's language.
        let command = line.split(" #").next().unwrap_or_default().trim();
        let is_command =
            ["cargo ", "HEAPLAB", "python3 ", "target/"].iter().any(|start| command.starts_with(start));
        if (is_indented || fence == Some(true)) && is_command {
            commands.push(without_placeholders(command));
        }
    }
    commands
}

/// Makes `target/release/YOUR_PROGRAM` and `target/release/你的程序` the same command.
fn without_placeholders(command: &str) -> String {
    let is_placeholder = |part: &str| {
        let is_loud = part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        is_loud || !part.is_ascii()
    };
    let plain = |word: &str| {
        let parts = word.split('/').map(|part| if is_placeholder(part) { "…" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    command.split_whitespace().map(plain).collect::<Vec<_>>().join(" ")
}

fn count_numbered_items(text: &str) -> usize {
    let is_item = |line: &&str| {
        let number = line.split_once(". ").map(|(number, _)| number).unwrap_or_default();
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
    };
    text.lines().filter(is_item).count()
}

/// Checks lengths. Lines that `cargo xtask gallery` inserts do not count.
pub(super) fn check_sizes(file: &str, text: &str) -> Vec<Finding> {
    let put_in =
        text.split_once("<!-- gallery -->").and_then(|(_, rest)| rest.split_once("<!-- /gallery -->"));
    let lines = text.lines().count() - put_in.map_or(0, |(table, _)| table.lines().count());
    let most = match file {
        "src/main.rs" => MOST_MAIN_LINES,
        "README.md" | "README.zh-CN.md" => MOST_README_LINES,
        _ => MOST_LINES,
    };
    let mut findings = Vec::new();
    if lines > most {
        findings.push(Finding::new(file, format!("it has {lines} lines; at most {most}")));
    }
    if file.ends_with(".rs") {
        for (name, length) in
            function_lengths(text).into_iter().filter(|(_, length)| *length > MOST_FUNCTION_LINES)
        {
            let what = format!("`{name}` has {length} lines; at most {MOST_FUNCTION_LINES}");
            findings.push(Finding::new(file, what));
        }
    }
    findings
}

/// Functions with their lengths in lines, from `fn` to the brace in the same column, as rustfmt
/// writes them.
fn function_lengths(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some((before, after)) = line.trim_start().split_once("fn ") else { continue };
        let is_item = before.split_whitespace().all(|word| {
            word.starts_with("pub") || ["const", "unsafe", "async", "extern", "\"C\""].contains(&word)
        });
        let name = after.split(['(', '<']).next().unwrap_or_default();
        if !is_item || name.is_empty() || line.ends_with('}') || line.ends_with(';') {
            continue;
        }
        let end = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[number..].iter().position(|line| *line == end) {
            functions.push((name.to_owned(), length + 1));
        }
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "//! Lesson 8.5.1: generators.\n//!\n//! Question:   how many?\n//! Prediction: say it.\n//! Command:    cargo xtask lesson 8.5\n\nfn main() {}\n";

    fn readme(names: [&str; 6], title: &str) -> String {
        let bodies = ["", "| a |\n", "    cargo xtask lesson 8.5\n", "1. look\n", "- goal\n", "1. a\n2. b\n"];
        let sections = names.iter().zip(bodies).map(|(name, body)| format!("## {name}\n\n{body}\n"));
        format!("# {title}\n\n{}", sections.collect::<String>())
    }

    fn english() -> String {
        readme(SECTIONS.map(|(en, _)| en), "8.5.1 Generators")
    }

    fn chinese() -> String {
        readme(SECTIONS.map(|(_, zh)| zh), "8.5.1 生成器")
    }

    fn only(findings: &[Finding], word: &str) {
        assert!(findings.len() == 1 && findings[0].what.contains(word), "{word}: {findings:?}");
    }

    #[test]
    fn a_header_has_its_four_lines() {
        assert!(check_header(MAIN, "8.5.1", "8.5").is_empty());
        only(&check_header(MAIN, "8.5.2", "8.5"), "Lesson 8.5.2");
        for word in ["Question:", "Prediction:"] {
            only(&check_header(&MAIN.replace(word, "Note:"), "8.5.1", "8.5"), word);
        }
        only(
            &check_header(&MAIN.replace("lesson 8.5", "lesson 8.6"), "8.5.1", "8.5"),
            "cargo xtask lesson 8.5",
        );
        assert_eq!(check_header("", "8.5.1", "8.5").len(), 5);
    }

    #[test]
    fn readmes_say_the_same() {
        let with = |english: &str, chinese: &str| check_readmes(english, chinese, "8.5.1");
        assert!(with(&english(), &chinese()).is_empty());
        only(&with(&english(), &chinese().replace("# 8.5.1 ", "# ")), "# 8.5.1");
        only(&with(&english(), &chinese().replace("lesson 8.5\n", "lesson 8.6\n")), "cargo xtask lesson 8.5");
        only(&with(&english(), &chinese().replace("1. look", "看")), "0 numbered points");
        only(&with(&english(), &chinese().replace("- goal", "目标")), "0 bullets");
        only(&with(&english(), &chinese().replace("| a |", "a")), "0 rows of tables");
        assert_eq!(with(&english(), &chinese().replace("## 提示", "提示")).len(), 2);
        let few = |text: String| text.replace("2. b\n", "");
        only(&with(&few(english()), &few(chinese())), "1 hints");
        let swapped =
            chinese().replace("## 问题", "## x").replace("## 运行", "## 问题").replace("## x", "## 运行");
        assert!(with(&english(), &swapped).iter().any(|finding| finding.what.contains("order")));
    }

    #[test]
    fn a_placeholder_may_be_in_the_readers_language() {
        let commands = |place: &str| {
            required_commands(&format!("    cargo xtask profile -- target/release/{place} --rows 3\n"))
        };
        assert_eq!(commands("YOUR_PROGRAM"), commands("你的程序"));
        assert_ne!(commands("YOUR_PROGRAM"), commands("service"));
    }

    #[test]
    fn an_exercise_says_how_and_how_far() {
        let good = "//! Edit `mine` until it is under 1,000 bytes.\n//! Command: cargo run --example gen-exercise -- mine\n";
        assert!(check_example_header(good, "gen", "exercise").is_empty());
        only(&check_example_header(good, "gen", "solution"), "gen-solution");
        only(&check_example_header(&good.replace("1,000", "some"), "gen", "exercise"), "no goal");
    }

    #[test]
    fn what_is_long_is_named() {
        let long = format!(
            "fn short() {{\n}}\n\nimpl A {{\n    pub fn long(&self) {{\n{}    }}\n}}\n",
            "        x();\n".repeat(80)
        );
        only(&check_sizes("src/a.rs", &long), "`long` has 82 lines");
        assert!(check_sizes("src/a.rs", &long.replace("pub fn long", "// no fn")).is_empty());
        only(&check_sizes("src/main.rs", &"x\n".repeat(171)), "171 lines");
        assert!(check_sizes("src/a.rs", &"x\n".repeat(171)).is_empty());
        only(&check_sizes("README.md", &"x\n".repeat(131)), "131 lines");
    }

    #[test]
    fn what_the_gallery_puts_in_does_not_count() {
        let text = |own: usize, put_in: usize| {
            let (own, put_in) = ("line\n".repeat(own), "| row |\n".repeat(put_in));
            format!("{own}<!-- gallery -->\n{put_in}<!-- /gallery -->\n")
        };
        assert_eq!(check_sizes("README.md", &text(MOST_README_LINES - 10, 50)), []);
        only(&check_sizes("README.md", &text(MOST_README_LINES + 10, 0)), "at most");
    }
}
