//! File descriptors that only one child inherits. They are marked between fork and exec; if they
//! were marked earlier, a child that another thread starts at that moment would inherit them too.

use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::process::Command;

/// Keeps these descriptors open in the child. They must stay open here until it is started.
pub(super) fn inherit_descriptors(command: &mut Command, descriptors: &[BorrowedFd]) {
    use std::os::unix::process::CommandExt as _;
    let numbers: Vec<i32> = descriptors.iter().map(|descriptor| descriptor.as_raw_fd()).collect();
    // SAFETY: between fork and exec only async-signal-safe calls are allowed: fcntl is a system
    // call that allocates nothing. The numbers are of descriptors that are open where the child is
    // forked.
    unsafe {
        command.pre_exec(move || {
            for &number in &numbers {
                rustix::io::fcntl_setfd(BorrowedFd::borrow_raw(number), rustix::io::FdFlags::empty())?;
            }
            Ok(())
        });
    }
}
