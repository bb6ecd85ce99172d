//! What the unwind tables say about one return address, in 31 bits: how the caller's registers
//! follow from the callee's.
//!
//! The canonical frame address (CFA) is the stack pointer of the caller after the call has
//! returned. Compilers compute it from the stack pointer or the frame pointer plus an offset, and
//! save the return address and the frame pointer a few words below it. All else is left to
//! `registers`.

/// Size of a word on the stack, in bytes.
const WORD: i64 = 8;
const CFA_BITS: u32 = 13;
const SLOT_BITS: u32 = 8;

/// The register that the CFA is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CfaBase {
    StackPointer,
    FramePointer,
}

/// A rule in unpacked form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// All offsets are in bytes and multiples of eight.
    Frame {
        base: CfaBase,
        cfa_offset: usize,
        /// How far below the CFA the return address is saved.
        return_below: usize,
        /// How far below the CFA the frame pointer is saved; 0 if the register still holds the
        /// caller's.
        frame_pointer_below: usize,
    },
    /// The stack ends here: the tables say that there is no caller.
    End,
    /// The tables say something else, which `registers` evaluates.
    Complex,
    /// The address belongs to no module, or to one without tables.
    NoTables,
    /// The tables of the module leave this address out.
    Unknown,
}

/// A rule in 31 bits, never 0: two bits for the kind, and the three offsets in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PackedRule(pub(super) u32);

impl PackedRule {
    pub(super) const BITS: u32 = 2 + CFA_BITS + 2 * SLOT_BITS;
    const END: u32 = 3;
    const COMPLEX: u32 = 3 | 1 << 2;
    const NO_TABLES: u32 = 3 | 2 << 2;
    const UNKNOWN: u32 = 3 | 3 << 2;

    #[inline(always)]
    pub(super) fn unpack(self) -> Rule {
        let field = |shift: u32, bits: u32| ((self.0 >> shift) & ((1 << bits) - 1)) as usize * WORD as usize;
        let base = match self.0 & 3 {
            1 => CfaBase::StackPointer,
            2 => CfaBase::FramePointer,
            _ => {
                return match self.0 {
                    Self::END => Rule::End,
                    Self::COMPLEX => Rule::Complex,
                    Self::NO_TABLES => Rule::NoTables,
                    _ => Rule::Unknown,
                };
            }
        };
        Rule::Frame {
            base,
            cfa_offset: field(2, CFA_BITS),
            return_below: field(2 + CFA_BITS, SLOT_BITS),
            frame_pointer_below: field(2 + CFA_BITS + SLOT_BITS, SLOT_BITS),
        }
    }
}

impl Rule {
    /// The rule for a frame with these offsets from the base and from the CFA, as DWARF gives them.
    /// Offsets that compilers do not normally use are left to `registers`.
    pub(super) fn from_offsets(
        base: CfaBase,
        cfa_offset: i64,
        return_offset: i64,
        frame_pointer_offset: Option<i64>,
    ) -> Rule {
        let words = |offset: i64, bits: u32| {
            let fits = offset > 0 && offset % WORD == 0 && offset / WORD < 1 << bits;
            fits.then_some(offset as usize)
        };
        let cfa_offset = words(cfa_offset, CFA_BITS);
        let return_below = words(return_offset.wrapping_neg(), SLOT_BITS);
        let frame_pointer_below =
            frame_pointer_offset.map_or(Some(0), |offset| words(offset.wrapping_neg(), SLOT_BITS));
        match (cfa_offset, return_below, frame_pointer_below) {
            (Some(cfa_offset), Some(return_below), Some(frame_pointer_below)) => {
                Rule::Frame { base, cfa_offset, return_below, frame_pointer_below }
            }
            _ => Rule::Complex,
        }
    }

    pub(super) fn pack(self) -> PackedRule {
        let word = |bytes: usize| (bytes / WORD as usize) as u32;
        PackedRule(match self {
            Rule::Frame { base, cfa_offset, return_below, frame_pointer_below } => {
                let kind = if base == CfaBase::StackPointer { 1 } else { 2 };
                kind | word(cfa_offset) << 2
                    | word(return_below) << (2 + CFA_BITS)
                    | word(frame_pointer_below) << (2 + CFA_BITS + SLOT_BITS)
            }
            Rule::End => PackedRule::END,
            Rule::Complex => PackedRule::COMPLEX,
            Rule::NoTables => PackedRule::NO_TABLES,
            Rule::Unknown => PackedRule::UNKNOWN,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rules_without_offsets_are_told_apart() {
        for rule in [Rule::End, Rule::Complex, Rule::NoTables, Rule::Unknown] {
            assert_eq!(rule.pack().unpack(), rule);
        }
    }

    #[test]
    fn what_does_not_fit_is_complex() {
        for (cfa, ret, saved) in [
            (0, -8, None),
            (12, -8, None),
            (1 << 17, -8, None),
            (16, 8, None),
            (16, -8, Some(8)),
            (16, -8, Some(0)),
        ] {
            let rule = Rule::from_offsets(CfaBase::StackPointer, cfa, ret, saved);
            assert_eq!(rule, Rule::Complex, "{cfa} {ret} {saved:?}");
        }
    }

    proptest! {
        #[test]
        fn packing_loses_nothing(cfa in 1i64..1 << 13, ret in 1i64..256, saved in 0i64..256, of_frame: bool) {
            let base = if of_frame { CfaBase::FramePointer } else { CfaBase::StackPointer };
            let saved = (saved > 0).then_some(-8 * saved);
            let rule = Rule::from_offsets(base, 8 * cfa, -8 * ret, saved);
            prop_assert_ne!(rule, Rule::Complex);
            let packed = rule.pack();
            prop_assert!(packed.0 != 0 && packed.0 < 1 << PackedRule::BITS);
            prop_assert_eq!(packed.unpack(), rule);
        }
    }
}
