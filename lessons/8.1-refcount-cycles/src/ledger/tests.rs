//! Every count in the ledger, and that its sentences follow the counts.

use super::*;

fn lines(book: &CountLog) -> Vec<(&str, u64, Option<u64>)> {
    book.0.iter().map(|(line, counts)| (line.as_str(), counts.strong, counts.weak)).collect()
}

#[test]
fn every_count_of_an_owner_ledger() {
    let expected = [
        ("let first = Rc::new(String::from(\"family\"))", 1, Some(0)),
        ("let second = Rc::clone(&first)", 2, Some(0)),
        ("drop(second)", 1, Some(0)),
        ("let moved = first", 1, Some(0)),
        ("let borrowed = &moved", 1, Some(0)),
        ("assert_eq!(borrowed.len(), 6)", 1, Some(0)),
        ("let weak = Rc::downgrade(&moved)", 1, Some(1)),
        ("let upgraded = weak.upgrade()", 2, Some(1)),
        ("drop(upgraded)", 1, Some(1)),
        ("let list = vec![Rc::clone(&moved), Rc::clone(&moved)]", 3, Some(1)),
        ("drop(list)", 1, Some(1)),
        ("let captured = Rc::clone(&moved)", 2, Some(1)),
        ("let closure = move || captured.len()", 2, Some(1)),
        ("assert_eq!(closure(), 6)", 2, Some(1)),
        ("drop(closure)", 1, Some(1)),
        ("let shown = borrow(&moved)", 1, Some(1)),
        ("assert_eq!(shown, 6)", 1, Some(1)),
        ("let returned = through(moved)", 1, Some(1)),
        ("let pair = clone_of(&returned)", 2, Some(1)),
        ("drop(pair)", 1, Some(1)),
        ("drop(returned)", 0, None),
        ("let late = weak.upgrade()", 0, None),
        ("assert!(late.is_none())", 0, None),
    ];
    assert_eq!(lines(&demo::log_owners()), expected);
}

#[test]
fn every_count_of_the_list_in_itself() {
    let expected = [
        ("let list = Rc::new(List::default())", 1, Some(0)),
        ("list.append(Rc::clone(&list))", 2, Some(0)),
        ("let witness: Weak<List> = Rc::downgrade(&list)", 2, Some(1)),
        ("drop(list)", 1, Some(1)),
        ("let found = witness.upgrade()", 2, Some(1)),
        ("let inside = found.as_ref().map(|list| list.0.take())", 2, Some(1)),
        ("drop(inside)", 1, Some(1)),
        ("drop(found)", 0, None),
    ];
    assert_eq!(lines(&demo::log_list_in_itself()), expected);
}

#[test]
fn a_page_has_a_value_and_a_sentence_a_line() {
    for page in run_ledgers() {
        let Attachment::Steps(page) = page else { panic!("a ledger is steps") };
        assert!(page.series.iter().all(|series| series.values.len() == page.steps.len()));
        for step in &page.steps {
            let why = step.why.as_ref().expect("each line has a sentence");
            assert!(!why.en.is_empty() && !why.zh.is_empty(), "{}", step.code);
        }
    }
}

#[test]
fn another_count_is_another_sentence() {
    let counts = |strong, weak| Counts { strong, weak: Some(weak) };
    let why = |before, after| explain::explain_step(Some(before), after);
    let once = why(counts(1, 0), counts(2, 0));
    assert_eq!((once.en.as_str(), once.zh.as_str()), ("strong +1: 2 now.", "强引用 +1：现在是 2。"));
    assert_eq!(why(counts(1, 0), counts(4, 0)).en, "strong +3: 4 now.");
    assert_eq!(why(counts(4, 0), counts(2, 1)).en, "strong -2: 2 left; weak +1: 1 now.");
    assert_eq!(why(counts(2, 1), counts(2, 0)).zh, "弱引用 -1：还剩 0。");
    assert!(why(counts(2, 1), counts(2, 1)).en.starts_with("No change"));
    let gone = Counts { strong: 0, weak: None };
    assert!(why(counts(1, 0), gone).en.contains("its block is freed"));
    assert!(why(counts(1, 3), gone).en.contains("weak was 3: only the block waits"));
    assert!(explain::explain_step(None, counts(7, 2)).en.contains("strong 7, weak 2"));
}
