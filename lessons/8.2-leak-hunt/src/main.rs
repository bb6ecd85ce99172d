//! Lesson 8.2: leak hunting. A small service, seven ways to make it grow, and each way's repair
//! beside it.
//!
//! Question:   memory grows. Which line holds it, does it grow without end, and who could still free it?
//! Prediction: which of the seven pairs below will differ the most at the end, and which of the seven is no leak at all?
//! Command:    cargo xtask lesson 8.2
//!             cargo xtask lesson 8.2 --mystery
//!
//! Each part of the service is a file with two modules, `before` the repair and `after` it.

mod big;
mod documents;
mod journal;
mod notices;
mod pages;
mod replies;
mod scratch;
mod service;
mod tenants;

use big::big;
use documents::draw_last_document;
use heaplab_lesson::{Scale, VariantResult, lesson};
use service::{Service, serve};

lesson! {
    unit: "requests",
    default_scale: 200_000,
    quick_scale: 20_000,
    baseline: cache_unbounded,
    work "requests" {
        rust {
            cache_unbounded: "replies kept by address, and every address is new",
            cache_bounded: "the same cache, of the last 400",
            listener_kept: "each connection listens for the closing, and never stops",
            listener_ended: "the same, until the connection ends",
            rc_cycle: "a tree a document, whose children hold their parent by Rc",
            rc_weak: "the same tree, its way back a Weak",
            box_leak: "the name of a counter, leaked at every use",
            box_owned: "the same counters, their map owns each name once",
            slow_reader: "a journal without a limit, read once in four requests",
            reader_awaited: "the same, of at most 64 lines: then the writer waits",
            thread_grows: "spans of a thread, cleared when the thread ends",
            thread_cleared: "the same, cleared when the request ends",
            looks_like_leak: "a cache with a limit, a buffer that stays large: it grows, and stops",
            looks_trimmed: "the same with a smaller limit, and shrunk after a large request",
        }
        python {
            cache_unbounded: "the same cache in CPython: a dict that only takes",
            cache_bounded: "an OrderedDict of the last 400",
            listener_kept: "callbacks in CPython that nobody takes away",
            listener_ended: "callbacks that go with their connection",
        }
    }
    work "the lecture's demo" {
        rust { big: "the demo: a text of a thousand names for every twenty requests, then a snapshot" }
        python { big: "the demo as it was shown: tracemalloc, a snapshot, five lines" }
    }
}

fn cache_unbounded(requests: Scale) -> VariantResult<Service<replies::before::Replies>> {
    serve(requests, replies::before::Replies::default())
}

fn cache_bounded(requests: Scale) -> VariantResult<Service<replies::after::Replies>> {
    serve(requests, replies::after::Replies::default())
}

fn listener_kept(requests: Scale) -> VariantResult<Service<notices::before::Notices>> {
    serve(requests, notices::before::Notices::default())
}

fn listener_ended(requests: Scale) -> VariantResult<Service<notices::after::Notices>> {
    serve(requests, notices::after::Notices::default())
}

fn rc_cycle(requests: Scale) -> VariantResult<Service<documents::before::Documents>> {
    serve(requests, documents::before::Documents::default())
        .with_heap_attachments(|service, _| draw_last_document("rc-cycle", &service.part.latest))
}

fn rc_weak(requests: Scale) -> VariantResult<Service<documents::after::Documents>> {
    serve(requests, documents::after::Documents::default())
        .with_heap_attachments(|service, _| draw_last_document("rc-weak", &service.part.latest))
}

fn box_leak(requests: Scale) -> VariantResult<Service<tenants::before::Tenants>> {
    serve(requests, tenants::before::Tenants::default())
}

fn box_owned(requests: Scale) -> VariantResult<Service<tenants::after::Tenants>> {
    serve(requests, tenants::after::Tenants::default())
}

fn slow_reader(requests: Scale) -> VariantResult<Service<journal::before::Journal>> {
    serve(requests, journal::before::Journal::default())
}

fn reader_awaited(requests: Scale) -> VariantResult<Service<journal::after::Journal>> {
    serve(requests, journal::after::Journal::default())
}

fn thread_grows(requests: Scale) -> VariantResult<Service<scratch::before::Scratch>> {
    serve(requests, scratch::before::Scratch)
}

fn thread_cleared(requests: Scale) -> VariantResult<Service<scratch::after::Scratch>> {
    serve(requests, scratch::after::Scratch)
}

fn looks_like_leak(requests: Scale) -> VariantResult<Service<pages::before::Pages>> {
    serve(requests, pages::before::Pages::default())
}

fn looks_trimmed(requests: Scale) -> VariantResult<Service<pages::after::Pages>> {
    serve(requests, pages::after::Pages::default())
}
