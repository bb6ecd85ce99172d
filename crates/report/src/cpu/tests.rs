//! The sentence follows the figures, and nothing of a program gets out of its place on the page.

use super::*;
use crate::{Lang, instructions, markdown, page, terminal};
use heaplab_profile::callgrind::LineCost;
use heaplab_record::{CPU_SCHEMA, Environment, Text};

fn function(name: &str, own: u64) -> CpuFunction {
    CpuFunction {
        name: name.to_owned(),
        calls: 2,
        inclusive_instructions: own + 1,
        exclusive_instructions: own,
    }
}

fn report() -> CpuReport {
    let line = |number, exclusive| LineCost {
        file: String::new(),
        number,
        hits: 5,
        exclusive,
        inclusive: exclusive,
    };
    let code = "fn main() {\n    hot::<u8>();\n}\n";
    CpuReport {
        schema: CPU_SCHEMA.to_owned(),
        program: "app".to_owned(),
        command: "app --rows 5".to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        language: "en".to_owned(),
        environment: Environment::default(),
        tool: "valgrind-3.19.0".to_owned(),
        tool_wall_ns: 2_000_000_000,
        failure: None,
        process_instructions: 4_000,
        program_instructions: 1_000,
        cut_instructions: 0,
        functions: vec![function("app::hot", 700), function("app::<T as Cold>::x", 300)],
        sources: vec![instructions::annotate_source(
            "src/main.rs",
            code,
            &[line(1, 100), line(2, 600)],
            1_000,
            Text::default(),
        )],
    }
}

#[test]
fn the_top_is_computed_from_the_figures() {
    let words = Words::new(Lang::En);
    let mut report = report();
    let said = describe_hottest(&report, &words).unwrap();
    assert!(said.contains("app::hot") && said.contains("70.0 %"), "{said}");
    assert!(said.contains("src/main.rs:2") && said.contains("60.0 %"), "{said}");
    report.sources[0].lines[0].figures[1] = Cell::Count(650);
    assert!(describe_hottest(&report, &words).unwrap().contains("src/main.rs:1"));
    report.sources.clear();
    assert!(describe_hottest(&report, &words).unwrap().contains("line-tables-only"));
    report.functions.clear();
    assert_eq!(describe_hottest(&report, &words), None);
}

#[test]
fn what_is_missing_is_said() {
    let words = Words::new(Lang::En);
    let mut report = report();
    assert!(!terminal::render_cpu(&report, &words, 100).contains("deeper"));
    report.cut_instructions = 1_000;
    report.failure = Some("it ended with status 3".to_owned());
    let said = terminal::render_cpu(&report, &words, 100);
    assert!(said.contains("25.0 %") && said.contains("status 3"), "{said}");
}

/// For looking at the page: `HEAPLAB_DUMP_PAGE=DIR` writes it there.
#[test]
fn page_and_summary_hold_everything_in_both_languages() {
    for lang in [Lang::En, Lang::Zh] {
        let (words, report) = (Words::new(lang), report());
        let svg = crate::cpu_flamegraph_svg(&["app::hot 700".to_owned()], "x", "app", None, &words).unwrap();
        let made = page::render_cpu_page(&report, &svg, &words).unwrap();
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = std::path::Path::new(&dir).join(format!("cpu-{}.html", lang.tag()));
            std::fs::write(file, &made).unwrap();
        }
        for needed in ["app::hot", "hot::&#60;u8&#62;();", "700", "70.0 %", "60.0 %", "valgrind-3.19.0"] {
            assert!(made.contains(needed), "{needed}");
        }
        assert!(!made.contains("<T as Cold>"), "markup of a name is text");
        let summary = markdown::render_cpu_summary(&report, &words);
        assert!(summary.contains("app::&lt;T as Cold>::x | 2 | 301 | 300 | 30.0 % |"), "{summary}");
    }
}
