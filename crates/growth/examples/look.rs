//! scratch
use heaplab_growth::*;
use std::collections::BTreeMap;
fn main() {
    let set = std::env::args().nth(1).unwrap_or("tuning".into());
    let ends = std::env::args().nth(2).is_some();
    let mut cases = match set.as_str() { "held" => held_out::held_out(), "beyond" => held_out::beyond(1), _ => held_out::tuning() };
    if ends { for c in &mut cases { for r in &mut c.site.runs { r.marks.clear(); } } }
    for ends in [false, true] {
    let mut bins: BTreeMap<i32, (usize, usize, f64, f64)> = BTreeMap::new();
    for mut case in held_out::tuning().into_iter().chain(held_out::beyond(1).into_iter().filter(|c| !["a cache whose limit lies above what is served", "a batch whose flush comes after the last request", "cycles, and no graph was taken"].contains(&c.family))) {
        if ends { for r in &mut case.site.runs { r.marks.clear(); } }
        let v = classify(&case.site);
        if v.class == Class::Unknown { continue; }
        let m = v.sure;
        let b = (m * 10.).floor().min(9.) as i32;
        let e = bins.entry(b).or_default();
        e.0 += 1; e.1 += usize::from(v.class == case.class);
    }
    for (b, e) in bins { println!("ends {ends} margin {:.1}: {} of {} right", b as f64 / 10., e.1, e.0); }
    }
    for seed in 0..if set=="many" {10} else {0} { let c = Confusion::of(&held_out::held_out_again(1000+seed)); for k in Class::ALL { print!("{:.3}/{:.3} ", c.recall(k).unwrap(), c.precision(k).unwrap()); } println!(); }
    let c = Confusion::of(&cases);
    for is in Class::ALL {
        print!("{:20}", is.name());
        for said in Class::ALL.into_iter().chain([Class::Unknown]) { print!("{:5}", c.count(is, said)); }
        println!("  recall {:.3} precision {:.3}", c.recall(is).unwrap_or(-1.), c.precision(is).unwrap_or(-1.));
    }
    let mut wrong: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for case in &cases {
        let v = classify(&case.site);
        if v.class != case.class {
            let ends: Vec<_> = case.site.runs.iter().map(|r| (r.requests, r.end.blocks, r.end.bytes)).collect();
            wrong.entry((case.family, v.class.name().into())).or_default().push(format!("{:?} {:.2} {ends:?}", v.reason, v.sure));
        }
    }
    for ((f, s), w) in wrong { println!("{f} -> {s}: {}", w.len()); for x in w.iter().take(4) { println!("     {x}"); } }
}
