//! `heaplab-grader`: measures submissions again and grades a class. `cargo xtask homework verify`
//! and `gradebook` build and start it.

fn main() -> std::process::ExitCode {
    heaplab_grader::run()
}
