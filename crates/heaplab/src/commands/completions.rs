//! `heaplab completions bash`: prints what a shell needs to complete `heaplab`.

use crate::cli::{Cli, CompletionsOptions, ShellChoice};
use clap::CommandFactory as _;
use clap_complete::{Shell, generate};
use std::io::Write as _;

/// Prints the script.
pub fn run(options: &CompletionsOptions) {
    // A reader that has closed the pipe is no error.
    let _ = std::io::stdout().lock().write_all(&render_script(options.shell));
}

fn render_script(shell: ShellChoice) -> Vec<u8> {
    let mut out = Vec::new();
    generate(Shell::from(shell), &mut Cli::command(), "heaplab", &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Asks bash itself to complete these words.
    #[test]
    fn bash_completes_heaplab() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("completions.bash");
        std::fs::write(&file, render_script(ShellChoice::Bash)).unwrap();
        let completed = |words: &str, at: usize| {
            let asks = format!(
                "source {}; COMP_WORDS=({words}); COMP_CWORD={at}; _heaplab heaplab \"${{COMP_WORDS[COMP_CWORD]}}\" \
                 \"${{COMP_WORDS[COMP_CWORD-1]}}\"; echo \"${{COMPREPLY[@]}}\"",
                file.display()
            );
            let output = Command::new("bash").args(["--norc", "-c", &asks]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        assert_eq!(completed("heaplab expo", 1), "export");
        assert_eq!(completed("heaplab run --fail", 2), "--fail-above");
        assert_eq!(completed("heaplab export --format \"\"", 3), "dhat speedscope folded firefox pprof");
    }
}
