//! `cargo xtask completions bash`: prints what a shell needs to complete `cargo xtask`. clap writes
//! completions for a command called `xtask`, but `cargo xtask` is two words, so each script also
//! forwards the words behind `cargo xtask`.

use crate::cli::{Cli, CompletionsOptions, ShellChoice};
use clap::CommandFactory as _;
use clap_complete::generate;
use std::io::Write as _;

/// bash calls this for `cargo`; any earlier completion of `cargo` stays active.
const BASH: &str = r#"
_heaplab_cargo() {
    if [[ "${COMP_WORDS[1]}" == xtask && ${COMP_CWORD} -gt 1 ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
    elif declare -F _cargo > /dev/null; then
        _cargo "$@"
    fi
}
complete -F _heaplab_cargo -o bashdefault -o default cargo
"#;

const ZSH: &str = r#"
_heaplab_cargo() {
    if (( CURRENT > 2 )) && [[ ${words[2]} == xtask ]]; then
        shift words
        (( CURRENT-- ))
        _xtask "$@"
    elif (( $+functions[_cargo] )) || autoload -Uz _cargo 2> /dev/null; then
        _cargo "$@"
    fi
}
(( $+functions[compdef] )) && compdef _heaplab_cargo cargo
"#;

/// fish asks the completions of `xtask` for the words behind `cargo xtask`.
const FISH: &str = r#"
function __heaplab_cargo_xtask
    set -l words (commandline -opc)
    complete -C (string join " " -- $words[2..] (commandline -ct))
end
complete -c cargo -n 'set -l words (commandline -opc); test "$words[2]" = xtask' -f -a '(__heaplab_cargo_xtask)'
"#;

pub(crate) fn run(options: &CompletionsOptions) {
    // A reader that has closed the pipe is no error.
    let _ = std::io::stdout().lock().write_all(render_script(options.shell).as_bytes());
}

fn render_script(shell: ShellChoice) -> String {
    let more = match shell {
        ShellChoice::Bash => BASH,
        ShellChoice::Zsh => ZSH,
        ShellChoice::Fish => FISH,
    };
    let mut out = Vec::new();
    let mut command = Cli::command().name("xtask").bin_name("xtask");
    generate(clap_complete::Shell::from(shell), &mut command, "xtask", &mut out);
    String::from_utf8_lossy(&out).into_owned() + more
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn every_shell_hears_of_every_command() {
        for shell in [ShellChoice::Bash, ShellChoice::Zsh, ShellChoice::Fish] {
            let script = render_script(shell);
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell:?}: {}", command.get_name());
            }
            assert!(script.contains("_heaplab_cargo") || script.contains("__heaplab_cargo_xtask"));
        }
    }

    /// Asks bash itself to complete these words.
    #[test]
    fn bash_completes_cargo_xtask() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("completions.bash");
        std::fs::write(&file, render_script(ShellChoice::Bash)).unwrap();
        let completed = |words: &str, at: usize| {
            let asks = format!(
                "source {}; COMP_WORDS=({words}); COMP_CWORD={at}; _heaplab_cargo cargo; echo \"${{COMPREPLY[@]}}\"",
                file.display()
            );
            let output = Command::new("bash").args(["--norc", "-c", &asks]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        assert_eq!(completed("cargo xtask less", 2), "lesson lessons");
        assert_eq!(completed("cargo xtask lesson 8.5 --pred", 4), "--predict");
        assert_eq!(completed("cargo xtask lesson 8.5 --lang \"\"", 5), "en zh");
        assert_eq!(completed("cargo xtask lesson 8.5 --python \"\"", 5), "auto yes no");
        assert_eq!(completed("cargo bui", 1), "");
    }
}
