//! Tests that the sites of three runs are matched, and that a graph of references is used.

use super::*;
use heaplab_profile::RecorderFigures;
use heaplab_record::{Attachment, Graph, GraphEdge, GraphNode, GrowthClass, Probe, TeardownOutcome};

fn stack(line: u32) -> Stack {
    let frame = |function: &str, location: String| Frame {
        function: function.to_owned(),
        location: Some(location),
        ..Frame::default()
    };
    vec![
        frame("hunt::serve", "hunt/main.rs:1".to_owned()),
        frame("hunt::keep", format!("hunt/main.rs:{line}")),
    ]
}

/// A profile with this many allocated and live blocks of 64 bytes.
fn profile(line: u32, births: u64, live: u64) -> Profile {
    let deaths = births - live;
    let recorded = RecorderFigures {
        birth_bytes: 64 * births,
        deaths,
        lifetimes: vec![0, 0, 0, 0, 0, 0, 0, deaths],
        ..RecorderFigures::default()
    };
    Profile {
        sites: vec![heaplab_profile::Site {
            frames: stack(line),
            total_blocks: births,
            total_bytes: 64 * births,
            own_peak_blocks: live,
            own_peak_bytes: 64 * live,
            end_blocks: live,
            end_bytes: 64 * live,
            recorded: Some(recorded),
            ..heaplab_profile::Site::default()
        }],
    }
}

/// The growth of a workload at 500, 1000 and 2000 requests, whose live blocks are a function of the
/// requests.
fn of(live: fn(u64) -> u64, after_teardown: u64, references: &BTreeMap<String, Reachability>) -> Growth {
    let seen = [500, 1000, 2000].map(|rows| NamedRun {
        rows,
        end: if rows == 2000 { profile(9, rows, after_teardown) } else { profile(9, rows, live(rows)) },
        looks: heaplab_analysis::growth::checkpoint_requests(rows)
            .iter()
            .map(|&done| (done, profile(9, done, live(done))))
            .collect(),
    });
    let runs = [500, 1000, 2000].map(|rows| ScaledRun { rows, raw: Default::default(), looks: Vec::new() });
    let scaled = ScaledRuns { section: "8.2".to_owned(), variant: "hunt".to_owned(), runs: runs.into() };
    let named = NamedProfile {
        section: "8.2".to_owned(),
        variant: "hunt".to_owned(),
        probe: Probe::Heap,
        rows: 2000,
        profile: profile(9, 2000, live(2000)),
        unnamed: Vec::new(),
    };
    judge_variant(&scaled, &named, seen.into(), references).growth
}

#[test]
fn what_stays_grows_and_what_leaves_does_not() {
    let none = BTreeMap::new();
    let growing = of(|done| done, 0, &none);
    let site = &growing.sites[0];
    assert_eq!((site.class, site.teardown), (GrowthClass::UnboundedGrowth, Some(TeardownOutcome::Freed)));
    assert_eq!(
        (site.end_bytes.as_slice(), site.location.as_str()),
        (&[32_000, 64_000, 128_000][..], "hunt/main.rs:9")
    );
    let each = site.slope.unwrap().bytes_each;
    assert!((each - 64.0).abs() < 0.5, "{each}");
    let forgotten = of(|done| done, 2000, &none);
    assert_eq!(forgotten.sites[0].teardown, Some(TeardownOutcome::Kept));
    assert_eq!(of(|done| done.min(200), 0, &none).sites[0].class, GrowthClass::BoundedCache);
    let steady = of(|_| 0, 0, &none);
    assert_eq!(steady.sites[0].class, GrowthClass::Steady);
    assert_eq!(steady.churn[0].location, "hunt/main.rs:9");
    assert!(growing.churn.is_empty());
}

#[test]
fn a_graph_that_leads_nowhere_makes_growth_a_cycle() {
    let node = |id, leaked, in_cycle, line: &str| GraphNode {
        id,
        leaked,
        in_cycle,
        born_at: Some(line.to_owned()),
        ..GraphNode::default()
    };
    let graph = |leaked| {
        let nodes = vec![node(0, leaked, true, "hunt/main.rs:9"), node(1, leaked, false, "hunt/main.rs:11")];
        let edges = vec![GraphEdge { from: 0, to: 1, ..GraphEdge::default() }];
        let (name, title) = ("refs".to_owned(), Default::default());
        Attachment::Graph(Graph {
            name,
            title,
            nodes,
            edges,
            sentences: vec![],
            omitted_nodes: 0,
            legend: vec![],
        })
    };
    let said = reachability_by_line(&[graph(true)]);
    assert_eq!(said["hunt/main.rs:9"], Reachability::OrphanedCycle);
    assert_eq!(said["hunt/main.rs:11"], Reachability::OrphanedCycle, "it is behind the cycle");
    assert_eq!(of(|done| done, 2000, &said).sites[0].class, GrowthClass::RefcountCycle);
    let reachable = reachability_by_line(&[graph(false)]);
    assert_eq!(reachable["hunt/main.rs:9"], Reachability::ReachableCycle);
    assert_eq!(of(|done| done, 2000, &reachable).sites[0].class, GrowthClass::UnboundedGrowth);
}
