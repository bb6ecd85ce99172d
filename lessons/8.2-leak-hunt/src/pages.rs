//! The last pages, and the buffer that they were laid out in. Memory grows here too, but there is
//! no leak: the number of pages has a limit, and the buffer is never larger than the largest page.

use crate::service::Request;

/// Keeps 300 pages, and the buffer keeps the capacity of the largest one.
pub(crate) mod before {
    use crate::service::{Part, Request};
    use std::collections::VecDeque;

    const MAX_PAGES: usize = 300;

    #[derive(Default)]
    pub(crate) struct Pages {
        latest: VecDeque<Box<str>>,
        buffer: String,
    }

    impl Part for Pages {
        fn handle(&mut self, request: &Request, reply: &str) {
            super::lay_out(request, reply, &mut self.buffer);
            if self.latest.len() == MAX_PAGES {
                self.latest.pop_front();
            }
            self.latest.push_back(self.buffer[..reply.len()].into());
        }
    }
}

/// Keeps 8 pages, and the buffer gives back what is more than an ordinary page needs.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use std::collections::VecDeque;

    const MAX_PAGES: usize = 8;
    const ORDINARY_BYTES: usize = 2048;

    #[derive(Default)]
    pub(crate) struct Pages {
        latest: VecDeque<Box<str>>,
        buffer: String,
    }

    impl Part for Pages {
        fn handle(&mut self, request: &Request, reply: &str) {
            super::lay_out(request, reply, &mut self.buffer);
            if self.latest.len() == MAX_PAGES {
                self.latest.pop_front();
            }
            self.latest.push_back(self.buffer[..reply.len()].into());
            if self.buffer.capacity() > ORDINARY_BYTES {
                self.buffer.clear();
                self.buffer.shrink_to(ORDINARY_BYTES);
            }
        }
    }
}

/// Writes the reply once; for every hundredth request up to 361 times.
fn lay_out(request: &Request, reply: &str, buffer: &mut String) {
    let times = if request.number % 100 == 99 { request.number / 100 * 7 % 10 * 40 } else { 0 };
    buffer.clear();
    (0..=times).for_each(|_| buffer.push_str(reply));
}
