//! Spans: what a request did and for how long, kept by the thread that serves it.

/// Cleared when the thread ends, but a thread that serves requests does not end.
pub(crate) mod before {
    use crate::service::{Part, Request};
    use std::cell::RefCell;

    thread_local! {
        static SPANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    pub(crate) struct Scratch;

    impl Part for Scratch {
        fn handle(&mut self, request: &Request, reply: &str) {
            SPANS.with_borrow_mut(|spans| {
                spans.push(format!("find session {}", request.user));
                spans.push(format!("reply with {} bytes", reply.len()));
            });
        }
    }
}

/// Cleared when the request ends; the capacity stays for the next one.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use std::cell::RefCell;

    thread_local! {
        static SPANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    pub(crate) struct Scratch;

    impl Part for Scratch {
        fn handle(&mut self, request: &Request, reply: &str) {
            SPANS.with_borrow_mut(|spans| {
                spans.push(format!("find session {}", request.user));
                spans.push(format!("reply with {} bytes", reply.len()));
                spans.clear();
            });
        }
    }
}
