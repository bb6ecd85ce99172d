//! The unwind tables of the module that an address belongs to, as they lie in memory: the
//! `PT_GNU_EH_FRAME` segment (`.eh_frame_hdr`, a sorted table of functions) and `.eh_frame`. No file
//! is opened, so stripped programs, deleted files and the vDSO need no special treatment.

#[cfg(target_os = "linux")]
use crate::recorder::linker;

/// The bytes of two sections, each from its first byte to the end of its segment. They are valid
/// while the module is loaded, and it is while a function of it is on the stack.
#[derive(Clone, Copy)]
pub(super) struct UnwindSections {
    pub(super) header: &'static [u8],
    pub(super) frames: &'static [u8],
}

/// The sections for this address; `None` if no module has it, or none with tables.
#[cfg(target_os = "linux")]
pub(super) fn find_sections(address: u64) -> Option<UnwindSections> {
    iterate::find_sections(address)
}

/// If a module was loaded or unloaded since the last call, notes which, and drops all rules.
#[inline]
pub(in crate::recorder) fn check_modules() {
    #[cfg(target_os = "linux")]
    if linker::may_have_news() {
        iterate::check_modules();
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn find_sections(_address: u64) -> Option<UnwindSections> {
    None
}

#[cfg(target_os = "linux")]
mod iterate {
    use super::UnwindSections;
    use crate::recorder::unwind::rule_table;
    use crate::recorder::{linker, modules, thread};
    use gimli::{BaseAddresses, EhFrameHdr, NativeEndian, Pointer};
    use std::ptr;
    use std::sync::atomic::{AtomicU64, Ordering::*};

    struct Search {
        address: u64,
        found: Option<UnwindSections>,
    }

    pub(super) fn find_sections(address: u64) -> Option<UnwindSections> {
        let mut search = Search { address, found: None };
        // SAFETY: the callback has the signature that is asked for, and `search` outlives the call.
        // None of our locks is held: another thread may be waiting for one while it holds the
        // linker's.
        unsafe { libc::dl_iterate_phdr(Some(search_module), ptr::from_mut(&mut search).cast()) };
        search.found
    }

    #[cold]
    #[inline(never)]
    pub(super) fn check_modules() {
        static CHANGES: AtomicU64 = AtomicU64::new(0);
        let question = linker::begin_question();
        let mut changes = 0u64;
        // SAFETY: as above.
        unsafe { libc::dl_iterate_phdr(Some(count_changes), ptr::from_mut(&mut changes).cast()) };
        let before = CHANGES.load(Acquire);
        if before != changes && before != 0 {
            // It is marked busy, because a signal handler that allocates must not wait for the lock
            // of the list.
            thread::untracked(modules::note_changes);
            rule_table::drop_all_rules();
        }
        // Only now, so that no other thread trusts a rule that is about to be dropped.
        CHANGES.store(changes, Release);
        linker::finish_question(question);
    }

    /// Stores how many modules were loaded and unloaded so far, and asks for no further module.
    unsafe extern "C" fn count_changes(
        info: *mut libc::dl_phdr_info,
        size: libc::size_t,
        changes: *mut libc::c_void,
    ) -> libc::c_int {
        if size >= std::mem::offset_of!(libc::dl_phdr_info, dlpi_tls_modid) {
            // SAFETY: the linker's description has both counters, and the pointer is that of
            // `check_modules`.
            unsafe { changes.cast::<u64>().write((*info).dlpi_adds.wrapping_add((*info).dlpi_subs)) };
        }
        1
    }

    unsafe extern "C" fn search_module(
        info: *mut libc::dl_phdr_info,
        _size: libc::size_t,
        search: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the linker passes a description that is valid during the call, and the pointer
        // that `find_sections` gave it.
        let (info, search) = unsafe { (&*info, &mut *search.cast::<Search>()) };
        // SAFETY: the linker's own table and its length.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
        let module = LoadedModule { headers, shift: info.dlpi_addr };
        if module.bytes_from(search.address).is_none() {
            return 0;
        }
        search.found = module.sections();
        1
    }

    struct LoadedModule<'a> {
        headers: &'a [libc::Elf64_Phdr],
        /// What is added to the addresses of the file.
        shift: u64,
    }

    impl LoadedModule<'_> {
        /// The module's memory from `address` to the end of its segment.
        fn bytes_from(&self, address: u64) -> Option<&'static [u8]> {
            let segment = self.headers.iter().find(|header| {
                let start = self.shift.wrapping_add(header.p_vaddr);
                header.p_type == libc::PT_LOAD && address >= start && address - start < header.p_memsz
            })?;
            let end = self.shift.wrapping_add(segment.p_vaddr).wrapping_add(segment.p_memsz);
            let start = ptr::with_exposed_provenance::<u8>(address as usize);
            // SAFETY: a loaded segment is mapped as long as its module is (see `UnwindSections`).
            Some(unsafe { std::slice::from_raw_parts(start, (end - address) as usize) })
        }

        fn sections(&self) -> Option<UnwindSections> {
            let header = self.headers.iter().find(|header| header.p_type == libc::PT_GNU_EH_FRAME)?;
            let address = self.shift.wrapping_add(header.p_vaddr);
            let header = self.bytes_from(address)?;
            let bases = BaseAddresses::default().set_eh_frame_hdr(address);
            let parsed = EhFrameHdr::new(header, NativeEndian).parse(&bases, 8).ok()?;
            let Pointer::Direct(frames) = parsed.eh_frame_ptr() else { return None };
            Some(UnwindSections { header, frames: self.bytes_from(frames)? })
        }
    }
}
