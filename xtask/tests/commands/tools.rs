//! The reconciler through the real binary: valgrind's DHAT and heaptrack share nothing with the
//! recorder, and every unit that they count beside it has its reason.

use crate::run::{self, ends_with, report, runs, stdout, workspace};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

/// The section, its scale and the variants.
const MAPS: [&str; 3] = ["8.5.2", "5000", "list_dict,columns"];
/// Its function is inlined into the bench, so that only the bench's own name tells the region.
const INLINED: [&str; 3] = ["8.0", "200", "losing"];

fn lesson(out: &Path, path: Option<&str>) -> Output {
    measure(MAPS, out, path)
}

fn measure([section, rows, variants]: [&str; 3], out: &Path, path: Option<&str>) -> Output {
    let mut xtask = run::xtask(&workspace());
    xtask.args(["lesson", section, "--rows", rows, "--python", "no", "--variant", variants]);
    if let Some(path) = path {
        xtask.env("PATH", path);
    }
    xtask.arg("--out").arg(out).output().expect("xtask starts")
}

fn outcome<'a>(kept: &'a Value, tool: &str) -> &'a Value {
    let tools = kept["outside_tools"].as_array().expect("the tools were asked");
    tools.iter().find(|run| run["tool"] == tool).expect("it is named, also where it is missing")
}

#[test]
fn whatever_another_tool_counts_has_its_reason() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    // Below some thousand rows no variant saves what the goal asks for.
    let shown = stdout(&lesson(&out, None));
    check_tools(&report(&out));
    assert!(shown.contains("VmHWM (the kernel)") && shown.contains("✓ dhat"), "{shown}");
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("columns at 5,000 rows, tool by tool"));
    let inlined = home.path().join("inlined");
    measure(INLINED, &inlined, None);
    check_tools(&report(&inlined));
}

/// Holds what valgrind and heaptrack counted inside the region to the recorder's figures.
fn check_tools(report: &Value) {
    for (_, variant, run) in runs(report) {
        let kept = &run["reconciliation"];
        let of = |field: &str| kept[field].as_i64().unwrap_or_else(|| panic!("{variant} {field}"));
        let blocks = of("heap_total_blocks") + of("heap_reallocations");
        let bytes = of("heap_total_bytes") - of("heap_grown_bytes") + of("heap_reallocated_bytes");
        let resident = &kept["resident"];
        assert!(resident["peak_rss_bytes"].as_i64() > resident["start_rss_bytes"].as_i64(), "{variant}");
        assert!(run["heap"]["memory_cost_bytes"].is_i64(), "{variant}");
        for tool in ["valgrind_dhat", "heaptrack"] {
            let found = outcome(kept, tool);
            if found["outcome"] == "not_installed" {
                run::skipped(&format!("{tool} is not installed"));
                continue;
            }
            let part = |whose: &str, field: &str| found[whose][field].as_i64();
            let inside = |field: &str| {
                part("whole", field).expect("it was measured")
                    - part("outside", field).expect("it was measured")
            };
            assert_eq!(inside("total_blocks"), blocks, "{variant} {tool}");
            assert_eq!(inside("end_bytes"), of("heap_end_bytes"), "{variant} {tool}");
            // The process's peak may fall at another moment than the region's: less of the region
            // is live then.
            assert!((1..=of("heap_peak_bytes")).contains(&inside("peak_bytes")), "{variant} {tool}");
            assert!(
                part("outside", "total_blocks").expect("it was measured") > 0,
                "{tool}: a process is more than its region"
            );
            if tool == "valgrind_dhat" {
                assert_eq!(inside("total_bytes"), bytes, "{variant}");
            } else {
                assert!(found["whole"].get("total_bytes").is_none(), "heaptrack does not add them up");
            }
        }
    }
}

#[test]
fn a_tool_that_is_missing_or_fails_is_said_and_the_report_is_there() {
    let home = tempfile::tempdir().unwrap();
    // The lesson is built, and what is left to cargo lies beside it.
    lesson(&home.path().join("built"), None);
    let toolchain = Path::new(env!("CARGO")).parent().expect("cargo lies in a folder").display().to_string();
    let missing = home.path().join("missing");
    let shown = stdout(&lesson(&missing, Some(&toolchain)));
    for (_, _, run) in runs(&report(&missing)) {
        for tool in ["valgrind_dhat", "heaptrack"] {
            assert_eq!(outcome(&run["reconciliation"], tool)["outcome"], "not_installed");
        }
    }
    assert!(shown.contains("Not installed here"), "{shown}");

    let tools = home.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let script = tools.join("valgrind");
    std::fs::write(&script, "#!/bin/sh\nexit 7\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let broken = home.path().join("broken");
    let shown = stdout(&lesson(&broken, Some(&format!("{}:{toolchain}", tools.display()))));
    let report = report(&broken);
    let failed = outcome(&runs(&report)[0].2["reconciliation"], "valgrind_dhat");
    assert_eq!((&failed["outcome"], &failed["cause"]), (&"failed".into(), &"it ended with status 7".into()));
    assert!(report["failed"].as_array().unwrap().is_empty(), "no variant has failed");
    assert!(shown.contains("It gave no figures: it ended with status 7"), "{shown}");
}

#[test]
fn nobody_is_kept_waiting_who_does_not_want_it() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let output = run::xtask(&workspace())
        .args([
            "lesson",
            "8.5.2",
            "--rows",
            "5000",
            "--python",
            "no",
            "--variant",
            "list_dict",
            "--tools",
            "no",
        ])
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    ends_with(&output, 0);
    assert!(runs(&report(&out))[0].2["reconciliation"].get("outside_tools").is_none());
    assert!(stdout(&output).contains("were not asked"), "{}", stdout(&output));
}
