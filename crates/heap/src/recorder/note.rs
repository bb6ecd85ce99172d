//! An ELF note in every program that has the recorder. A recorder that is loaded into a program from
//! outside (`crates/preload`) finds it and leaves the work to the program's own.

/// The layout of an ELF note: the sizes of name and description, a type, the name.
#[repr(C, align(4))]
struct Note {
    name_bytes: u32,
    description_bytes: u32,
    kind: u32,
    name: [u8; 8],
}

const NAME: [u8; 8] = *b"heaplab\0";

#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".note.heaplab"))]
static NOTE: Note = Note { name_bytes: NAME.len() as u32, description_bytes: 0, kind: 1, name: NAME };

/// Whether the program itself, not one of its libraries, has the recorder.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) fn is_in_program() -> bool {
    // SAFETY: the callback has the signature that is asked for.
    unsafe { libc::dl_iterate_phdr(Some(find_note), std::ptr::null_mut()) == FOUND }
}

#[cfg(all(feature = "preload", target_os = "linux"))]
const FOUND: libc::c_int = 1;
#[cfg(all(feature = "preload", target_os = "linux"))]
const NOT_FOUND: libc::c_int = 2;

/// Looks at the first module only, which is the program.
#[cfg(all(feature = "preload", target_os = "linux"))]
unsafe extern "C" fn find_note(
    info: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    _data: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the linker passes a description that is valid during the call.
    let info = unsafe { &*info };
    // SAFETY: the linker's own table and its length.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let has_note = headers.iter().filter(|header| header.p_type == libc::PT_NOTE).any(|header| {
        let start = info.dlpi_addr.wrapping_add(header.p_vaddr) as usize;
        let start = std::ptr::with_exposed_provenance::<u8>(start);
        // SAFETY: a note segment is mapped readable as long as its module is.
        let notes = unsafe { std::slice::from_raw_parts(start, header.p_memsz as usize) };
        notes.windows(NAME.len()).any(|window| window == NAME)
    });
    if has_note { FOUND } else { NOT_FOUND }
}
