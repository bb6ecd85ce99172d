//! A word that outlives its text: the text is freed at the inner brace.

pub fn letters_of_the_first_word() -> usize {
    let word: &str;
    {
        let text = String::from("hello world");
        word = text.split(' ').next().unwrap_or("");
    }
    word.len()
}
