//! A simulated service, and one run of it.

use super::heap::Heap;
use super::rng::Chance;
use crate::growth::{SiteRun, checkpoint_requests};

/// A program that serves requests and, at one site, makes and frees blocks.
pub(super) trait Service {
    /// Before the first request.
    fn start(&mut self, _heap: &mut Heap, _chance: &mut Chance) {}
    /// One request.
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance);
    /// `main` drops the service: what something still owns is freed.
    fn stop(&mut self, heap: &mut Heap);
}

/// How large blocks are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sizes {
    /// One size.
    Same(u64),
    /// Every order of magnitude between the two equally likely.
    From(f64, f64),
}

impl Sizes {
    /// A distribution for a case: structs of one type, or texts of many lengths.
    pub(super) fn draw(chance: &mut Chance) -> Sizes {
        let low = chance.magnitude(16.0, 512.0);
        if chance.happens(0.5) { Sizes::Same(low as u64) } else { Sizes::From(low, low * 8.0) }
    }

    pub(super) fn draw_bytes(self, chance: &mut Chance) -> u64 {
        match self {
            Sizes::Same(bytes) => bytes,
            Sizes::From(low, high) => chance.magnitude(low, high) as u64,
        }
    }
}

/// Two services at one site, like a function with two callers.
pub(super) struct Combined(pub(super) Box<dyn Service>, pub(super) Box<dyn Service>);

impl Service for Combined {
    fn start(&mut self, heap: &mut Heap, chance: &mut Chance) {
        self.0.start(heap, chance);
        self.1.start(heap, chance);
    }

    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        self.0.request(heap, chance);
        self.1.request(heap, chance);
    }

    fn stop(&mut self, heap: &mut Heap) {
        self.0.stop(heap);
        self.1.stop(heap);
    }
}

/// Serves the requests and returns what the recorder would report.
pub(super) fn serve(
    service: &mut dyn Service,
    requests: u64,
    others_bytes: f64,
    chance: &mut Chance,
) -> SiteRun {
    let mut heap = Heap::default();
    service.start(&mut heap, chance);
    let mut marks = checkpoint_requests(requests).into_iter().peekable();
    for served in 0..=requests {
        if served > 0 {
            service.request(&mut heap, chance);
            heap.allocate_elsewhere(chance.draw_between(0.0, 2.0 * others_bytes) as u64);
        }
        if marks.next_if_eq(&served).is_some() {
            heap.record_checkpoint(served);
        }
    }
    let run = heap.close(requests);
    service.stop(&mut heap);
    SiteRun { after_teardown: Some(heap.live()), ..run }
}
