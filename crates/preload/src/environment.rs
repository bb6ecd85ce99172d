//! Takes this library out of `LD_PRELOAD`, so that the programs that this process starts run without
//! it.

use std::ffi::CStr;
use std::mem::MaybeUninit;

const VARIABLE: &[u8] = b"LD_PRELOAD=";

unsafe extern "C" {
    static mut environ: *mut *mut libc::c_char;
}

/// Removes this library from the list in `LD_PRELOAD`, and the variable if the list is empty then. The
/// libraries of the user's own stay. The strings and the array are changed where they are, because
/// `main` gets the same array, and because nothing can be allocated here.
pub(crate) fn remove_this_library() {
    let Some(own) = own_path() else { return };
    // SAFETY: this runs at the first allocation of the process, before the program could have started
    // a thread that changes the environment. The array ends with a null pointer.
    unsafe {
        let mut place = environ;
        while !place.is_null() && !(*place).is_null() {
            let entry = CStr::from_ptr(*place).to_bytes();
            if let Some(list) = entry.strip_prefix(VARIABLE) {
                let list = std::slice::from_raw_parts_mut(list.as_ptr().cast_mut(), list.len());
                if remove_from_list(list, own) {
                    return remove_entry(place);
                }
            }
            place = place.add(1);
        }
    }
}

/// The path of this library, as the dynamic linker knows it.
fn own_path() -> Option<&'static [u8]> {
    let mut about = MaybeUninit::<libc::Dl_info>::zeroed();
    let inside = remove_this_library as fn() as *const libc::c_void;
    // SAFETY: an address of our own, and a place for the answer, which is all zeros otherwise. The
    // name lives as long as the library.
    unsafe {
        libc::dladdr(inside, about.as_mut_ptr());
        let name = about.assume_init().dli_fname;
        (!name.is_null()).then(|| CStr::from_ptr(name).to_bytes())
    }
}

/// Removes the library from a list with colons or spaces, by moving what follows it; zeros fill what
/// is left over. Returns whether nothing remains.
fn remove_from_list(list: &mut [u8], own: &[u8]) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b':' | b' ');
    let is_own = |word: &[u8]| {
        own == word || own.strip_suffix(word).is_some_and(|folder| folder.ends_with(b"/") && !word.is_empty())
    };
    let mut start = 0;
    while start < list.len() {
        let length = list[start..].iter().position(is_separator).unwrap_or(list.len() - start);
        if is_own(&list[start..start + length]) {
            let next = (start + length + 1).min(list.len());
            // Of the last word, the separator before it goes as well.
            let start = if next == list.len() { start.saturating_sub(1) } else { start };
            let moved = list.len() - next;
            list.copy_within(next.., start);
            list[start + moved..].fill(0);
            break;
        }
        start += length + 1;
    }
    list.iter().all(|byte| is_separator(byte) || *byte == 0)
}

/// # Safety
/// `place` is in an array that ends with a null pointer.
unsafe fn remove_entry(mut place: *mut *mut libc::c_char) {
    // SAFETY: the caller's promise.
    unsafe {
        while !(*place).is_null() {
            *place = *place.add(1);
            place = place.add(1);
        }
    }
}
