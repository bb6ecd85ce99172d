//! The frame that Linux on aarch64 makes for a signal handler. The tables of the code that a handler
//! returns to either do not exist or leave out the address that was interrupted, so the frame is
//! known by this code: the system call that ends every handler.

use super::reader::{StackBounds, StackReader};
use super::registers::{Registers, Step};

/// `mov x8, #139` (`rt_sigreturn`) and `svc #0`.
const RETURN_CODE: u64 = 0xd400_0001_d280_1168;

/// From the stack pointer to the registers: a `siginfo_t` of 128 bytes, the fields of a `ucontext_t`
/// before its registers, and the fault address.
const REGISTERS_OFFSET: usize = 128 + 176 + 8;
/// The general registers, then the stack pointer and the program counter.
const GENERAL_REGISTERS: u16 = 31;

/// Whether a return address is that of a signal handler.
pub(super) fn is_handlers_return(address: u64) -> bool {
    let mut reader = StackReader::new(0, &StackBounds { low: 0, high: 0 });
    // An instruction has four bytes, so the two may lie in two words.
    let (start, shift) = (address as usize & !7, 8 * (address & 4) as u32);
    let Some(first) = reader.read(start) else { return false };
    let code = match shift {
        0 => Some(first),
        _ => reader.read(start + 8).map(|second| first >> shift | second << shift),
    };
    address & 3 == 0 && code == Some(RETURN_CODE)
}

/// Restores the registers of the function that the signal interrupted.
pub(super) fn leave_handler(
    registers: &mut Registers,
    stack_pointer: usize,
    reader: &mut StackReader,
) -> Option<Step> {
    let mut read = |number: u16| reader.read(stack_pointer + REGISTERS_OFFSET + 8 * usize::from(number));
    for number in 0..=GENERAL_REGISTERS {
        registers.set(gimli::Register(number), Some(read(number)?));
    }
    let address = read(GENERAL_REGISTERS + 1)?;
    Some(Step::Caller { address, is_interrupted: true })
}
