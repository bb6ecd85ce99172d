//! The step to the caller with all registers that are known. It serves what a rule of 31 bits
//! cannot say: DWARF expressions (signal frames, the PLT) and frames that use other registers.

use super::reader::{StackReader, WORD, read_word};
use super::rule::{CfaBase, Rule};
use super::rule_table::find_rule;
use super::start::StackStart;
use super::tables::{Bytes, Entry, NoEntry, learn_rule, register, with_entry};
use gimli::{
    CfaRule, Encoding, Evaluation, EvaluationResult, EvaluationStorage, Format, Location, Piece, Register,
    RegisterRule, UnwindExpression, Value,
};

/// A libc for aarch64 may sign return addresses, in bits that no address of a program uses.
pub(super) const ADDRESS_MASK: u64 = if cfg!(target_arch = "aarch64") { (1 << 48) - 1 } else { u64::MAX };

/// The registers of a frame, as far as they are known.
#[derive(Clone, Copy)]
pub(super) struct Registers {
    values: [u64; register::COUNT],
    /// A bit per register.
    known: u64,
}

/// The outcome of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Caller {
        address: u64,
        /// The address is that of the next instruction, because a signal interrupted the caller.
        /// Otherwise it is a return address.
        is_interrupted: bool,
    },
    /// The tables say that there is no caller.
    End,
    /// The address belongs to no module with tables.
    NoTables,
    /// The caller cannot be found.
    Cut,
}

impl Registers {
    pub(super) fn new(stack_pointer: usize, frame_pointer: usize) -> Registers {
        let mut registers = Registers { values: [0; register::COUNT], known: 0 };
        registers.set(register::STACK_POINTER, Some(stack_pointer as u64));
        registers.set(register::FRAME_POINTER, Some(frame_pointer as u64));
        registers
    }

    pub(super) fn get(&self, register: Register) -> Option<u64> {
        let number = usize::from(register.0);
        (number < register::COUNT && self.known >> number & 1 == 1).then(|| self.values[number])
    }

    pub(super) fn set(&mut self, register: Register, value: Option<u64>) {
        let number = usize::from(register.0);
        if let Some(place) = self.values.get_mut(number) {
            *place = value.unwrap_or(0);
            self.known = self.known & !(1 << number) | u64::from(value.is_some()) << number;
        }
    }

    /// Goes from the frame at `address` to its caller.
    #[cold]
    pub(super) fn step(&mut self, address: u64, is_interrupted: bool, reader: &mut StackReader) -> Step {
        #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
        if !is_interrupted && super::signal_frame::is_handlers_return(address) {
            let stack_pointer = self.get(register::STACK_POINTER).unwrap_or(0) as usize;
            return super::signal_frame::leave_handler(self, stack_pointer, reader).unwrap_or(Step::Cut);
        }
        let lookup = if is_interrupted { address } else { address.wrapping_sub(1) };
        with_entry(lookup, |entry| {
            let mut evaluator = Evaluator { registers: *self, address, entry: &entry, reader };
            match evaluator.find_caller() {
                Some((caller, step)) => {
                    *self = caller;
                    step
                }
                None => Step::Cut,
            }
        })
        .unwrap_or_else(|missing| if missing == NoEntry::NoTables { Step::NoTables } else { Step::Cut })
    }
}

/// Evaluates the tables' entry for one frame.
struct Evaluator<'a> {
    /// The registers of the frame itself.
    registers: Registers,
    address: u64,
    entry: &'a Entry<'a>,
    reader: &'a mut StackReader,
}

impl Evaluator<'_> {
    fn find_caller(&mut self) -> Option<(Registers, Step)> {
        let cfa = match *self.entry.row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } => {
                self.registers.get(register)?.wrapping_add_signed(offset)
            }
            CfaRule::Expression(expression) => self.evaluate(expression, None)?,
        };
        let mut caller = self.registers;
        caller.set(register::STACK_POINTER, Some(cfa));
        let return_register = self.entry.return_address_register();
        let mut return_address = self.registers.get(return_register);
        for &(register, ref rule) in self.entry.row.registers() {
            let value = self.apply(register, rule, cfa);
            if register == return_register {
                if matches!(rule, RegisterRule::Undefined) {
                    return Some((caller, Step::End));
                }
                return_address = value;
            }
            caller.set(register, value);
        }
        let address = return_address? & ADDRESS_MASK;
        if address == 0 {
            return Some((caller, Step::End));
        }
        let is_interrupted = self.entry.function.is_signal_trampoline();
        // A signal may have switched to another stack; any other caller lies further out, or at the
        // same place if the function has no frame.
        if !is_interrupted && cfa < self.registers.get(register::STACK_POINTER)? {
            return None;
        }
        Some((caller, Step::Caller { address, is_interrupted }))
    }

    /// The caller's value of a register.
    fn apply(&mut self, register: Register, rule: &RegisterRule<usize>, cfa: u64) -> Option<u64> {
        match *rule {
            RegisterRule::SameValue => self.registers.get(register),
            RegisterRule::Offset(offset) => self.reader.read(cfa.wrapping_add_signed(offset) as usize),
            RegisterRule::ValOffset(offset) => Some(cfa.wrapping_add_signed(offset)),
            RegisterRule::Register(other) => self.registers.get(other),
            RegisterRule::Expression(expression) => {
                let address = self.evaluate(expression, Some(cfa))?;
                self.reader.read(address as usize)
            }
            RegisterRule::ValExpression(expression) => self.evaluate(expression, Some(cfa)),
            RegisterRule::Constant(value) => Some(value),
            _ => None,
        }
    }

    fn evaluate(&mut self, expression: UnwindExpression<usize>, initial: Option<u64>) -> Option<u64> {
        let code = expression.get(&self.entry.frames).ok()?;
        let encoding = Encoding { address_size: WORD as u8, format: Format::Dwarf32, version: 4 };
        let mut evaluation = Evaluation::<Bytes, ExpressionStorage>::new_in(code.0, encoding);
        evaluation.set_max_iterations(1_000);
        if let Some(initial) = initial {
            evaluation.set_initial_value(initial);
        }
        let mut result = evaluation.evaluate().ok()?;
        loop {
            result = match result {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresMemory { address, size, .. } => {
                    let word = self.reader.read(address as usize)?;
                    let unused_bits = 64 - 8 * u32::from(size.clamp(1, 8));
                    let value = Value::Generic(word << unused_bits >> unused_bits);
                    evaluation.resume_with_memory(value).ok()?
                }
                EvaluationResult::RequiresRegister { register, .. } => {
                    let is_address = register == self.entry.return_address_register();
                    let address = is_address.then_some(self.address);
                    let value = address.or_else(|| self.registers.get(register))?;
                    evaluation.resume_with_register(Value::Generic(value)).ok()?
                }
                // Nothing else has a meaning in unwind tables.
                _ => return None,
            };
        }
        match evaluation.as_result() {
            [Piece { location: Location::Address { address }, .. }] => Some(*address),
            _ => None,
        }
    }
}

/// Room for the evaluation of an expression.
struct ExpressionStorage;

impl EvaluationStorage<Bytes> for ExpressionStorage {
    type Stack = [Value; 16];
    type ExpressionStack = [(Bytes, Bytes); 1];
    type Result = [Piece<Bytes>; 1];
}

/// The caller of a function of this crate, from registers inside the function.
#[cold]
#[inline(never)]
pub(super) fn step_to_caller(here: &StackStart) -> StackStart {
    let rule = find_rule(here.return_address).unwrap_or_else(|| learn_rule(here.return_address));
    let (cfa, return_below, frame_pointer_below) = match rule.unpack() {
        Rule::Frame { base, cfa_offset, return_below, frame_pointer_below } => {
            let base = if base == CfaBase::StackPointer { here.stack_pointer } else { here.frame_pointer };
            (base + cfa_offset, return_below, frame_pointer_below)
        }
        _ => return StackStart::UNKNOWN,
    };
    // SAFETY: these words are part of the calling function's frame.
    let read = |below: usize| unsafe { read_word(cfa - below) };
    StackStart {
        return_address: read(return_below) & ADDRESS_MASK,
        stack_pointer: cfa,
        frame_pointer: if frame_pointer_below == 0 {
            here.frame_pointer
        } else {
            read(frame_pointer_below) as usize
        },
    }
}
