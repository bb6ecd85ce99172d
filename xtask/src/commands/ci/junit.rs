//! JUnit XML as CI systems read it: a suite a section, a case a variant and figure.
//! Format: <https://github.com/testmoapp/junitxml>.

use super::judge::{Case, Verdict};
use crate::commands::lesson::course::SectionOutcome;
use anyhow::{Context as _, Result};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// The whole file. Skipped is what cannot be judged here.
pub(super) fn render_junit(outcomes: &[SectionOutcome], cases: &[Case]) -> Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, outcomes, cases).context("cannot write JUnit XML")?;
    let mut xml = writer.into_inner();
    xml.push(b'\n');
    Ok(xml)
}

fn write(writer: &mut Writer<Vec<u8>>, outcomes: &[SectionOutcome], cases: &[Case]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let totals = counted(cases.iter());
    let suites = writer.create_element("testsuites").with_attribute(("name", "heaplab"));
    suites.with_attributes(attributes(&totals)).write_inner_content(|writer| {
        for outcome in outcomes {
            let section = outcome.section.to_string();
            let of_section = || cases.iter().filter(|case| case.section == section);
            let time = format!("{:.3}", outcome.took.as_secs_f64());
            let suite = writer.create_element("testsuite").with_attribute(("name", section.as_str()));
            let counts = counted(of_section());
            let suite = suite.with_attributes(attributes(&counts));
            suite
                .with_attribute(("time", time.as_str()))
                .write_inner_content(|writer| of_section().try_for_each(|case| write_case(writer, case)))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Tests, failures, skipped.
fn counted<'a>(cases: impl Iterator<Item = &'a Case>) -> [(&'static str, String); 3] {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        failures += u32::from(matches!(case.verdict, Verdict::Broken(_)));
        skipped += u32::from(matches!(case.verdict, Verdict::Open(_)));
    }
    [("tests", tests), ("failures", failures), ("skipped", skipped)]
        .map(|(name, count)| (name, count.to_string()))
}

fn attributes<'a>(counts: &'a [(&'static str, String); 3]) -> impl Iterator<Item = (&'a str, &'a str)> {
    counts.iter().map(|(name, count)| (*name, count.as_str()))
}

fn write_case(writer: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let mut class = case.section.clone();
    if let Some(variant) = &case.variant {
        class = format!("{class}.{}", legal(variant));
    }
    let element = writer.create_element("testcase").with_attribute(("classname", class.as_str()));
    let element = element.with_attribute(("name", case.metric.unwrap_or("run")));
    match &case.verdict {
        Verdict::Held | Verdict::Below { .. } => element.write_empty()?,
        Verdict::Open(why) => element.write_inner_content(|writer| {
            writer
                .create_element("skipped")
                .with_attribute(("message", legal(why).as_str()))
                .write_empty()?;
            Ok(())
        })?,
        Verdict::Broken(why) => element.write_inner_content(|writer| {
            let failure = writer.create_element("failure").with_attribute(("type", "budget"));
            let text = legal(&format!("{}: {why}", case.display_name()));
            failure
                .with_attribute(("message", legal(why).as_str()))
                .write_text_content(BytesText::new(&text))?;
            Ok(())
        })?,
    };
    Ok(())
}

/// XML 1.0 has no way to write most control characters, and a child's standard error may hold any.
fn legal(text: &str) -> String {
    let is_legal = |char: &char| matches!(char, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::discover::SectionNumber;
    use std::time::Duration;

    #[test]
    fn what_is_broken_is_a_failure_with_its_message_whatever_stands_in_it() {
        let case = |variant: &str, verdict| Case {
            section: "8.5".into(),
            variant: Some(variant.into()),
            metric: Some("peak_bytes"),
            verdict,
        };
        let cases = [
            case("a", Verdict::Held),
            case("b<\"&", Verdict::Broken("1 > 0 \"<&\u{1b}[31m".into())),
            case("c", Verdict::Open("no budget".into())),
        ];
        let section = SectionNumber::parse("8.5").unwrap();
        let outcomes =
            [SectionOutcome { section, report: None, why: None, took: Duration::from_millis(1500) }];
        let xml = String::from_utf8(render_junit(&outcomes, &cases).unwrap()).unwrap();
        assert!(
            xml.contains(r#"<testsuite name="8.5" tests="3" failures="1" skipped="1" time="1.500">"#),
            "{xml}"
        );
        assert!(xml.contains(r#"<testcase classname="8.5.a" name="peak_bytes"/>"#), "{xml}");
        assert!(xml.contains(r#"<skipped message="no budget"/>"#), "{xml}");
        let mut reader = quick_xml::Reader::from_str(&xml);
        reader.config_mut().trim_text(true);
        let mut failures = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) if start.name().as_ref() == b"failure" => {
                    let message = start.try_get_attribute("message").unwrap().unwrap();
                    failures.push(
                        message.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned(),
                    );
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(failures, ["1 > 0 \"<&[31m"]);
    }
}
