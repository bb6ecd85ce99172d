//! The journal: every request sends one line into a channel, and the reader writes it down.
//!
//! Writer and reader take turns on one thread, so that every run is the same: the reader's turn
//! comes once in four requests.

/// A channel without a limit: the writer is quicker than the reader, and the lines in between stay
/// in memory.
pub(crate) mod before {
    use crate::service::{Part, Request};
    use std::sync::mpsc::{Receiver, Sender, channel};

    pub(crate) struct Journal {
        writer: Sender<String>,
        reader: Receiver<String>,
        written_bytes: usize,
    }

    impl Default for Journal {
        fn default() -> Journal {
            let (writer, reader) = channel();
            Journal { writer, reader, written_bytes: 0 }
        }
    }

    impl Part for Journal {
        fn handle(&mut self, request: &Request, _: &str) {
            let line = format!("user {} at {}", request.user, request.address);
            // Sending cannot fail: the reader lives as long as this journal.
            let _ = self.writer.send(line);
            if request.number.is_multiple_of(4) {
                self.written_bytes += self.reader.try_recv().map_or(0, |line| line.len());
            }
        }
    }
}

/// A channel with a limit: when it is full, the reader gets its turn before the writer goes on.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

    const CHANNEL_LINES: usize = 64;

    pub(crate) struct Journal {
        writer: SyncSender<String>,
        reader: Receiver<String>,
        written_bytes: usize,
    }

    impl Default for Journal {
        fn default() -> Journal {
            let (writer, reader) = sync_channel(CHANNEL_LINES);
            Journal { writer, reader, written_bytes: 0 }
        }
    }

    impl Part for Journal {
        fn handle(&mut self, request: &Request, _: &str) {
            let line = format!("user {} at {}", request.user, request.address);
            if let Err(TrySendError::Full(line)) = self.writer.try_send(line) {
                self.write_down();
                let _ = self.writer.try_send(line);
            }
            if request.number.is_multiple_of(4) {
                self.write_down();
            }
        }
    }

    impl Journal {
        fn write_down(&mut self) {
            self.written_bytes += self.reader.try_recv().map_or(0, |line| line.len());
        }
    }
}
