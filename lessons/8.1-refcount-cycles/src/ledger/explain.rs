//! The sentence behind a line of the ledger, from the counts before and after it and from nothing else.

use super::Counts;
use heaplab_lesson::Text;

/// What a line did. `before` is none for the line that makes the object.
pub(super) fn explain_step(before: Option<Counts>, after: Counts) -> Text {
    let Some(before) = before else {
        return Text::new(
            format!("The object is there, strong {}, weak {}.", after.strong, format_weak(after, "–")),
            format!("对象诞生：强引用 {}，弱引用 {}。", after.strong, format_weak(after, "–")),
        );
    };
    if after.strong == 0 {
        return explain_step_without_owner(before);
    }
    let changes = [
        describe_change(before.strong, after.strong, ("strong", "强引用")),
        describe_change(before.weak.unwrap_or(0), after.weak.unwrap_or(0), ("weak", "弱引用")),
    ];
    let changes: Vec<Text> = changes.into_iter().flatten().collect();
    if changes.is_empty() {
        return Text::new("No change: nobody came to own it, nobody stopped.", "没有变化：主人没多也没少。");
    }
    let join =
        |of: fn(&Text) -> &str, between: &str| changes.iter().map(of).collect::<Vec<_>>().join(between);
    Text::new(format!("{}.", join(|t| &t.en, "; ")), format!("{}。", join(|t| &t.zh, "；")))
}

fn explain_step_without_owner(before: Counts) -> Text {
    match (before.strong, before.weak) {
        (0, _) => Text::new(
            "No change: the value is gone, and a Weak cannot bring it back.",
            "没有变化：值已经没了，Weak 救不回来。",
        ),
        (owners, Some(weak)) if weak > 0 => Text::new(
            format!(
                "strong -{owners}: the last owner has gone, the value is dropped. weak was {weak}: only the block waits for it."
            ),
            format!(
                "强引用 -{owners}：最后一个主人走了，值被析构。弱引用还有 {weak} 个：只有那块内存还在等它们。"
            ),
        ),
        (owners, _) => Text::new(
            format!(
                "strong -{owners}: the last owner has gone, the value is dropped and its block is freed."
            ),
            format!("强引用 -{owners}：最后一个主人走了，值被析构，内存归还。"),
        ),
    }
}

fn describe_change(before: u64, after: u64, name: (&str, &str)) -> Option<Text> {
    let (en, zh) = name;
    if after > before {
        let more = after - before;
        Some(Text::new(format!("{en} +{more}: {after} now"), format!("{zh} +{more}：现在是 {after}")))
    } else if after < before {
        let fewer = before - after;
        Some(Text::new(format!("{en} -{fewer}: {after} left"), format!("{zh} -{fewer}：还剩 {after}")))
    } else {
        None
    }
}

fn format_weak(counts: Counts, unknown: &str) -> String {
    counts.weak.map_or_else(|| unknown.to_owned(), |weak| weak.to_string())
}
