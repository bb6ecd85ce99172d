//! Lifetimes: a reference does not outlive what it refers to, and the compiler checks it. Python's
//! twin: python/lifetimes.py. What the compiler refuses: refused/lifetimes.rs.

use primer::live_bytes;
use std::mem::size_of;

/// The word is a part of the only text there is: whoever keeps the word keeps the text borrowed.
fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or("")
}

/// The answer is one of the two, so both have to be there as long as it is used: `'both` says so.
fn longer<'both>(one: &'both str, other: &'both str) -> &'both str {
    if other.len() > one.len() { other } else { one }
}

fn main() {
    let text = String::from("hello world");
    let before = live_bytes();
    let word = first_word(&text);
    let for_the_word = live_bytes() - before;
    println!("the first word: {word}");
    println!("the longer one: {}", longer(word, "Rust"));
    println!("bytes on the heap for the word: {for_the_word}");
    println!("bytes of the reference to it: {}", size_of::<&str>());

    // `drop(text)` stands after the last use of `word`. Before it, this would not compile.
    println!("letters of the word: {}", word.len());
    drop(text);

    // To keep the word for longer, we copy it. That is a call, and can be seen.
    let kept = {
        let text = String::from("hello again");
        first_word(&text).to_owned()
    };
    println!("a copy after its text is gone: {kept}");
}
