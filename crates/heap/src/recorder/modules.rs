//! The files that the addresses of a recording belong to: the program and its libraries as the
//! dynamic linker has mapped them, with their build ids. They are written to the tables when a
//! stack leads through them for the first time.
//!
//! After `dlclose`, another module may be mapped where one was before. Then the addresses of the
//! newer one carry a number in their top 16 bits, which no address of a program uses, and so do the
//! bounds in its row. So an address minus its module's base is an offset as always, and no stack of
//! one module is taken for that of another.

use super::stacks::Locked;
use super::tables::{self, hot};
use heaplab_profile::raw::python_location;
use heaplab_profile::raw::tables::{BUILD_ID_BYTES, ModuleRow, PATH_BYTES};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};

const MAX_PERMANENT: usize = 32;
/// First and last address of each module that was loaded when the program began. A forked child
/// keeps them: what its parent loaded later may be unloaded in the child.
static PERMANENT: [(AtomicU64, AtomicU64); MAX_PERMANENT] =
    [const { (AtomicU64::new(0), AtomicU64::new(0)) }; MAX_PERMANENT];
static PERMANENT_USED: AtomicUsize = AtomicUsize::new(0);
/// Held while a module is added, and never while the dynamic linker is asked: a thread that is in
/// the linker may allocate.
static LOCK: AtomicBool = AtomicBool::new(false);
/// The module in which the last address was found. PERF: most addresses are the program's own.
static LAST_FOUND: AtomicU32 = AtomicU32::new(0);
/// How many modules the linker had ever added when it was asked last. It counts from 1, and musl
/// says 0 for a static program, so the value before the first time is neither.
static LAST_ADDS: AtomicU64 = AtomicU64::new(NEVER_ASKED);
const NEVER_ASKED: u64 = u64::MAX;

/// Where the number of a module is in an address.
const NUMBER_SHIFT: u32 = 48;
const ADDRESS_MASK: u64 = (1 << NUMBER_SHIFT) - 1;
/// Whether a module was mapped where another was before.
static IS_REUSED: AtomicBool = AtomicBool::new(false);

/// An address as it is recorded, with the number of the module that has it now.
#[inline]
pub(super) fn number_address(address: u64) -> u64 {
    if IS_REUSED.load(Relaxed) { number_reused_address(address) } else { address }
}

#[cold]
fn number_reused_address(address: u64) -> u64 {
    let contains = |row: &&ModuleRow| {
        let (base, end) = (row.base.load(Relaxed) & ADDRESS_MASK, row.end.load(Relaxed) & ADDRESS_MASK);
        base <= address && address < end
    };
    // The latest row is that of the module that is there now.
    let row = rows().iter().rev().find(contains);
    address | row.map_or(0, |row| row.base.load(Relaxed) & !ADDRESS_MASK)
}

/// Looks for modules that were loaded or unloaded, because the linker says that there are some.
#[cfg(target_os = "linux")]
pub(super) fn note_changes() {
    add_loaded();
}

/// Adds the modules of these addresses, unless they are known.
pub(super) fn add_missing(addresses: &[u64]) {
    if !addresses.iter().all(|&address| is_known(address)) {
        add_loaded();
    }
}

/// Whether an address lies in a module that was there when the program began, and so is never
/// unloaded. Any other code may be replaced by other code at the same address.
#[inline]
pub(super) fn is_permanent(address: u64) -> bool {
    let used = PERMANENT_USED.load(Acquire).min(MAX_PERMANENT);
    PERMANENT[..used].iter().any(|(base, end)| base.load(Relaxed) <= address && address < end.load(Relaxed))
}

/// Remembers the modules that are loaded now as permanent, at the first start of the program. Those
/// for which there is no room count as others.
fn note_permanent() {
    if PERMANENT_USED.load(Relaxed) > 0 {
        return;
    }
    for ((base, end), row) in PERMANENT.iter().zip(rows()) {
        base.store(row.base.load(Relaxed), Relaxed);
        end.store(row.end.load(Relaxed), Relaxed);
    }
    PERMANENT_USED.store(rows().len(), Release);
}

/// Begins with an empty list, at the start of a process. In a forked child another thread of the
/// parent may have held the lock.
pub(super) fn reset() {
    LOCK.store(false, Relaxed);
    LAST_ADDS.store(NEVER_ASKED, Relaxed);
    IS_REUSED.store(false, Relaxed);
    add_loaded();
    note_permanent();
}

/// The first address of the module that has this address, and one past its last.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(super) fn bounds_of(address: u64) -> Option<(u64, u64)> {
    let mut bounds = rows().iter().map(|row| (row.base.load(Relaxed), row.end.load(Relaxed)));
    bounds.find(|(base, end)| *base <= address && address < *end)
}

fn rows() -> &'static [ModuleRow] {
    let used = hot().process.modules.load(Acquire) as usize;
    tables::bulk().and_then(|lists| lists.modules.get(..used)).unwrap_or_default()
}

fn is_known(address: u64) -> bool {
    if python_location(address).is_some() {
        return true;
    }
    let rows = rows();
    let contains = |row: &ModuleRow| row.base.load(Relaxed) <= address && address < row.end.load(Relaxed);
    if rows.get(LAST_FOUND.load(Relaxed) as usize).is_some_and(contains) {
        return true;
    }
    let found = rows.iter().position(contains);
    if let Some(index) = found {
        LAST_FOUND.store(index as u32, Relaxed);
    }
    found.is_some()
}

#[cfg(not(target_os = "linux"))]
fn add_loaded() {}

/// Adds all modules that are loaded now.
#[cfg(target_os = "linux")]
fn add_loaded() {
    let last = LAST_ADDS.load(Relaxed);
    let mut adds = LinkerAdds { last, now: last };
    // SAFETY: the callback has the signature that is asked for, and `adds` outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(add_module), (&raw mut adds).cast()) };
    LAST_ADDS.store(adds.now, Relaxed);
}

/// How many modules the linker had ever added: when it was asked last, and now.
#[cfg(target_os = "linux")]
struct LinkerAdds {
    last: u64,
    now: u64,
}

#[cfg(target_os = "linux")]
unsafe extern "C" fn add_module(
    info: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    adds: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the linker passes a description that is valid during the call, and the pointer that
    // `add_loaded` gave it.
    let (info, adds) = unsafe { (&*info, &mut *adds.cast::<LinkerAdds>()) };
    if adds.last == info.dlpi_adds {
        // Nothing was loaded since the last time, so the address is in no module.
        return 1;
    }
    adds.now = info.dlpi_adds;
    // SAFETY: the linker's own table and its length.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let shift = info.dlpi_addr;
    // The address of the file's first byte. It equals the shift, except in a program that is linked
    // to a fixed address.
    let first = headers.iter().find(|header| header.p_type == libc::PT_LOAD && header.p_offset == 0);
    let base = shift.wrapping_add(first.map_or(0, |header| header.p_vaddr));
    let end = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    let end = end.map(|header| shift.wrapping_add(header.p_vaddr).wrapping_add(header.p_memsz)).max();
    let notes = headers.iter().filter(|header| header.p_type == libc::PT_NOTE);
    let build_id = notes
        .filter_map(|header| {
            let start = std::ptr::with_exposed_provenance::<u8>(shift.wrapping_add(header.p_vaddr) as usize);
            // SAFETY: a note segment is mapped readable as long as its module is.
            let notes = unsafe { std::slice::from_raw_parts(start, header.p_memsz as usize) };
            find_build_id(notes, header.p_align)
        })
        .next()
        .unwrap_or_default();
    // SAFETY: a NUL-terminated name; the program's own is empty.
    let name = unsafe { std::ffi::CStr::from_ptr(info.dlpi_name) }.to_bytes();
    let module = LoadedModule { base, end: end.unwrap_or(base), name, build_id };
    // SAFETY: the linker describes a module that is mapped.
    #[cfg(all(feature = "preload", target_os = "linux"))]
    unsafe {
        super::python::note_module(headers, shift, base, module.end);
    }
    let _locked = Locked::new(&LOCK);
    match rows().iter().rev().find(|row| module.overlaps(row)) {
        None => module.add(0),
        Some(row) if module.is_in(row) => {}
        Some(row) => {
            module.add((row.base.load(Relaxed) >> NUMBER_SHIFT) + 1);
            IS_REUSED.store(true, Relaxed);
        }
    }
    0
}

struct LoadedModule<'a> {
    base: u64,
    end: u64,
    name: &'a [u8],
    build_id: &'a [u8],
}

impl LoadedModule<'_> {
    fn overlaps(&self, row: &ModuleRow) -> bool {
        let (base, end) = (row.base.load(Relaxed) & ADDRESS_MASK, row.end.load(Relaxed) & ADDRESS_MASK);
        base < self.end && self.base < end
    }

    /// Whether this is the row of the module. Another module may have been mapped there before.
    fn is_in(&self, row: &ModuleRow) -> bool {
        let equals = |kept: &[AtomicU8], length: &AtomicU32, bytes: &[u8]| {
            let kept = kept.iter().take(length.load(Relaxed) as usize);
            kept.map(|byte| byte.load(Relaxed)).eq(bytes.iter().copied().take(PATH_BYTES))
        };
        row.base.load(Relaxed) & ADDRESS_MASK == self.base
            && row.end.load(Relaxed) & ADDRESS_MASK == self.end
            && self.build_id.iter().zip(&row.build_id).all(|(byte, kept)| *byte == kept.load(Relaxed))
            && (self.is_program() || equals(&row.path, &row.path_bytes, self.name))
    }

    /// The program itself has an empty name. The second is musl's for a static program; read by
    /// another process, it would be that process' own program.
    fn is_program(&self) -> bool {
        self.name.is_empty() || self.name == b"/proc/self/exe"
    }

    fn add(&self, number: u64) {
        let Some(row) = tables::bulk().and_then(tables::next_module_row) else { return };
        let mut own_path = [0_u8; PATH_BYTES];
        let path = if self.is_program() && rows().is_empty() {
            // SAFETY: the buffer and its length.
            let length = unsafe {
                libc::readlink(c"/proc/self/exe".as_ptr(), own_path.as_mut_ptr().cast(), PATH_BYTES)
            };
            &own_path[..usize::try_from(length).unwrap_or(0)]
        } else {
            self.name
        };
        let number = number << NUMBER_SHIFT;
        row.base.store(self.base | number, Relaxed);
        row.end.store(self.end | number, Relaxed);
        row.path_bytes.store(store_bytes(&row.path, path), Relaxed);
        row.build_id_bytes.store(store_bytes(&row.build_id, self.build_id), Relaxed);
        const { assert!(BUILD_ID_BYTES >= 20, "a SHA-1 fits") };
        tables::finish_module_row();
    }
}

/// Stores as many bytes as fit, and returns their number.
fn store_bytes(place: &[AtomicU8], bytes: &[u8]) -> u32 {
    place.iter().zip(bytes).map(|(to, byte)| to.store(*byte, Relaxed)).count() as u32
}

/// The GNU build id among the notes of a segment (ELF: name size, descriptor size, type, name,
/// descriptor, each padded).
fn find_build_id(mut notes: &[u8], align: u64) -> Option<&[u8]> {
    const NT_GNU_BUILD_ID: usize = 3;
    let align = if align == 8 { 8 } else { 4 };
    let word = |at: usize, notes: &[u8]| {
        notes
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map(|bytes| u32::from_ne_bytes(bytes) as usize)
    };
    loop {
        let (name_size, size, kind) = (word(0, notes)?, word(4, notes)?, word(8, notes)?);
        let name = notes.get(12..12 + name_size)?;
        let start = (12 + name_size).next_multiple_of(align);
        let descriptor = notes.get(start..start + size)?;
        if kind == NT_GNU_BUILD_ID && name == b"GNU\0" {
            return Some(descriptor);
        }
        notes = notes.get((start + size).next_multiple_of(align)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_id_is_found_behind_other_notes() {
        let mut notes = Vec::new();
        for (name, descriptor, kind) in
            [(&b"stapsdt\0"[..], &[1u8, 2, 3][..], 3u32), (b"GNU\0", &[0xab, 0x01], 3)]
        {
            notes.extend((name.len() as u32).to_ne_bytes());
            notes.extend((descriptor.len() as u32).to_ne_bytes());
            notes.extend(kind.to_ne_bytes());
            notes.extend(name);
            notes.extend(descriptor);
            notes.resize(notes.len().next_multiple_of(4), 0);
        }
        assert_eq!(find_build_id(&notes, 4), Some(&[0xab, 0x01][..]));
        assert_eq!(find_build_id(&notes[..20], 4), None);
        assert_eq!(find_build_id(&[], 4), None);
    }
}
