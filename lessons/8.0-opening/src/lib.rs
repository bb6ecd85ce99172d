//! A small web service, twice: one that loses memory, and the same one after the fix. The lesson
//! measures both; the demonstration (`src/bin/opening-show`) runs both in front of the class.

/// Answers visitors.
pub trait Service: Default {
    /// Renders the page of one visitor.
    fn answer(&mut self, visit: u64) -> String;

    /// Bytes sent so far.
    fn sent_bytes(&self) -> u64;
}

/// Keeps every page, because somebody might ask for it again. Nobody ever does.
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

/// Keeps only what is asked for: a number.
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
