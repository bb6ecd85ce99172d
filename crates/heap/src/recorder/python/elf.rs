//! Finds an exported symbol of a loaded module in the module's own memory. `dlsym` would take the
//! linker's lock, which a thread that waits for this one may hold, and it does not look into
//! libraries that were loaded with `RTLD_LOCAL`.
//!
//! The tables are those of the ELF specification (`DT_SYMTAB`, `DT_STRTAB`) and of GNU's hash table
//! (<https://flapenguin.me/elf-dt-gnu-hash>).

use super::memory::{byte, half, word};

const DT_STRTAB: usize = 5;
const DT_SYMTAB: usize = 6;
const DT_GNU_HASH: usize = 0x6fff_fef5;
/// The bytes of a symbol: name (4), type and binding, visibility, section (2), value (8), size (8).
const SYMBOL_BYTES: usize = 24;

/// The symbol tables of a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct SymbolTables {
    shift: usize,
    names: usize,
    symbols: usize,
    hash: usize,
}

impl SymbolTables {
    /// The tables of a loaded module. `dynamic` is the address of its dynamic section, `shift` what is
    /// added to the addresses of the file.
    ///
    /// # Safety
    /// The module is mapped, at least as long as the result is used.
    pub(super) unsafe fn read(dynamic: usize, shift: usize) -> Option<SymbolTables> {
        let mut tables = SymbolTables { shift, names: 0, symbols: 0, hash: 0 };
        let mut at = dynamic;
        loop {
            // SAFETY: an entry of the section, which ends with one of tag 0.
            let (tag, value) = unsafe { (word(at), word(at + 8)) };
            // The linker adds the shift in place, except for the vDSO.
            let address = if value < shift { value + shift } else { value };
            match tag {
                0 => break,
                DT_STRTAB => tables.names = address,
                DT_SYMTAB => tables.symbols = address,
                DT_GNU_HASH => tables.hash = address,
                _ => {}
            }
            at += 16;
        }
        (tables.names != 0 && tables.symbols != 0 && tables.hash != 0).then_some(tables)
    }

    /// The address of a symbol that the module defines.
    ///
    /// # Safety
    /// The module is still mapped.
    pub(super) unsafe fn find(&self, name: &[u8]) -> Option<usize> {
        // SAFETY: all reads are within the module's tables, as their own headers describe them.
        unsafe {
            let head = |index: usize| half(self.hash + 4 * index) as usize;
            let (buckets, first_symbol, bloom_words, bloom_shift) = (head(0), head(1), head(2), head(3));
            if buckets == 0 || bloom_words == 0 {
                return None;
            }
            let hash = hash_name(name);
            let bloom = self.hash + 16;
            let bits = word(bloom + 8 * ((hash as usize / 64) % bloom_words));
            if bits >> (hash % 64) & bits >> ((hash >> bloom_shift) % 64) & 1 == 0 {
                return None;
            }
            let bucket_table = bloom + 8 * bloom_words;
            let chain = bucket_table + 4 * buckets;
            let mut index = half(bucket_table + 4 * (hash as usize % buckets)) as usize;
            if index < first_symbol {
                return None;
            }
            loop {
                let link = half(chain + 4 * (index - first_symbol));
                if link | 1 == hash | 1 && self.has_name(index, name) {
                    let symbol = self.symbols + SYMBOL_BYTES * index;
                    let is_defined = half(symbol + 4) >> 16 != 0;
                    return is_defined.then(|| self.shift.wrapping_add(word(symbol + 8)));
                }
                if link & 1 != 0 {
                    return None;
                }
                index += 1;
            }
        }
    }

    /// # Safety
    /// The module is mapped and has this symbol.
    unsafe fn has_name(&self, index: usize, name: &[u8]) -> bool {
        // SAFETY: the name of a symbol ends with a NUL.
        unsafe {
            let start = self.names + half(self.symbols + SYMBOL_BYTES * index) as usize;
            let is_equal = |(at, &letter): (usize, &u8)| byte(start + at) == letter;
            name.iter().enumerate().all(is_equal) && byte(start + name.len()) == 0
        }
    }
}

fn hash_name(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, &letter| hash.wrapping_mul(33).wrapping_add(letter.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the linker says about the C library's functions is what is found in the tables.
    #[test]
    fn a_symbol_is_where_the_linker_has_it() {
        unsafe extern "C" fn look(
            info: *mut libc::dl_phdr_info,
            _size: libc::size_t,
            found: *mut libc::c_void,
        ) -> libc::c_int {
            // SAFETY: the linker's description, and the pointer that is passed below.
            unsafe {
                let found = &mut *found.cast::<Vec<usize>>();
                let headers = std::slice::from_raw_parts((*info).dlpi_phdr, (*info).dlpi_phnum.into());
                let dynamic = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC);
                let shift = (*info).dlpi_addr as usize;
                let tables =
                    dynamic.and_then(|header| SymbolTables::read(shift + header.p_vaddr as usize, shift));
                found.extend(tables.and_then(|tables| tables.find(b"getpid")));
                assert_eq!(tables.and_then(|tables| tables.find(b"no_such_function_anywhere")), None);
            }
            0
        }
        let mut found: Vec<usize> = Vec::new();
        // SAFETY: the callback has the signature that is asked for.
        unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
        // SAFETY: a name of the C library.
        let expected = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"getpid".as_ptr()) }.addr();
        assert!(found.contains(&expected), "{found:x?} {expected:x}");
    }
}
