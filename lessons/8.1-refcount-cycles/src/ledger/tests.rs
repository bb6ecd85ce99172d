//! Every count in the two ledgers.

use super::*;

fn lines(log: &CountLog) -> Vec<(String, Option<u64>, Option<u64>)> {
    let steps = log.to_steps("", Text::default());
    let counts = |series: usize, line: usize| steps.series[series].values[line];
    let line =
        |(line, step): (usize, &heaplab_lesson::Step)| (step.code.clone(), counts(0, line), counts(1, line));
    steps.steps.iter().enumerate().map(line).collect()
}

#[test]
fn every_count_of_an_owner_ledger() {
    let expected = [
        ("let first = Rc::new(String::from(\"family\"))", Some(1), Some(0)),
        ("let second = Rc::clone(&first)", Some(2), Some(0)),
        ("drop(second)", Some(1), Some(0)),
        ("let moved = first", Some(1), Some(0)),
        ("let borrowed = &moved", Some(1), Some(0)),
        ("assert_eq!(borrowed.len(), 6)", Some(1), Some(0)),
        ("let weak = Rc::downgrade(&moved)", Some(1), Some(1)),
        ("let upgraded = weak.upgrade()", Some(2), Some(1)),
        ("drop(upgraded)", Some(1), Some(1)),
        ("let list = vec![Rc::clone(&moved), Rc::clone(&moved)]", Some(3), Some(1)),
        ("drop(list)", Some(1), Some(1)),
        ("let captured = Rc::clone(&moved)", Some(2), Some(1)),
        ("let closure = move || captured.len()", Some(2), Some(1)),
        ("assert_eq!(closure(), 6)", Some(2), Some(1)),
        ("drop(closure)", Some(1), Some(1)),
        ("let shown = borrow(&moved)", Some(1), Some(1)),
        ("assert_eq!(shown, 6)", Some(1), Some(1)),
        ("let returned = through(moved)", Some(1), Some(1)),
        ("let pair = clone_of(&returned)", Some(2), Some(1)),
        ("drop(pair)", Some(1), Some(1)),
        ("drop(returned)", Some(0), None),
        ("let late = weak.upgrade()", Some(0), None),
        ("assert!(late.is_none())", Some(0), None),
    ];
    assert_eq!(lines(&log_owners()), expected.map(|(code, strong, weak)| (code.to_owned(), strong, weak)));
}

#[test]
fn every_count_of_the_list_in_itself() {
    let expected = [
        ("let list = Rc::new(List::default())", Some(1), Some(0)),
        ("list.append(Rc::clone(&list))", Some(2), Some(0)),
        ("let witness: Weak<List> = Rc::downgrade(&list)", Some(2), Some(1)),
        ("drop(list)", Some(1), Some(1)),
        ("let found = witness.upgrade()", Some(2), Some(1)),
        ("let inside = found.as_ref().map(|list| list.0.take())", Some(2), Some(1)),
        ("drop(inside)", Some(1), Some(1)),
        ("drop(found)", Some(0), None),
    ];
    assert_eq!(
        lines(&log_list_in_itself()),
        expected.map(|(code, strong, weak)| (code.to_owned(), strong, weak))
    );
}
