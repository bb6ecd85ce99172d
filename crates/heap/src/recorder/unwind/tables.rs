//! Reads the unwind tables of a module: what they say about one address, and the rule that follows.

use super::modules::{UnwindSections, find_sections};
use super::rule::{CfaBase, PackedRule, Rule};
use super::{modules, rule_table};
use gimli::{
    BaseAddresses, CfaRule, EhFrame, EhFrameHdr, EndianSlice, FrameDescriptionEntry, NativeEndian, Register,
    RegisterRule, UnwindContext, UnwindContextStorage, UnwindSection, UnwindTableRow,
};

pub(super) type Bytes = EndianSlice<'static, NativeEndian>;

/// The numbers that DWARF gives to the registers of this processor.
#[cfg(target_arch = "x86_64")]
pub(super) mod register {
    use gimli::{Register, X86_64};
    pub(in super::super) const STACK_POINTER: Register = X86_64::RSP;
    pub(in super::super) const FRAME_POINTER: Register = X86_64::RBP;
    pub(in super::super) const COUNT: usize = 17;
}
#[cfg(not(target_arch = "x86_64"))]
pub(super) mod register {
    use gimli::{AArch64, Register};
    pub(in super::super) const STACK_POINTER: Register = AArch64::SP;
    pub(in super::super) const FRAME_POINTER: Register = AArch64::X29;
    pub(in super::super) const COUNT: usize = 33;
}

/// Room for the rules of one row, on the stack of the reader: a row has a rule per register that
/// was saved, and a program of rows remembers a few.
pub(super) struct RowStorage;

impl UnwindContextStorage<usize> for RowStorage {
    type Rules = [(Register, RegisterRule<usize>); register::COUNT];
    type Stack = [UnwindTableRow<usize, Self>; 4];
}

pub(super) type Row = UnwindTableRow<usize, RowStorage>;

/// What the tables say about one address.
pub(super) struct Entry<'a> {
    pub(super) frames: EhFrame<Bytes>,
    pub(super) function: FrameDescriptionEntry<Bytes>,
    pub(super) row: &'a Row,
}

/// Why the tables say nothing about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoEntry {
    /// It belongs to no module, or to one without tables.
    NoTables,
    /// The tables of its module leave it out, or cannot be read.
    LeftOut,
}

/// Calls `use_entry` with what the tables say about `address`.
#[cold]
pub(super) fn with_entry<R>(address: u64, use_entry: impl FnOnce(Entry<'_>) -> R) -> Result<R, NoEntry> {
    let sections = find_sections(address).ok_or(NoEntry::NoTables)?;
    with_entry_in(&sections, address, use_entry).ok_or(NoEntry::LeftOut)
}

fn with_entry_in<R>(
    sections: &UnwindSections,
    address: u64,
    use_entry: impl FnOnce(Entry<'_>) -> R,
) -> Option<R> {
    let UnwindSections { header, frames } = *sections;
    let bases = BaseAddresses::default()
        .set_eh_frame_hdr(header.as_ptr().addr() as u64)
        .set_eh_frame(frames.as_ptr().addr() as u64);
    let header = EhFrameHdr::new(header, NativeEndian).parse(&bases, 8).ok()?;
    let frames = EhFrame::new(frames, NativeEndian);
    let function = match header.table() {
        Some(table) => table.fde_for_address(&frames, &bases, address, EhFrame::cie_from_offset),
        None => frames.fde_for_address(&bases, address, EhFrame::cie_from_offset),
    }
    .ok()?;
    let mut context = UnwindContext::<usize, RowStorage>::new_in();
    let row = function.unwind_info_for_address(&frames, &bases, &mut context, address).ok()?;
    Some(use_entry(Entry { frames, function: function.clone(), row }))
}

/// The rule of a return address, read from the tables and remembered.
#[cold]
#[inline(never)]
pub(super) fn learn_rule(return_address: u64) -> PackedRule {
    modules::check_modules();
    let generation = rule_table::generation();
    // The call may be the last instruction of its function.
    let rule = match with_entry(return_address.wrapping_sub(1), |entry| entry.rule()) {
        #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
        Ok(_) | Err(_) if super::signal_frame::is_handlers_return(return_address) => Rule::Complex,
        Ok(rule) => rule,
        Err(NoEntry::NoTables) => Rule::NoTables,
        // A stack that was set up by hand, as `makecontext` does, ends at the first instruction of
        // a function that was never called. If the code before it belonged to a caller, the tables
        // would have it.
        Err(NoEntry::LeftOut) => match with_entry(return_address, |entry| entry.function.initial_address()) {
            Ok(first) if first == return_address => Rule::End,
            _ => Rule::Unknown,
        },
    }
    .pack();
    rule_table::add_rule(return_address, rule, generation);
    rule
}

impl Entry<'_> {
    pub(super) fn return_address_register(&self) -> Register {
        self.function.cie().return_address_register()
    }

    fn rule(&self) -> Rule {
        let return_rule = self.row.register(self.return_address_register());
        if matches!(return_rule, Some(RegisterRule::Undefined)) {
            return Rule::End;
        }
        let CfaRule::RegisterAndOffset { register, offset } = *self.row.cfa() else { return Rule::Complex };
        let base = match register {
            register::STACK_POINTER => CfaBase::StackPointer,
            register::FRAME_POINTER => CfaBase::FramePointer,
            _ => return Rule::Complex,
        };
        let is_usual = !self.function.is_signal_trampoline()
            && matches!(self.row.register(register::STACK_POINTER), None | Some(RegisterRule::SameValue));
        let Some(RegisterRule::Offset(return_offset)) = return_rule else { return Rule::Complex };
        let frame_pointer = match self.row.register(register::FRAME_POINTER) {
            None | Some(RegisterRule::SameValue) => None,
            Some(RegisterRule::Offset(offset)) => Some(offset),
            _ => return Rule::Complex,
        };
        if is_usual { Rule::from_offsets(base, offset, return_offset, frame_pointer) } else { Rule::Complex }
    }
}
