//! Descriptors that one child alone inherits. Marked between fork and exec: marked before, they would be open in every child that
//! another thread starts at that moment.

use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::process::Command;

/// Keeps these open in the child; they have to stay open here until it is started.
pub(super) fn inherit_descriptors(command: &mut Command, descriptors: &[BorrowedFd]) {
    use std::os::unix::process::CommandExt as _;
    let numbers: Vec<i32> = descriptors.iter().map(|descriptor| descriptor.as_raw_fd()).collect();
    // SAFETY: between fork and exec only async-signal-safe calls are allowed: fcntl is a system call that allocates nothing. The
    // numbers are of descriptors that are open where the child is forked.
    unsafe {
        command.pre_exec(move || {
            for &number in &numbers {
                rustix::io::fcntl_setfd(BorrowedFd::borrow_raw(number), rustix::io::FdFlags::empty())?;
            }
            Ok(())
        });
    }
}
