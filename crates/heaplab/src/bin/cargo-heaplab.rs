//! The program `cargo-heaplab`, which cargo runs as `cargo heaplab`: builds a target of a package with
//! line tables, and runs it as `heaplab run` does.

use anyhow::Result;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use heaplab::cargo_build::{self, BuiltFile, BuiltKind, MESSAGE_FORMAT};
use heaplab::cli::RunOptions;
use heaplab::commands::run;
use heaplab::setting::Setting;
use heaplab_command::exit::{self, ExitReason};
use std::ffi::OsString;
use std::process::{Command, ExitCode};

#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    Heaplab(Cli),
}

/// Build a target of a Cargo package with line tables, and record its allocations
#[derive(Args)]
#[command(version, after_help = STATUS)]
struct Cli {
    #[command(subcommand)]
    action: Action,
}

const STATUS: &str = "The report is in heaplab-report/TARGET of the current folder.\n\n\
    Exit status: 0 done, 1 it does not build, or the measurement says no, 2 wrong use, 3 this machine lacks something.";

#[derive(Subcommand)]
enum Action {
    /// Record a binary or an example
    #[command(after_help = "Example: cargo heaplab run --bin server --fail-above peak=200MB -- --port 8080")]
    Run(Options),
    /// Record a package's tests, each of its test programs with a report of its own
    #[command(after_help = "Example: cargo heaplab test --test parser -- --test-threads 1")]
    Test(Options),
    /// Record a package's benches
    #[command(after_help = "Example: cargo heaplab bench --bench encode -- --profile-time 5")]
    Bench(Options),
}

#[derive(Args)]
struct Options {
    #[command(flatten)]
    target: TargetOptions,
    #[command(flatten)]
    run: RunOptions,
}

/// Which target cargo builds, and how. The names are cargo's own.
#[derive(Args)]
#[command(next_help_heading = "What cargo builds")]
struct TargetOptions {
    /// The package [default: that of the current folder]
    #[arg(short, long, value_name = "SPEC")]
    package: Option<String>,
    /// The binary
    #[arg(long, value_name = "NAME")]
    bin: Option<String>,
    /// The example
    #[arg(long, value_name = "NAME")]
    example: Option<String>,
    /// The integration test
    #[arg(long, value_name = "NAME")]
    test: Option<String>,
    /// The bench
    #[arg(long, value_name = "NAME")]
    bench: Option<String>,
    /// The library's unit tests or benches
    #[arg(long)]
    lib: bool,
    /// Build as `cargo run` does, without optimisation
    #[arg(long, conflicts_with = "profile")]
    dev: bool,
    /// Build with this profile [default: release, or bench]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Features to turn on
    #[arg(short = 'F', long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Turn on all features
    #[arg(long)]
    all_features: bool,
    /// Leave the default features out
    #[arg(long)]
    no_default_features: bool,
    /// The package's Cargo.toml
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<OsString>,
    /// Do not touch the network, and do not change Cargo.lock
    #[arg(long)]
    frozen: bool,
}

fn main() -> ExitCode {
    let arguments = |command: clap::Command| {
        command.mut_arg("command", |argument| {
            argument.required(false).value_name("ARGS").help("What the program is called with, behind `--`")
        })
    };
    let command = Cargo::command().mut_subcommand("heaplab", |heaplab| {
        ["run", "test", "bench"].iter().fold(heaplab, |heaplab, name| heaplab.mut_subcommand(name, arguments))
    });
    let matches = command.get_matches();
    exit::finish(match Cargo::from_arg_matches(&matches) {
        Ok(Cargo::Heaplab(cli)) => run_action(cli.action),
        Err(error) => error.exit(),
    })
}

fn run_action(action: Action) -> Result<()> {
    let (verb, options) = match action {
        Action::Run(options) => ("build", options),
        Action::Test(options) => ("test", options),
        Action::Bench(options) => ("bench", options),
    };
    let mut programs = cargo_build::run_cargo(cargo_command(verb, &options.target))?;
    programs.retain(|built| is_wanted(verb, built.kind));
    if verb == "build" && programs.len() > 1 {
        return Err(name_choice(&programs).into());
    }
    if programs.is_empty() {
        let message = "cargo has built no program: name a target by --bin, --example, --test or --bench";
        return Err(ExitReason::UsageError(message.into()).into());
    }
    let setting = Setting::for_installed_tool()?;
    let mut run = options.run;
    let arguments = std::mem::take(&mut run.program.command);
    // What `cargo bench` passes to a bench.
    let of_cargo = (verb == "bench").then(|| OsString::from("--bench"));
    for program in &programs {
        let words = [program.path.clone().into()].into_iter().chain(of_cargo.clone());
        run.program.command = words.chain(arguments.iter().cloned()).collect();
        run::run_named(&report_name(program), &run, &setting)?;
    }
    Ok(())
}

/// Whether the user asked for this file. For its tests and benches, cargo builds a package's binaries
/// too.
fn is_wanted(verb: &str, kind: BuiltKind) -> bool {
    match kind {
        BuiltKind::Program => verb == "build",
        BuiltKind::Test => verb == "test",
        BuiltKind::Bench => verb == "bench",
        BuiltKind::LibraryTests | BuiltKind::ProgramTests => verb == "test",
        BuiltKind::Library => false,
    }
}

/// The name of a program's report: a package's library and its binary often have one name.
fn report_name(program: &BuiltFile) -> String {
    let target = &program.target;
    match program.kind {
        BuiltKind::LibraryTests => format!("{target}-lib-tests"),
        BuiltKind::ProgramTests => format!("{target}-bin-tests"),
        _ => target.clone(),
    }
}

fn cargo_command(verb: &str, target: &TargetOptions) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(verb).args(MESSAGE_FORMAT);
    if verb != "build" {
        command.arg("--no-run");
    }
    let named = [
        ("--package", &target.package),
        ("--bin", &target.bin),
        ("--example", &target.example),
        ("--test", &target.test),
        ("--bench", &target.bench),
    ];
    for (option, value) in named {
        command.args(value.iter().flat_map(|value| [option, value]));
    }
    let switches = [
        ("--lib", target.lib),
        ("--all-features", target.all_features),
        ("--no-default-features", target.no_default_features),
        ("--frozen", target.frozen),
    ];
    command.args(switches.iter().filter(|(_, is_on)| *is_on).map(|(option, _)| option));
    command.args(target.features.iter().flat_map(|feature| ["--features", feature]));
    if let Some(path) = &target.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    let default = if verb == "bench" { "bench" } else { "release" };
    let profile = if target.dev { "dev" } else { target.profile.as_deref().unwrap_or(default) };
    command.args(["--profile", profile]);
    // Line tables alone would name an inlined function without its path.
    for setting in ["debug=\"limited\"", "strip=\"none\""] {
        command.args(["--config", &format!("profile.{profile}.{setting}")]);
    }
    command
}

fn name_choice(programs: &[BuiltFile]) -> ExitReason {
    let names: Vec<&str> = programs.iter().map(|built| built.target.as_str()).collect();
    ExitReason::UsageError(format!("there are several programs: choose one by --bin: {}", names.join(", ")))
}
