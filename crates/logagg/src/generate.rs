//! Generates test logs in the combined format. The same seed gives the same bytes.
//!
//! Every address appears: new ones are introduced evenly over the first 19/20 of the file, and
//! other lines take an address by Zipf's law (the r-th address is about 1/r as frequent as the
//! first).

use std::io::{self, Write};

mod log_line;

use crate::error::{Error, Result};
use log_line::{LineGenerator, MOST_LINE};

/// What to generate.
#[derive(Debug, Clone, Copy)]
pub struct LogRecipe {
    /// Exact size in bytes.
    pub bytes: u64,
    /// Exact number of distinct addresses.
    pub addresses: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Share of the addresses that are IPv6, 0 to 1.
    pub ipv6: f64,
    /// Approximate share of the lines that have no address, 0 to 1.
    pub malformed: f64,
}

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct GeneratedLog {
    /// Size in bytes.
    pub bytes: u64,
    /// All lines.
    pub lines: u64,
    /// Lines without an address.
    pub malformed: u64,
    /// Distinct addresses.
    pub addresses: u64,
}

/// Number of available IPv4 addresses: all but those with the reserved first bytes 0, 10, 127 and
/// 224 to 255.
const MOST_V4: u64 = (256 - 3 - 32) << 24;

const END: &[u8] = b"\"\n";

const CHUNK: usize = 1 << 20;

/// Writes a log to `out`; `name` is for messages.
pub fn generate(recipe: &LogRecipe, name: &str, out: &mut dyn Write) -> Result<GeneratedLog> {
    let LogRecipe { bytes, addresses, .. } = *recipe;
    if addresses == 0 || !(0.0..=1.0).contains(&recipe.ipv6) || !(0.0..1.0).contains(&recipe.malformed) {
        let what = "--addresses is at least 1, --ipv6 is from 0 to 1, --malformed is from 0 to below 1";
        return Err(Error::Usage(what.into()));
    }
    let v4 = addresses - (addresses as f64 * recipe.ipv6) as u64;
    if v4 > MOST_V4 {
        let what =
            format!("--addresses {addresses}: there are {MOST_V4} public IPv4 addresses; --ipv6 has more");
        return Err(Error::Usage(what));
    }
    let mut lines = LineGenerator::new(recipe);
    let failed = |source: io::Error| Error::Output { name: name.to_owned(), source };
    let introduce_until = (bytes / 20 * 19).min(bytes.saturating_sub(4 * MOST_LINE as u64));
    let (mut written, mut introduced, mut count, mut malformed) = (0u64, 0u64, 0u64, 0u64);
    let mut chunk = Vec::with_capacity(CHUNK + 2 * MOST_LINE);
    // A line takes at most half of what is left, so the rest is always enough for one more line.
    while bytes - written > 2 * MOST_LINE as u64 {
        let before = chunk.len();
        // In 128 bits, because 10 TB times a billion addresses overflows 64.
        let due = u128::from(introduced) * u128::from(introduce_until)
            <= u128::from(written) * u128::from(addresses);
        if introduced < addresses && due {
            lines.push_address_line(&mut chunk, introduced);
            introduced += 1;
        } else if lines.is_malformed() {
            lines.push_malformed_line(&mut chunk);
            malformed += 1;
        } else {
            lines.push_random_line(&mut chunk);
        }
        count += 1;
        written += (chunk.len() - before) as u64;
        if chunk.len() >= CHUNK {
            out.write_all(&chunk).map_err(failed)?;
            chunk.clear();
        }
    }
    if bytes - written < MOST_LINE as u64 || introduced + 1 < addresses {
        return Err(size_error(recipe, introduced));
    }
    let before = chunk.len();
    lines.push_address_line(&mut chunk, addresses - 1);
    // The user agent is padded to the exact length.
    chunk.truncate(chunk.len() - END.len());
    chunk.resize(before + (bytes - written) as usize - END.len(), b'+');
    chunk.extend_from_slice(END);
    out.write_all(&chunk).and_then(|()| out.flush()).map_err(failed)?;
    Ok(GeneratedLog { bytes, lines: count + 1, malformed, addresses })
}

fn size_error(recipe: &LogRecipe, introduced: u64) -> Error {
    Error::Usage(format!(
        "--bytes {}: lines for {introduced} of {} addresses fit; give more bytes or fewer addresses",
        recipe.bytes, recipe.addresses
    ))
}
