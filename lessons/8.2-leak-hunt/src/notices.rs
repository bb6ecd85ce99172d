//! Listeners that are called when the service closes: one per connection, while it lasts.

/// A connection ends and its listener stays: the list owns it and everything that it has captured.
pub(crate) mod before {
    use crate::service::{Part, Request};

    #[derive(Default)]
    pub(crate) struct Notices {
        listeners: Vec<Box<dyn Fn() -> String>>,
    }

    impl Part for Notices {
        fn handle(&mut self, request: &Request, _: &str) {
            let address = request.address.clone();
            self.listeners.push(Box::new(move || format!("{address}: we are closing")));
        }
    }

    impl Drop for Notices {
        fn drop(&mut self) {
            self.listeners.iter().for_each(|listener| drop(listener()));
        }
    }
}

/// A listener has a number, by which it is removed when the connection ends.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use std::collections::HashMap;

    #[derive(Default)]
    pub(crate) struct Notices {
        listeners: HashMap<u64, Box<dyn Fn() -> String>>,
    }

    impl Part for Notices {
        fn handle(&mut self, request: &Request, _: &str) {
            let address = request.address.clone();
            self.listeners.insert(request.number, Box::new(move || format!("{address}: we are closing")));
            // The connection has had its reply and ends here.
            self.listeners.remove(&request.number);
        }
    }

    impl Drop for Notices {
        fn drop(&mut self) {
            self.listeners.values().for_each(|listener| drop(listener()));
        }
    }
}
