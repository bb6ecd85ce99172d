//! The service: each request finds its session and gets a reply. This part is the same in every
//! variant and does not leak.

use heaplab_lesson::{Checksum, Scale, VariantResult, report_progress};
use std::collections::HashMap;

const USERS: u64 = 50;
const ARTICLES: u64 = 40;

/// One request of a user.
pub(crate) struct Request {
    /// The number of requests before it.
    pub(crate) number: u64,
    pub(crate) user: u64,
    /// For example `/article/7?visit=123`. No two requests have the same address.
    pub(crate) address: String,
}

/// The part of the service that a variant is about: it sees every request with its reply.
pub(crate) trait Part {
    fn handle(&mut self, request: &Request, reply: &str);
}

/// What a user has done so far.
struct Session {
    requests: u64,
    last_address: String,
}

/// The whole service, alive when the measurement ends.
pub(crate) struct Service<P> {
    sessions: HashMap<u64, Session>,
    pub(crate) part: P,
}

/// Serves the requests one after the other.
pub(crate) fn serve<P: Part>(requests: Scale, part: P) -> VariantResult<Service<P>> {
    let mut service = Service { sessions: HashMap::new(), part };
    let mut checksum = Checksum::new();
    for number in requests.iter() {
        report_progress(number);
        let request = Request::from_number(number);
        let reply = service.reply(&request);
        service.part.handle(&request, &reply);
        checksum = checksum.row(&reply, number);
    }
    report_progress(requests.get());
    VariantResult::new(checksum, service)
}

impl Request {
    fn from_number(number: u64) -> Request {
        let chance = scramble(number);
        let (user, article) = (chance % USERS, chance / USERS % ARTICLES);
        Request { number, user, address: format!("/article/{article}?visit={number}") }
    }

    /// The address without the visit, for example `/article/7`.
    pub(crate) fn page(&self) -> &str {
        self.address.split_once('?').map_or(&self.address, |(page, _)| page)
    }
}

impl<P> Service<P> {
    fn reply(&mut self, request: &Request) -> String {
        let new = || Session { requests: 0, last_address: String::new() };
        let session = self.sessions.entry(request.user).or_insert_with(new);
        session.requests += 1;
        session.last_address.clone_from(&request.address);
        let (times, user, from) = (session.requests, request.user, &session.last_address);
        format!("<p>{from}: welcome back, user {user}, for the {times}. time</p>")
    }
}

/// Pseudo-random numbers, the same on every machine and in `python/service.py`.
fn scramble(number: u64) -> u64 {
    (number.wrapping_mul(6_364_136_223_846_793_005) >> 33) ^ number
}
