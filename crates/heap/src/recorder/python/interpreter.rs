//! The interpreter of the process: found in a module's memory, asked when its code runs for a call at
//! a safe point (`check`), and used from then on.

use super::layout::KnownVersion;
use super::memory::word;
use super::{check, elf, locations};
use crate::recorder::tables::hot;
use heaplab_profile::raw::{OBJECTS_ARE_BLOCKS, PythonState};
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering::*};

/// 0, or the version of an interpreter whose frames are recorded.
static ACTIVE: AtomicU8 = AtomicU8::new(0);
static STATE: AtomicU8 = AtomicU8::new(0);
static VERSION: AtomicU64 = AtomicU64::new(0);
/// The first and the last address of the interpreter's module.
static MODULE: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
/// The addresses of its functions, by [`Function`].
static FUNCTIONS: [AtomicUsize; Function::NAMES.len()] =
    [const { AtomicUsize::new(0) }; Function::NAMES.len()];
/// Counts the code objects that were freed. What follows from the address of an instruction holds only
/// while this does not change.
static FREED_CODE: AtomicU64 = AtomicU64::new(1);
/// A function that asks the allocator to call [`note_freed_code`] when it frees a block, or 0.
static BLOCK_WATCHER: AtomicUsize = AtomicUsize::new(0);
/// Whether the check was asked for and has not run.
static IS_CHECK_DUE: AtomicU8 = AtomicU8::new(0);

/// A function of the interpreter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    GetVersion,
    IsInitialized,
    AddPendingCall,
    CurrentThread,
    CurrentThreadOf313,
    ThisThread,
    LineOfInstruction,
    GetFrame,
    FrameCode,
    FrameBack,
    FrameLine,
    GetAttribute,
    TextAsUtf8,
    Retain,
    Release,
    ClearError,
}

impl Function {
    const NAMES: [&[u8]; 16] = [
        b"Py_GetVersion",
        b"Py_IsInitialized",
        b"Py_AddPendingCall",
        b"_PyThreadState_UncheckedGet",
        b"PyThreadState_GetUnchecked",
        b"PyGILState_GetThisThreadState",
        b"PyCode_Addr2Line",
        b"PyEval_GetFrame",
        b"PyFrame_GetCode",
        b"PyFrame_GetBack",
        b"PyFrame_GetLineNumber",
        b"PyObject_GetAttrString",
        b"PyUnicode_AsUTF8AndSize",
        b"Py_IncRef",
        b"Py_DecRef",
        b"PyErr_Clear",
    ];

    /// Its address; 0 if the interpreter does not have it.
    #[inline(always)]
    pub(super) fn address(self) -> usize {
        FUNCTIONS[self as usize].load(Relaxed)
    }

    /// Calls it with up to two arguments of the size of a word, and returns what it returns; 0 if the
    /// interpreter does not have it. A C function does not see the arguments that it does not take.
    ///
    /// # Safety
    /// The function may be called here, with these arguments.
    #[inline(always)]
    pub(super) unsafe fn call(self, first: usize, second: usize) -> usize {
        let address = self.address();
        if address == 0 {
            return 0;
        }
        // SAFETY: the address of the C function of this name, which gets integers and pointers in the
        // same registers; the caller's promise.
        unsafe {
            let function: unsafe extern "C" fn(usize, usize) -> usize = std::mem::transmute(address);
            function(first, second)
        }
    }
}

/// Whether stacks of this process have Python frames.
#[inline(always)]
pub(in crate::recorder) fn is_active() -> bool {
    ACTIVE.load(Relaxed) != 0
}

/// The version whose frames are recorded.
#[inline(always)]
pub(super) fn active_version() -> Option<KnownVersion> {
    KnownVersion::from_number(ACTIVE.load(Relaxed))
}

/// How many code objects were freed.
#[inline(always)]
pub(super) fn freed_code() -> u64 {
    FREED_CODE.load(Relaxed)
}

/// Notes that a watched block was freed.
pub(crate) fn note_freed_code() {
    FREED_CODE.fetch_add(1, Relaxed);
}

/// Sets the function that is asked to watch the block of a code object. It gets the block's address and
/// size, and returns whether this is a block of the allocator and will be reported to
/// [`note_freed_code`].
pub(crate) fn set_block_watcher(watcher: unsafe fn(usize, usize) -> bool) {
    BLOCK_WATCHER.store(watcher as *const () as usize, Relaxed);
}

/// Asks the allocator to watch a block; false if it cannot.
///
/// # Safety
/// The block is live, and 16 bytes before it can be read.
pub(super) unsafe fn watch_block(address: usize, bytes: usize) -> bool {
    let watcher = BLOCK_WATCHER.load(Relaxed);
    if watcher == 0 {
        return false;
    }
    // SAFETY: stored by `set_block_watcher`; the caller's promise.
    unsafe {
        let watcher: unsafe fn(usize, usize) -> bool = std::mem::transmute(watcher);
        watcher(address, bytes)
    }
}

/// Begins with empty lists, at the start of a process. A forked child keeps its parent's interpreter.
pub(in crate::recorder) fn reset() {
    locations::reset();
    write_state();
}

fn write_state() {
    hot().process.python_version.store(VERSION.load(Relaxed), Relaxed);
    let state = u64::from(STATE.load(Relaxed));
    let mark = if state != 0 && are_objects_blocks() { OBJECTS_ARE_BLOCKS } else { 0 };
    hot().process.python_state.store(state | mark, Relaxed);
}

/// Whether the interpreter was told to take every object from `malloc`.
fn are_objects_blocks() -> bool {
    // SAFETY: the name ends with a NUL; a value that is not null does so as well.
    unsafe {
        let value = libc::getenv(c"PYTHONMALLOC".as_ptr());
        !value.is_null() && std::ffi::CStr::from_ptr(value).to_bytes().starts_with(b"malloc")
    }
}

pub(super) fn set_state(state: PythonState) {
    STATE.store(state.to_word() as u8, Relaxed);
    IS_CHECK_DUE.store(0, Relaxed);
    write_state();
}

pub(super) fn activate(version: KnownVersion) {
    set_state(PythonState::Active);
    ACTIVE.store(version as u8, Release);
}

/// Looks for an interpreter in a module that was loaded. Its code may not have been relocated yet, so
/// none of it is called.
///
/// # Safety
/// The module is mapped, with these program headers.
pub(in crate::recorder) unsafe fn note_module(headers: &[libc::Elf64_Phdr], shift: u64, base: u64, end: u64) {
    if MODULE[0].load(Relaxed) != 0 {
        return;
    }
    let Some(dynamic) = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC) else { return };
    let shift = shift as usize;
    // SAFETY: the module is mapped.
    unsafe {
        let Some(tables) = elf::SymbolTables::read(shift.wrapping_add(dynamic.p_vaddr as usize), shift)
        else {
            return;
        };
        if tables.find(Function::NAMES[Function::IsInitialized as usize]).is_none() {
            return;
        }
        for (place, name) in FUNCTIONS.iter().zip(Function::NAMES) {
            place.store(tables.find(name).unwrap_or(0), Relaxed);
        }
        // A constant of the interpreter since 3.11, of C's type `unsigned long`.
        let version = tables.find(b"Py_Version").map_or(0, |address| word(address) as u64);
        VERSION.store(version, Relaxed);
        MODULE[1].store(end as usize, Relaxed);
        MODULE[0].store(base as usize, Release);
        let is_free_threaded = tables.find(b"_PyRuntime").is_some_and(|runtime| is_free_threaded(runtime));
        set_state(match KnownVersion::from_hex(version) {
            _ if version >= 0x030d_0000 && is_free_threaded => PythonState::FreeThreaded,
            Some(_) => PythonState::Unchecked,
            None => PythonState::UnknownVersion,
        });
    }
}

/// Since 3.13 the runtime begins with a description of itself for debuggers: a mark of eight bytes, the
/// version, and whether the interpreter runs without a global lock.
///
/// # Safety
/// The address is that of the interpreter's `_PyRuntime`.
unsafe fn is_free_threaded(runtime: usize) -> bool {
    // SAFETY: the structure is larger than what is read of it.
    unsafe { word(runtime) == usize::from_le_bytes(*b"xdebugpy") && word(runtime + 16) != 0 }
}

/// Looks at a stack that is new. When it leads through the interpreter, its code can be called: it is
/// asked once for its version or for a call at a safe point.
#[inline]
pub(in crate::recorder) fn note_stack(addresses: &[u64]) {
    let state = STATE.load(Relaxed);
    let is_unchecked = state == PythonState::Unchecked as u8;
    let is_without_version = state == PythonState::UnknownVersion as u8 && VERSION.load(Relaxed) == 0;
    if (is_unchecked || is_without_version) && IS_CHECK_DUE.load(Relaxed) == 0 {
        let (base, end) = (MODULE[0].load(Relaxed) as u64, MODULE[1].load(Relaxed) as u64);
        if addresses.iter().any(|&address| base <= address && address < end) {
            ask(is_unchecked);
        }
    }
}

#[cold]
fn ask(is_known: bool) {
    if !is_known {
        VERSION.store(read_old_version().unwrap_or(1), Relaxed);
        write_state();
        return;
    }
    // SAFETY: both may be called from any thread, without the interpreter's lock, once its code is
    // loaded. The lower half of the result is the C functions' `int`.
    unsafe {
        if Function::IsInitialized.call(0, 0) as u32 != 0 && IS_CHECK_DUE.swap(1, Relaxed) == 0 {
            let is_full = Function::AddPendingCall.call(check::entry_point(), 0) as u32 != 0;
            if is_full {
                IS_CHECK_DUE.store(0, Relaxed);
            }
        }
    }
}

/// Lets the next new stack ask for the check again.
pub(super) fn ask_again() {
    IS_CHECK_DUE.store(0, Relaxed);
}

/// The version of an interpreter before 3.11, from the text `3.9.18 (…)`.
fn read_old_version() -> Option<u64> {
    // SAFETY: returns a text that is there in any state of the interpreter.
    let text = unsafe { Function::GetVersion.call(0, 0) };
    if text == 0 {
        return None;
    }
    let mut parts = [0_u64; 3];
    let (mut at, mut part) = (text, 0);
    loop {
        // SAFETY: a C string, which is read up to the first letter that is neither digit nor point.
        let letter = unsafe { super::memory::byte(at) };
        match letter {
            b'0'..=b'9' => parts[part] = parts[part] * 10 + u64::from(letter - b'0'),
            b'.' if part < 2 => part += 1,
            _ => break,
        }
        at += 1;
    }
    let version = parts[0] << 24 | parts[1] << 16 | parts[2] << 8;
    (version != 0).then_some(version)
}

/// The state of this thread in the interpreter, if the thread holds the interpreter's lock; or 0.
#[inline(always)]
pub(super) fn attached_thread(version: KnownVersion) -> usize {
    // SAFETY: these read one variable each, in any state of the interpreter.
    unsafe {
        match version {
            KnownVersion::V311 => {
                // The first is the same in all threads: the state of the one that holds the lock.
                let holder = Function::CurrentThread.call(0, 0);
                if holder != 0 && holder == Function::ThisThread.call(0, 0) { holder } else { 0 }
            }
            KnownVersion::V312 => Function::CurrentThread.call(0, 0),
            KnownVersion::V313 => Function::CurrentThreadOf313.call(0, 0),
        }
    }
}

/// Whether a code object is a part of a module, which is never freed. In 3.11 and 3.12, those of the
/// modules that the interpreter starts with are.
pub(super) fn is_in_module(address: usize) -> bool {
    let (base, end) = (MODULE[0].load(Relaxed), MODULE[1].load(Relaxed));
    base <= address && address < end
}

const _: () = assert!(size_of::<usize>() == 8, "layouts are those of 64-bit builds");
