//! Checks a lesson's manifest against its metadata, claims and scripts.

use super::Finding;
use crate::runner::build::BuiltLesson;
use crate::runner::discover::SectionNumber;
use anyhow::Result;
use heaplab_record::{ClaimsFile, FindingSpec, Language, Manifest, Text, Variant};
use std::collections::HashMap;

pub(super) fn check_manifest(built: &BuiltLesson<'_>) -> Result<Vec<Finding>> {
    let lesson = built.lesson;
    let mut findings = check_translations(&built.manifest, &lesson.about_zh, &lesson.title);
    findings.extend(match lesson.read_claims() {
        Ok(file) => check_claims(&file, &built.manifest),
        Err(error) => vec![Finding::new("claims.toml", format!("{error:#}"))],
    });
    for variant in variants_in(&built.manifest, Language::Python) {
        let path = lesson.script_path(&variant.name);
        let file = format!("python/{}.py", variant.name);
        match std::fs::read_to_string(path) {
            Ok(text) => findings.extend(check_script(&file, &text)),
            Err(_) => findings.push(Finding::new(file, "is missing, and src/main.rs declares it")),
        }
    }
    Ok(findings)
}

/// Every variant needs a Chinese line, and every Chinese line a variant.
fn check_translations(manifest: &Manifest, about_zh: &HashMap<String, String>, title: &Text) -> Vec<Finding> {
    let found = |what: String| Finding::new("Cargo.toml", what);
    let mut findings = Vec::new();
    let names: Vec<String> = manifest.variants.iter().map(about_key).collect();
    for name in names.iter().filter(|name| !about_zh.contains_key(*name)) {
        findings.push(found(format!("[package.metadata.lesson.about-zh] has no `{name}`")));
    }
    let mut unknown: Vec<&String> = about_zh.keys().filter(|key| !names.contains(key)).collect();
    unknown.sort();
    findings
        .extend(unknown.into_iter().map(|key| found(format!("about-zh has `{key}`, which is no variant"))));
    if title.en.trim().is_empty() || !is_chinese(&title.zh) {
        findings.push(found("its title is not there in both languages".to_owned()));
    }
    findings
}

/// A claim needs a sentence in both languages, a section of the lecture, and variants that exist.
fn check_claims(file: &ClaimsFile, manifest: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    for claim in &file.claim {
        let found = |what: String| Finding::new("claims.toml", format!("`{}`: {what}", claim.text.en));
        // The source is written as `8.5, the title`.
        let place = claim.source.split(',').next().unwrap_or_default();
        if SectionNumber::parse(place.trim()).is_none() {
            findings.push(found(format!(
                "its source `{}` is no section of the lecture, such as 8.5",
                claim.source
            )));
        }
        if claim.text.en.trim().is_empty() || !is_chinese(&claim.text.zh) {
            findings.push(found("it is not there in both languages".to_owned()));
        }
        for measure in &claim.measured {
            for variant in [Some(&measure.variant), measure.minus.as_ref()].into_iter().flatten() {
                if !variants_in(manifest, measure.language).any(|known| known.name == *variant) {
                    findings.push(found(format!("no variant `{variant}` in {:?}", measure.language)));
                }
            }
        }
        if !claim.measured.iter().any(|measure| measure.language == claim.judged_by) {
            findings.push(found(format!("it is judged by {:?}, which is not measured", claim.judged_by)));
        }
    }
    findings.extend(file.finding.iter().flat_map(|finding| check_finding(finding, manifest)));
    findings
}

/// What we found ourselves needs a sentence in both languages, and a variant that exists.
fn check_finding(finding: &FindingSpec, manifest: &Manifest) -> Vec<Finding> {
    let found = |what: String| Finding::new("claims.toml", format!("`{}`: {what}", finding.text.en));
    let mut findings = Vec::new();
    if finding.text.en.trim().is_empty() || !is_chinese(&finding.text.zh) {
        findings.push(found("it is not there in both languages".to_owned()));
    }
    if !variants_in(manifest, finding.language).any(|known| known.name == finding.variant) {
        findings.push(found(format!("no variant `{}` in {:?}", finding.variant, finding.language)));
    }
    findings
}

/// A script must say what it does and how to run it by hand.
fn check_script(file: &str, text: &str) -> Vec<Finding> {
    let doc = text.strip_prefix("\"\"\"").and_then(|text| text.split("\"\"\"").next()).unwrap_or_default();
    let mut findings = Vec::new();
    if doc.trim().is_empty() {
        findings.push(Finding::new(file, "it does not begin with a docstring"));
    } else if !doc.contains("python3 ") {
        findings.push(Finding::new(file, "its docstring does not say how to run it by hand"));
    }
    findings
}

fn variants_in(manifest: &Manifest, language: Language) -> impl Iterator<Item = &Variant> {
    manifest.variants.iter().filter(move |variant| variant.language == language)
}

/// The key of a variant's Chinese line in the metadata.
fn about_key(variant: &Variant) -> String {
    match variant.language {
        Language::Rust => variant.name.clone(),
        Language::Python => format!("{}.py", variant.name),
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_record::MANIFEST_SCHEMA;

    fn manifest() -> Manifest {
        let variant = |name: &str, language| Variant {
            name: name.to_owned(),
            language,
            work_group: "w".to_owned(),
            baseline: false,
            threads: 1,
            maps_memory: false,
            about: String::new(),
        };
        Manifest {
            schema: MANIFEST_SCHEMA.to_owned(),
            unit: "rows".to_owned(),
            default_scale: 1,
            quick_scale: None,
            variants: vec![variant("list", Language::Rust), variant("list", Language::Python)],
            options: Vec::new(),
            prepares: false,
        }
    }

    fn text(en: &str, zh: &str) -> Text {
        Text { en: en.to_owned(), zh: zh.to_owned() }
    }

    fn only(findings: &[Finding], word: &str) {
        assert!(findings.len() == 1 && findings[0].what.contains(word), "{word}: {findings:?}");
    }

    #[test]
    fn every_variant_has_its_line() {
        let lines = |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), "行".to_owned())).collect();
        let of = |keys: &[&str]| check_translations(&manifest(), &lines(keys), &text("a", "题目"));
        assert!(of(&["list", "list.py"]).is_empty());
        only(&of(&["list"]), "list.py");
        only(&of(&["list", "list.py", "gone"]), "gone");
        only(&check_translations(&manifest(), &lines(&["list", "list.py"]), &text("a", "a")), "title");
    }

    #[test]
    fn a_claim_has_a_source_and_a_variant() {
        let toml = |text: &str| toml::from_str::<ClaimsFile>(text).unwrap();
        let good = "[[claim]]\ntext = { en = \"a\", zh = \"说\" }\nsource = \"8.5\"\nsays_bytes = 1\njudged_by = \"rust\"\nmeasured = [{ language = \"rust\", variant = \"list\", metric = \"peak_bytes\" }]\n";
        let of = |from: &str, to: &str| check_claims(&toml(&good.replace(from, to)), &manifest());
        assert!(of("", "").is_empty());
        only(&of("\"8.5\"", "\"somewhere\""), "somewhere");
        only(&of("说", "says"), "both languages");
        only(&of("\"list\"", "\"lists\""), "lists");
        only(&of("judged_by = \"rust\"", "judged_by = \"python\""), "judged by");
    }

    #[test]
    fn a_script_says_how_it_is_run() {
        assert!(check_script("a.py", "\"\"\"A.\n\npython3 a.py\n\"\"\"\n").is_empty());
        only(&check_script("a.py", "import os\n"), "docstring");
        only(&check_script("a.py", "\"\"\"A.\"\"\"\n"), "by hand");
    }
}
