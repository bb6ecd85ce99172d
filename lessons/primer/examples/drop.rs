//! Drop: what runs when a value goes, and in which order. Python's twin: python/drop.py.

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        print!(" {}", self.0);
    }
}

struct Pair {
    _left: Noisy,
    _right: Noisy,
}

fn two_names() {
    let _first = Noisy("first");
    let _second = Noisy("second");
}

/// Takes the value over: it goes when the function ends.
fn take(_gift: Noisy) {}

fn main() {
    print!("two names at the end of a function:");
    two_names();
    println!();

    print!("a name that gets another value:");
    let mut name = Noisy("old");
    print!(" {}", name.0);
    name = Noisy("new");
    print!(" next");
    drop(name);
    println!();

    print!("the items of a list:");
    drop(vec![Noisy("first"), Noisy("second"), Noisy("third")]);
    println!();

    print!("the fields of an object:");
    drop(Pair { _left: Noisy("left"), _right: Noisy("right") });
    println!();

    print!("a value given to a function:");
    let gift = Noisy("gift");
    take(gift);
    println!(" back");
}
