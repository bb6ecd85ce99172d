//! A cache of replies by address, so that the same address is answered only once. Since each
//! address has the number of its visit in it, no entry is ever used again.

/// Nothing is ever removed.
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

/// A new reply replaces the oldest one.
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
            // A removed entry leaves a mark in the table. A table that is half empty is cleaned in
            // place and never grows.
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
