//! Pages that were laid out, and the buffer that they are laid out in. Memory grows here too, and there is no leak: a limit
//! is in the text, and a buffer is never larger than the largest request.

use crate::service::Request;

/// 300 pages, and a buffer that keeps the room of the largest.
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

/// 8 pages, and the buffer gives back what is beyond an ordinary request.
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

/// The reply once; every hundredth request wants a long page, up to 361 times as long.
fn lay_out(request: &Request, reply: &str, buffer: &mut String) {
    let times = if request.number % 100 == 99 { request.number / 100 * 7 % 10 * 40 } else { 0 };
    buffer.clear();
    (0..=times).for_each(|_| buffer.push_str(reply));
}
