//! `results.json`, as Gradescope's autograder harness reads it
//! (<https://gradescope-autograders.readthedocs.io/en/latest/specs/>, "Output format"): one file
//! per submission.

use super::{status_name, status_text};
use crate::homework::sanitize_text;
use crate::{Words, format};
use heaplab_record::{GradebookEntry, TaskResult};
use serde_json::{Value, json};

/// One test per task. The score is given for the whole, because points that do not count are still
/// shown beside their task. All text is marked as plain, so that a name cannot become HTML or
/// Markdown.
pub fn gradescope_json(entry: &GradebookEntry, words: &Words) -> String {
    let lang = words.lang();
    let numbers = [entry.score, entry.of, entry.bonus, entry.bonus_of].map(|points| points.to_string());
    let [score, of, bonus, bonus_of] = numbers.each_ref().map(String::as_str);
    let points = words
        .say("gradebook-points", &[("score", score), ("of", of), ("bonus", bonus), ("bonus-of", bonus_of)]);
    let mut output = vec![label_value(&status_text(entry.status, words), &points, words)];
    if entry.points < entry.score + entry.bonus {
        let status = status_text(entry.status, words);
        output.push(words.say("gradebook-points-kept-back", &[("status", &status)]));
    }
    output.extend(entry.reasons.iter().map(|reason| sanitize_text(lang.pick(&reason.text))));
    let result = json!({
        "score": entry.points,
        "output": output.join("\n"),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": entry.tasks.iter().map(|task| task_test_json(task, words)).collect::<Vec<_>>(),
        "extra_data": {
            "status": status_name(entry.status),
            "id": entry.id,
            "bundle": entry.bundle,
            "reasons": entry.reasons.iter().map(|reason| &reason.code).collect::<Vec<_>>(),
            "flags": entry.flags,
            "source_sha256": entry.source_sha256,
            "late_seconds": entry.late_seconds,
            "graded_at": entry.graded_at,
        },
    });
    format!("{result:#}\n")
}

fn label_value(what: &str, value: &str, words: &Words) -> String {
    words.say("gradebook-said", &[("what", what), ("value", value)])
}

fn task_test_json(task: &TaskResult, words: &Words) -> Value {
    let lang = words.lang();
    let mut output: Vec<String> = task.wrong.iter().map(|wrong| sanitize_text(lang.pick(wrong))).collect();
    let figures = [
        ("metric-heap", task.peak_bytes.map(format::bytes)),
        ("gradebook-allocations", task.allocations.map(format::count)),
    ];
    let figures = figures.into_iter().filter_map(|(key, figure)| Some((key, figure?)));
    output.extend(figures.map(|(key, figure)| label_value(&words.get(key), &figure, words)));
    output.extend(task.notes.iter().map(|note| sanitize_text(lang.pick(note))));
    json!({
        "name": task.task,
        "score": task.score,
        "max_score": task.of,
        "status": if task.right { "passed" } else { "failed" },
        "output": output.join("\n"),
        "visibility": "visible",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::gradebook::fixture;

    fn render_entry(index: usize, lang: Lang) -> Value {
        let text = gradescope_json(&fixture::book().entries[index], &Words::new(lang));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_test_a_task_and_the_points_that_count() {
        let result = render_entry(0, Lang::En);
        assert_eq!(result["score"], 108);
        let tests = result["tests"].as_array().unwrap();
        assert_eq!(tests.len(), 3);
        assert_eq!(
            (&tests[0]["name"], &tests[0]["score"], &tests[0]["max_score"]),
            (&json!("required.list"), &json!(38), &json!(40))
        );
        assert!(result["output"].as_str().unwrap().starts_with("pass: 96 of 100 points, bonus 12 of 20"));
        let output = tests[0]["output"].as_str().unwrap();
        assert!(output.contains("12.8 MB") && output.contains("200,003"), "{output}");
    }

    #[test]
    fn points_that_do_not_count_are_said() {
        let cheat =
            fixture::book().entries.iter().position(|entry| entry.points == 0 && entry.score > 0).unwrap();
        let result = render_entry(cheat, Lang::Zh);
        assert_eq!(result["score"], 0);
        let output = result["output"].as_str().unwrap();
        assert!(output.contains("得分不计：未通过") && output.contains("堆外"), "{output}");
        assert!(result["tests"][0]["score"].as_u64() > Some(0));
        assert_eq!(result["extra_data"]["reasons"], json!(["outside_heap"]));
    }
}
