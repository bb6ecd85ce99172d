//! The files that the addresses of a recording belong to: the program and its libraries as the
//! dynamic linker has mapped them, with their build ids.

use heaplab_profile::path_text::encode_path;
use heaplab_profile::raw::Module;
#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt as _;

#[cfg(target_os = "linux")]
pub(super) fn list_modules() -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    // SAFETY: the callback has the signature that is asked for, and `modules` outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(add_module), std::ptr::from_mut(&mut modules).cast()) };
    modules
}

#[cfg(not(target_os = "linux"))]
pub(super) fn list_modules() -> Vec<Module> {
    Vec::new()
}

#[cfg(target_os = "linux")]
unsafe extern "C" fn add_module(
    info: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    modules: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the linker passes a description that is valid during the call, and the pointer that
    // `list_modules` gave it.
    let (info, modules) = unsafe { (&*info, &mut *modules.cast::<Vec<Module>>()) };
    // SAFETY: the linker's own table and its length.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let shift = info.dlpi_addr;
    // The address of the file's first byte. It equals the shift, except in a program that is linked
    // to a fixed address.
    let first = headers.iter().find(|header| header.p_type == libc::PT_LOAD && header.p_offset == 0);
    let base = shift + first.map_or(0, |header| header.p_vaddr);
    let end = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    let end = end.map(|header| shift + header.p_vaddr + header.p_memsz).max().unwrap_or(base);
    // SAFETY: a NUL-terminated name; the program's own is empty.
    let name = unsafe { std::ffi::CStr::from_ptr(info.dlpi_name) }.to_bytes();
    let path = match name {
        // The second is musl's name for a static program. Read by another process, it would be that
        // process' own program.
        b"" | b"/proc/self/exe" if modules.is_empty() => {
            std::env::current_exe().map(|path| encode_path(path.as_os_str().as_bytes())).unwrap_or_default()
        }
        _ => encode_path(name),
    };
    let notes = headers.iter().filter(|header| header.p_type == libc::PT_NOTE);
    let build_id = notes
        .filter_map(|header| {
            let start = std::ptr::with_exposed_provenance::<u8>((shift + header.p_vaddr) as usize);
            // SAFETY: a note segment is mapped readable as long as its module is.
            find_build_id(
                unsafe { std::slice::from_raw_parts(start, header.p_memsz as usize) },
                header.p_align,
            )
        })
        .next();
    modules.push(Module { base, end, path, build_id: build_id.unwrap_or_default() });
    0
}

/// The GNU build id among the notes of a segment (ELF: name size, descriptor size, type, name,
/// descriptor, each padded).
fn find_build_id(mut notes: &[u8], align: u64) -> Option<String> {
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
            return Some(descriptor.iter().map(|byte| format!("{byte:02x}")).collect());
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
        assert_eq!(find_build_id(&notes, 4).as_deref(), Some("ab01"));
        assert_eq!(find_build_id(&notes[..20], 4), None);
        assert_eq!(find_build_id(&[], 4), None);
    }

    #[test]
    fn the_program_itself_is_the_first_module() {
        let modules = list_modules();
        let here = list_modules as fn() -> Vec<Module> as usize as u64;
        assert!(modules[0].base <= here && here < modules[0].end, "{modules:?}");
        assert_eq!(modules[0].path, std::env::current_exe().unwrap().to_string_lossy());
    }
}
