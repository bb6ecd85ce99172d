//! Alternates between programs (A B A B), each time in a fresh process, so that whatever slows the
//! machine down affects all of them.

use crate::exit::ExitReason;
use anyhow::Result;

/// Runs every side once per round, in order, and returns the results of each round. The first round
/// warms the machine up and is discarded.
pub(super) fn run_in_rounds<S, T>(
    rounds: u32,
    sides: &[S],
    mut run: impl FnMut(&S) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut kept = Vec::new();
    for round in 0..=rounds {
        let said = sides.iter().map(&mut run).collect::<Result<Vec<T>>>()?;
        if round > 0 {
            kept.push(said);
        }
    }
    Ok(kept)
}

/// Turns an error into a reason for the table; only a signal ends the command.
pub(super) fn reason_unless_interrupted<T>(measured: Result<T>) -> Result<std::result::Result<T, String>> {
    match measured {
        Ok(measured) => Ok(Ok(measured)),
        Err(error) if matches!(error.downcast_ref(), Some(ExitReason::Interrupted(_))) => Err(error),
        Err(error) => Ok(Err(format!("{error:#}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_alternate_and_the_first_round_is_not_kept() {
        let mut order = String::new();
        let kept = run_in_rounds(2, &['a', 'b'], |&side| {
            order.push(side);
            Ok(order.len())
        });
        assert_eq!(kept.unwrap(), [[3, 4], [5, 6]]);
        assert_eq!(order, "ababab");
    }

    #[test]
    fn a_signal_ends_the_command_and_nothing_else_does() {
        assert!(reason_unless_interrupted::<()>(Err(ExitReason::Interrupted(2).into())).is_err());
        assert_eq!(
            reason_unless_interrupted::<()>(Err(anyhow::anyhow!("no"))).unwrap(),
            Err("no".to_owned())
        );
    }
}
