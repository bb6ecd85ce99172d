//! Reads what a view of a running process asks for again and again: levels, which cost a few
//! pages, and the figures of all sites without their lifetimes.

use super::*;

/// Where a process stands, from the recorder's own sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Process id, in the process's own namespace.
    pub process: u64,
    /// Process id of the parent when the recording began.
    pub parent: u64,
    /// Nanoseconds since 1970 when the recording began.
    pub started_unix_ns: u64,
    /// Nanoseconds of `CLOCK_MONOTONIC` when the region was opened.
    pub opened_at_ns: u64,
    /// The number of the open or last region.
    pub region: u64,
    /// Wall time of the region if it was closed; `None` while it is open.
    pub closed_after_ns: Option<u64>,
    /// Live bytes now. While other threads change them, they may be off by what one thread keeps back.
    pub live_bytes: u64,
    /// The most bytes that were live at once, as far as the recorder has noticed.
    pub peak_bytes: u64,
    /// Bytes that were allocated since the region was opened.
    pub allocated_bytes: u64,
}

/// The sums and the figures of all sites, read one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteReading {
    /// The sums over all sites.
    pub totals: RawTotals,
    /// One entry per site and thread, without the classes of lifetimes. Their nodes are those of
    /// [`read_names_from`], if that is called later than this was read.
    pub sites: Vec<RawSite>,
}

/// Reads the levels. PERF: 1,280 bytes, and 128 per thread where several have recorded.
///
/// # Errors
/// When the source is no recording of this version, or cannot be read.
pub fn read_levels(source: &impl TableSource) -> Result<Levels, RawError> {
    let hot = HotWords(read_list(source, 0, offset_of!(HotPages, curve) / 8)?);
    hot.check_version()?;
    let is_open = hot.process(offset_of!(ProcessRow, is_open)) == 1;
    let mut live =
        hot.word(offset_of!(HotPages, owner_sums) + offset_of!(OwnerSums, live_bytes)).cast_signed()
            + hot.word(offset_of!(HotPages, shared_live_bytes)).cast_signed();
    let mut allocated = hot.word(offset_of!(HotPages, owner_sums) + offset_of!(OwnerSums, clock_bytes))
        + hot.word(offset_of!(HotPages, shared_clock_bytes));
    if hot.word(offset_of!(HotPages, is_shared)) as u32 == 1 {
        let count = bounded_length(hot.process(offset_of!(ProcessRow, threads)), MAX_THREADS);
        let rows = read_bulk(source, offset_of!(BulkTables, threads), count * size_of::<ThreadRow>())?;
        for row in rows.chunks_exact(size_of::<ThreadRow>() / 8) {
            live = live.wrapping_add(row[offset_of!(ThreadRow, pending_bytes) / 8].cast_signed());
            allocated = allocated.wrapping_add(row[offset_of!(ThreadRow, pending_clock_bytes) / 8]);
        }
    }
    let positive = |level: i64| level.max(0).unsigned_abs();
    Ok(Levels {
        process: hot.process(offset_of!(ProcessRow, id)),
        parent: hot.process(offset_of!(ProcessRow, parent)),
        started_unix_ns: hot.process(offset_of!(ProcessRow, started_unix_ns)),
        opened_at_ns: hot.process(offset_of!(ProcessRow, opened_at_ns)),
        region: hot.process(offset_of!(ProcessRow, region)),
        closed_after_ns: (!is_open).then(|| hot.process(offset_of!(ProcessRow, closed_after_ns))),
        live_bytes: positive(live),
        peak_bytes: positive(hot.word(offset_of!(HotPages, peak_bytes)).cast_signed()).max(positive(live)),
        allocated_bytes: allocated,
    })
}

/// Reads the curve, and the command line.
///
/// # Errors
/// As [`read_levels`].
pub fn read_curve_and_command(source: &impl TableSource) -> Result<(Vec<RawPoint>, Vec<String>), RawError> {
    let hot = HotWords(read_list(source, 0, size_of::<HotPages>() / 8)?);
    hot.check_version()?;
    Ok((read_curve(&hot), read_command(&hot)))
}

/// Reads the figures of all sites: 112 KiB, and 128 bytes per site and thread.
///
/// # Errors
/// As [`read_levels`].
pub fn read_site_figures(source: &impl TableSource) -> Result<SiteReading, RawError> {
    let hot = HotWords(read_list(source, 0, size_of::<HotPages>() / 8)?);
    hot.check_version()?;
    let (peak, threads) = (Peak::read(&hot), read_threads(source, &hot)?);
    let segments = SegmentLists::read(source, &hot)?;
    let (mut sums, mut sites) = (SiteSums::default(), Vec::new());
    segments.for_each_site(source, peak, threads.len(), false, |site| {
        sums.add(&site);
        sites.push(site);
    })?;
    let totals = sum_totals(&hot, peak, &sums, &threads, read_curve(&hot).last());
    Ok(SiteReading { totals, sites })
}

/// Reads what it takes to name sites that are new: the nodes of the call tree from number `first` on,
/// and all modules and places in Python code. None of these changes once it is there.
///
/// # Errors
/// As [`read_levels`].
pub fn read_names_from(source: &impl TableSource, first: usize) -> Result<NameTables, RawError> {
    let offset = offset_of!(HotPages, process) + offset_of!(ProcessRow, nodes);
    let end = bounded_length(read_list(source, offset, 1)?[0], MAX_NODES).max(1);
    // Two parents share a word.
    let even = first & !1;
    let count = end.saturating_sub(even);
    let parents = read_u32_list(source, offset_of!(BulkTables, node_parents) + even * 4, count)?;
    let addresses = read_bulk(source, offset_of!(BulkTables, node_addresses) + even * 8, count * 8)?;
    let nodes = parents.into_iter().zip(addresses).map(|(parent, address)| Node { parent, address });
    let nodes = nodes.skip(first - even).collect();
    // A module and a location are complete before a node refers to them.
    let front = HotWords(read_list(source, 0, HOT_FRONT_WORDS)?);
    Ok(NameTables { nodes, modules: read_modules(source, &front)?, python: read_python(source, &front)? })
}
