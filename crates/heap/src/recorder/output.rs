//! The file of the recording: `heap-PID.tables` in the folder that `HEAPLAB_OUT` names.
//!
//! All of this may run inside the program's first allocation, in a forked child, or in a signal
//! handler, so it allocates nothing and calls only the kernel.

use libc::c_int;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Longest path, with its NUL.
const PATH_BYTES: usize = 4096;

/// A folder as an absolute path, because the program may change its working directory. It is
/// written once, at the start of the first process.
struct Folder {
    variable: &'static CStr,
    path: [AtomicU8; PATH_BYTES],
    length: AtomicUsize,
}

/// The output folder, and the one that serves where the first has no room or cannot be mapped.
static FOLDERS: [Folder; 2] = [Folder::new(c"HEAPLAB_OUT"), Folder::new(c"HEAPLAB_FALLBACK")];

/// The file that is in use: its path, and its device and inode to recognise it.
static IN_USE: [AtomicU8; PATH_BYTES] = [const { AtomicU8::new(0) }; PATH_BYTES];
static IN_USE_DEVICE: AtomicU64 = AtomicU64::new(0);
static IN_USE_INODE: AtomicU64 = AtomicU64::new(0);

/// A new file for the tables. Dropping it closes it, and the mapping keeps it.
pub(super) struct OutputFile {
    pub(super) descriptor: c_int,
    path: Text,
}

impl OutputFile {
    /// Takes the file away again.
    pub(super) fn discard(self) {
        if let Some(path) = self.path.as_c_str() {
            // SAFETY: a path that ends with a NUL.
            unsafe { libc::unlink(path.as_ptr()) };
        }
    }
}

impl OutputFile {
    /// Remembers the file for [`write_zeros`].
    pub(super) fn remember(&self) {
        let (device, inode) = identity(self.descriptor).unwrap_or((0, 0));
        for (to, from) in IN_USE.iter().zip(self.path.bytes) {
            to.store(from, Relaxed);
        }
        IN_USE_DEVICE.store(device, Relaxed);
        IN_USE_INODE.store(inode, Relaxed);
    }
}

/// Writes zeros where nothing was written yet, so that the file system finds room for many pages at
/// once. PERF: on ext4, pages that are only touched through the mapping took 12 µs each, and a
/// process 13 ms to start.
///
/// It does nothing where the file cannot be opened again (after `chroot`), is another one now, or
/// where the process may not write so far (`ulimit -f`); no descriptor is kept, because programs
/// close those that they do not know.
pub(super) fn write_zeros(offset: usize, bytes: usize) {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let mut path = [0_u8; PATH_BYTES];
    path.iter_mut().zip(&IN_USE).for_each(|(to, from)| *to = from.load(Relaxed));
    let Ok(path) = CStr::from_bytes_until_nul(&path) else { return };
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: reads into a value of our own.
    unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit) };
    if path.is_empty() || limit.rlim_cur < (offset + bytes) as u64 {
        return;
    }
    // SAFETY: a path that ends with a NUL.
    let file = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    if file < 0 {
        return;
    }
    if identity(file) == Some((IN_USE_DEVICE.load(Relaxed), IN_USE_INODE.load(Relaxed))) {
        let mut done = 0;
        while done < bytes {
            let part = (bytes - done).min(ZEROS.len());
            let at = (offset + done) as libc::off_t;
            // SAFETY: a buffer of our own and a length within it.
            let written = unsafe { libc::pwrite(file, ZEROS.as_ptr().cast(), part, at) };
            let Some(written) = usize::try_from(written).ok().filter(|&written| written > 0) else { break };
            done += written;
        }
    }
    // SAFETY: the file that was just opened.
    unsafe { libc::close(file) };
}

/// Device and inode.
fn identity(file: c_int) -> Option<(u64, u64)> {
    let mut about = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: initialised where the call succeeds.
    let about = unsafe { (libc::fstat(file, about.as_mut_ptr()) == 0).then(|| about.assume_init()) }?;
    Some((about.st_dev as u64, about.st_ino as u64))
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        // SAFETY: opened by `create_at`, and nobody else closes it.
        unsafe { libc::close(self.descriptor) };
    }
}

/// A path, or a message, in a buffer of fixed size.
struct Text {
    bytes: [u8; PATH_BYTES],
    length: usize,
}

impl Text {
    fn new() -> Text {
        Text { bytes: [0; PATH_BYTES], length: 0 }
    }

    /// Adds bytes; returns false if there is no room for them and a NUL.
    fn push(&mut self, more: &[u8]) -> bool {
        let end = self.length + more.len();
        let Some(place) = self.bytes.get_mut(self.length..end).filter(|_| end < PATH_BYTES) else {
            return false;
        };
        place.copy_from_slice(more);
        self.length = end;
        true
    }

    fn as_c_str(&self) -> Option<&CStr> {
        CStr::from_bytes_until_nul(&self.bytes[..=self.length]).ok()
    }
}

impl std::fmt::Write for Text {
    fn write_str(&mut self, more: &str) -> std::fmt::Result {
        if self.push(more.as_bytes()) { Ok(()) } else { Err(std::fmt::Error) }
    }
}

/// Prints a message on standard error. No caller could handle an error.
pub(super) fn print_error(message: std::fmt::Arguments<'_>) {
    let mut line = Text::new();
    let _ = writeln!(line, "heaplab: {message}");
    // SAFETY: writes bytes of our own.
    unsafe { libc::write(2, line.bytes.as_ptr().cast(), line.length) };
}

/// Creates a file with `bytes` bytes, none of which takes room on the disk yet, in each folder in
/// turn until `map` succeeds with one. Returns false, with a message where there is a folder, if none
/// can be used.
pub(super) fn create_file(bytes: usize, map: impl Fn(&OutputFile) -> bool) -> bool {
    let mut problem = 0;
    for folder in FOLDERS.iter().filter_map(Folder::path) {
        match create_in(&folder, bytes) {
            Ok(file) if map(&file) => return true,
            Ok(file) => {
                // The kernel calls a page that the file system has no room for a bad address.
                let error = last_error();
                problem = if error == libc::EFAULT { libc::ENOSPC } else { error };
                file.discard();
            }
            Err(error) => problem = error,
        }
    }
    if problem != 0 {
        let error = std::io::Error::from_raw_os_error(problem);
        let process = std::process::id();
        print_error(format_args!("process {process} leaves no recording: {error}"));
    }
    false
}

fn create_in(folder: &Text, bytes: usize) -> Result<OutputFile, c_int> {
    let mut path = Text::new();
    // A process that calls exec, or a second recorder in this process, finds the first name taken.
    for number in 1..1000_u32 {
        path.length = 0;
        let process = std::process::id();
        let is_written = path.push(&folder.bytes[..folder.length])
            && match number {
                1 => write!(path, "/heap-{process}.tables"),
                _ => write!(path, "/heap-{process}-{number}.tables"),
            }
            .is_ok();
        path.bytes[path.length] = 0;
        let Some(name) = path.as_c_str().filter(|_| is_written) else { return Err(libc::ENAMETOOLONG) };
        match create_at(name, folder, bytes) {
            Ok(descriptor) => return Ok(OutputFile { descriptor, path }),
            Err(libc::EEXIST) => {}
            Err(error) => return Err(error),
        }
    }
    Err(libc::EEXIST)
}

/// Creates a file of this size; the error is the system's.
fn create_at(path: &CStr, folder: &Text, bytes: usize) -> Result<c_int, c_int> {
    let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | libc::O_CLOEXEC;
    // SAFETY: a path that ends with a NUL.
    let mut file = unsafe { libc::open(path.as_ptr(), flags, 0o600) };
    if file < 0 && last_error() == libc::ENOENT {
        create_folder(folder);
        // SAFETY: as above.
        file = unsafe { libc::open(path.as_ptr(), flags, 0o600) };
    }
    if file < 0 {
        return Err(last_error());
    }
    if with_room_for_files(bytes as u64, || resize(file, bytes)) {
        return Ok(file);
    }
    // SAFETY: the file that was just opened.
    unsafe { libc::close(file) };
    claim_spare(path, folder, bytes)
}

fn resize(file: c_int, bytes: usize) -> bool {
    // SAFETY: a file that was just opened for writing.
    unsafe { libc::ftruncate(file, bytes as libc::off_t) == 0 }
}

/// Runs `work` with a limit on the size of files that allows `bytes`, if this process may raise its
/// limit so far. Otherwise `work` is not run, because SIGXFSZ would end the process.
fn with_room_for_files(bytes: u64, work: impl FnOnce() -> bool) -> bool {
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: reads into a value of our own.
    unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &mut before) };
    if before.rlim_cur >= bytes {
        return work();
    }
    if before.rlim_max < bytes {
        return false;
    }
    let raised = libc::rlimit { rlim_cur: before.rlim_max, ..before };
    // SAFETY: plain values. The limit is put back at once.
    unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raised) };
    let is_done = work();
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &before) };
    is_done
}

/// Takes the file that the runner has made ready, `spare.tables`, for a process that may not make a
/// file of this size itself.
fn claim_spare(path: &CStr, folder: &Text, bytes: usize) -> Result<c_int, c_int> {
    let mut spare = Text::new();
    let is_written = spare.push(&folder.bytes[..folder.length]) && spare.push(b"/spare.tables");
    let Some(spare) = spare.as_c_str().filter(|_| is_written) else { return Err(libc::ENAMETOOLONG) };
    // SAFETY: paths that end with a NUL.
    unsafe {
        if libc::rename(spare.as_ptr(), path.as_ptr()) != 0 {
            libc::unlink(path.as_ptr());
            return Err(libc::EFBIG);
        }
        let file = libc::open(path.as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
        if file < 0 {
            return Err(last_error());
        }
        if libc::lseek(file, 0, libc::SEEK_END) < bytes as libc::off_t {
            libc::close(file);
            return Err(libc::EFBIG);
        }
        Ok(file)
    }
}

impl Folder {
    const fn new(variable: &'static CStr) -> Folder {
        Folder { variable, path: [const { AtomicU8::new(0) }; PATH_BYTES], length: AtomicUsize::new(0) }
    }

    /// The folder's path; `None` if there is none.
    fn path(&self) -> Option<Text> {
        if self.length.load(Relaxed) == 0 {
            self.read_environment();
        }
        let mut path = Text::new();
        path.length = self.length.load(Relaxed);
        for (to, from) in path.bytes.iter_mut().zip(&self.path[..path.length]) {
            *to = from.load(Relaxed);
        }
        (path.length > 0).then_some(path)
    }

    /// Reads the environment, at the first start of this program.
    fn read_environment(&self) {
        // SAFETY: the name is NUL-terminated; the environment is only read.
        let value = unsafe { libc::getenv(self.variable.as_ptr()) };
        if value.is_null() {
            return;
        }
        // SAFETY: a value that is not null is a NUL-terminated string.
        let value = unsafe { CStr::from_ptr(value) }.to_bytes();
        let mut path = Text::new();
        if !value.starts_with(b"/") && !value.is_empty() {
            // SAFETY: the buffer and its length.
            if unsafe { libc::getcwd(path.bytes.as_mut_ptr().cast(), PATH_BYTES) }.is_null() {
                return;
            }
            path.length = path.bytes.iter().position(|&byte| byte == 0).unwrap_or(0);
            path.push(b"/");
        }
        if !value.is_empty() && path.push(value) {
            for (to, from) in self.path.iter().zip(&path.bytes[..path.length]) {
                to.store(*from, Relaxed);
            }
            self.length.store(path.length, Relaxed);
        }
    }
}

/// Creates the folder and those around it. What fails shows when the file is opened.
fn create_folder(folder: &Text) {
    let mut part = Text::new();
    for (index, &byte) in folder.bytes[..=folder.length].iter().enumerate() {
        if (byte == b'/' || byte == 0)
            && index > 0
            && let Some(path) = part.as_c_str()
        {
            // SAFETY: a path that ends with a NUL.
            unsafe { libc::mkdir(path.as_ptr(), 0o755) };
        }
        part.push(&[byte]);
    }
}

/// Copies the command line of this process, words that end with a NUL; returns its length.
pub(super) fn read_command_line(place: &[AtomicU8]) -> usize {
    let mut bytes = [0_u8; PATH_BYTES];
    let mut length = 0;
    // SAFETY: a path that ends with a NUL.
    let file = unsafe { libc::open(c"/proc/self/cmdline".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    if file < 0 {
        return 0;
    }
    loop {
        // SAFETY: the buffer and its length.
        let read = unsafe { libc::read(file, bytes.as_mut_ptr().cast(), PATH_BYTES) };
        let Some(read) = usize::try_from(read).ok().filter(|&read| read > 0) else { break };
        for (to, byte) in place.iter().skip(length).zip(&bytes[..read]) {
            to.store(*byte, Relaxed);
            length += 1;
        }
    }
    // SAFETY: the file that was just opened.
    unsafe { libc::close(file) };
    length
}

fn last_error() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
