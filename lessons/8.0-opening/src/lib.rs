//! A small web service, twice: one that loses memory, and the same one when it no longer does. The lesson measures both; the
//! show (`src/bin/opening-show`) runs both before the class.

/// Answers visitors.
pub trait Service: Default {
    /// The page of one visitor. The sum of all pages' lengths is what the service is asked for in the evening.
    fn answer(&mut self, visit: u64) -> String;

    /// Bytes sent so far.
    fn sent_bytes(&self) -> u64;
}

/// It keeps every page: somebody might ask for it again. Nobody ever does.
#[derive(Default)]
pub struct Losing {
    seen: Vec<String>,
}

impl Service for Losing {
    fn answer(&mut self, visit: u64) -> String {
        let page = render_page(visit);
        self.seen.push(page.clone());
        page
    }

    fn sent_bytes(&self) -> u64 {
        self.seen.iter().map(|page| page.len() as u64).sum()
    }
}

/// It keeps what is asked for: a number.
#[derive(Default)]
pub struct Fixed {
    sent_bytes: u64,
}

impl Service for Fixed {
    fn answer(&mut self, visit: u64) -> String {
        let page = render_page(visit);
        self.sent_bytes += page.len() as u64;
        page
    }

    fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }
}

/// About a kilobyte of HTML.
fn render_page(visit: u64) -> String {
    format!("<p>Good morning, visitor {visit:06}.</p>").repeat(25)
}
