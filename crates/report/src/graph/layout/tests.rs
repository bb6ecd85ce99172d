//! Graphs of every shape, a few hundred of them by chance, the same on every run.

use super::*;

fn link(from: usize, to: usize) -> Link {
    Link { from, to, strong: true }
}

fn placed(nodes: usize, links: &[Link], across: bool) -> Vec<NodeArea> {
    let sizes: Vec<(f64, f64, f64)> = (0..nodes)
        .map(|node| {
            (80.0 + (node % 7) as f64 * 20.0, 40.0 + (node % 3) as f64 * 16.0, (node % 5) as f64 * 9.0)
        })
        .collect();
    let (places, routes) = lay_out(&sizes, (60.0, 60.0), links, across);
    assert_eq!((places.len(), routes.len()), (nodes, links.len()));
    for (index, one) in places.iter().enumerate() {
        assert!(one.x.is_finite() && one.y.is_finite());
        for other in &places[index + 1..] {
            let apart = one.x + one.width <= other.x + 0.5
                || other.x + other.width <= one.x + 0.5
                || one.y + one.height <= other.y + 0.5
                || other.y + other.height <= one.y + 0.5;
            assert!(apart, "{one:?} {other:?} {links:?}");
        }
    }
    for route in &routes {
        assert!(!route.curves.is_empty());
        let points = route.curves.iter().flatten().chain([&route.start]);
        assert!(points.into_iter().all(|point| point.0.is_finite() && point.1.is_finite()), "{route:?}");
    }
    places
}

#[test]
fn what_is_held_stands_below_or_behind() {
    let links = [link(0, 1), link(1, 2), link(0, 2)];
    let down = placed(3, &links, false);
    assert!(down[0].y < down[1].y && down[1].y < down[2].y);
    let across = placed(3, &links, true);
    assert!(across[0].x < across[1].x && across[1].x < across[2].x);
}

#[test]
fn a_route_leads_from_its_holder_to_what_is_held() {
    let near = |point: (f64, f64), place: &NodeArea| {
        let ((x, y), (wide, high)) = (place.middle(), (place.width / 2.0 + 2.0, place.height / 2.0 + 2.0));
        (point.0 - x).abs() <= wide && (point.1 - y).abs() <= high
    };
    // A cycle, a weak link back, a second link of the same two, and one the other way.
    let links =
        [link(0, 1), link(1, 2), link(2, 0), Link { strong: false, ..link(2, 1) }, link(0, 1), link(1, 0)];
    for across in [false, true] {
        let (places, routes) = lay_out(
            &[(90.0, 50.0, 0.0), (90.0, 50.0, 40.0), (90.0, 50.0, 0.0)],
            (60.0, 60.0),
            &links,
            across,
        );
        for (link, route) in links.iter().zip(&routes) {
            let end = route.curves.last().unwrap()[2];
            assert!(near(route.start, &places[link.from]), "{link:?} {route:?} {places:?}");
            assert!(near(end, &places[link.to]), "{link:?} {route:?} {places:?}");
        }
        for (index, route) in routes.iter().enumerate() {
            assert!(!routes[index + 1..].contains(route), "no two lie on each other");
        }
    }
}

/// A xorshift generator: the same graphs on every run.
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    }
}

#[test]
fn any_graph_can_be_placed() {
    for seed in 1..=rounds() {
        let mut next = numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let nodes = 1 + next(if seed % 10 == 0 { 80 } else { 14 });
        let count = next(3 * nodes);
        let mut links = Vec::new();
        for _ in 0..count {
            let (from, to) = (next(nodes), next(nodes));
            if from != to {
                links.push(Link { from, to, strong: next(4) > 0 });
            }
        }
        placed(nodes, &links, seed % 2 == 0);
    }
}

/// `HEAPLAB_GRAPHS=100000` tries more.
fn rounds() -> u64 {
    std::env::var("HEAPLAB_GRAPHS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(400)
}

#[test]
fn hard_shapes_take_no_time() {
    let started = std::time::Instant::now();
    // Diamonds in a chain; everything to everything; a fan; a ring; nothing at all.
    let diamonds: Vec<Link> = (0..26)
        .flat_map(|at| {
            let top = at * 3;
            [link(top, top + 1), link(top, top + 2), link(top + 1, top + 3), link(top + 2, top + 3)]
        })
        .collect();
    placed(79, &diamonds, false);
    let all: Vec<Link> = (0..80)
        .flat_map(|from| (0..80).filter(move |to| *to != from).map(move |to| link(from, to)))
        .collect();
    placed(80, &all, true);
    placed(80, &(1..80).map(|to| link(0, to)).collect::<Vec<_>>(), false);
    placed(80, &(0..80).map(|at| link(at, (at + 1) % 80)).collect::<Vec<_>>(), true);
    placed(0, &[], false);
    placed(80, &[], true);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
