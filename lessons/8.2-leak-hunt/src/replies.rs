//! Replies that were given, by their address: the same question need not be answered twice.
//!
//! The address has a visit's number in it, so no question is ever asked twice.

/// Nothing ever leaves.
pub(crate) mod before {
    use crate::service::{Part, Request};
    use std::collections::HashMap;

    #[derive(Default)]
    pub(crate) struct Replies {
        by_address: HashMap<String, String>,
    }

    impl Part for Replies {
        fn handle(&mut self, request: &Request, reply: &str) {
            if !self.by_address.contains_key(&request.address) {
                self.by_address.insert(request.address.clone(), reply.to_owned());
            }
        }
    }
}

/// The oldest leaves when a new one comes.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use std::collections::{HashMap, VecDeque};

    const MAX_REPLIES: usize = 400;

    pub(crate) struct Replies {
        by_address: HashMap<String, String>,
        /// The same addresses, the oldest first.
        order: VecDeque<String>,
    }

    impl Default for Replies {
        fn default() -> Replies {
            // What leaves a table leaves a mark in it. One that is half empty is swept where it stands, and never grows.
            Replies {
                by_address: HashMap::with_capacity(2 * MAX_REPLIES),
                order: VecDeque::with_capacity(MAX_REPLIES),
            }
        }
    }

    impl Part for Replies {
        fn handle(&mut self, request: &Request, reply: &str) {
            if self.by_address.contains_key(&request.address) {
                return;
            }
            if self.order.len() == MAX_REPLIES
                && let Some(oldest) = self.order.pop_front()
            {
                self.by_address.remove(&oldest);
            }
            self.by_address.insert(request.address.clone(), reply.to_owned());
            self.order.push_back(request.address.clone());
        }
    }
}
