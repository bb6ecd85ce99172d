//! How often each page was asked for. The names of counters are `&'static str`, as many libraries
//! of metrics want them.

/// `Box::leak` makes a `&'static str` at every use, even where the counter already exists.
pub(crate) mod before {
    use crate::service::{Part, Request};
    use std::collections::HashMap;

    #[derive(Default)]
    pub(crate) struct Tenants {
        counters: HashMap<&'static str, u64>,
    }

    impl Part for Tenants {
        fn handle(&mut self, request: &Request, _: &str) {
            let name = format!("requests of {}", request.page());
            *self.counters.entry(Box::leak(name.into_boxed_str())).or_default() += 1;
        }
    }
}

/// The map owns its names. A name is looked up borrowed and stored once.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use std::collections::HashMap;

    #[derive(Default)]
    pub(crate) struct Tenants {
        counters: HashMap<String, u64>,
    }

    impl Part for Tenants {
        fn handle(&mut self, request: &Request, _: &str) {
            let name = format!("requests of {}", request.page());
            match self.counters.get_mut(&name) {
                Some(counter) => *counter += 1,
                None => drop(self.counters.insert(name, 1)),
            }
        }
    }
}
