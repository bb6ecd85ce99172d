//! What the program prints while the view has the terminal: a file, which is printed afterwards.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::{ErrorKind, IsTerminal as _, Write};
use std::os::unix::fs::FileExt as _;

/// Bytes that are read at once.
const PART_BYTES: usize = 1 << 16;

/// The file, which has no name and goes with this process.
pub(super) struct OutputFile {
    file: File,
    /// How much of it was printed.
    printed: u64,
}

impl OutputFile {
    pub(super) fn create() -> Result<OutputFile> {
        let file = tempfile::tempfile().context("cannot make a file for what the program prints")?;
        Ok(OutputFile { file, printed: 0 })
    }

    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Prints what came since the last time, where the program would have printed it: on the terminal.
    pub(super) fn print_new(&mut self) -> Result<()> {
        let result = match std::io::stdout().is_terminal() {
            true => self.copy_new(&mut std::io::stdout()),
            false => self.copy_new(&mut std::io::stderr()),
        };
        match result {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(error).context("cannot print what the program has printed")
            }
            _ => Ok(()),
        }
    }

    fn copy_new(&mut self, to: &mut impl Write) -> std::io::Result<()> {
        let mut part = vec![0; PART_BYTES];
        loop {
            let read = self.file.read_at(&mut part, self.printed)?;
            if read == 0 {
                return to.flush();
            }
            to.write_all(&part[..read])?;
            self.printed += read as u64;
        }
    }
}

/// The last lines of a file that grows.
pub(super) fn read_last_lines(file: &File, most: usize) -> Vec<String> {
    const LAST_BYTES: u64 = 4096;
    let length = file.metadata().map_or(0, |about| about.len());
    let mut bytes = vec![0; LAST_BYTES as usize];
    let read = file.read_at(&mut bytes, length.saturating_sub(LAST_BYTES)).unwrap_or(0);
    let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[lines.len().saturating_sub(most)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_since_is_printed_once_and_the_last_lines_are_read() {
        let mut output = OutputFile::create().unwrap();
        let mut printed = Vec::new();
        output.file().try_clone().unwrap().write_all(b"one\ntwo\n").unwrap();
        output.copy_new(&mut printed).unwrap();
        output.file().try_clone().unwrap().write_all(b"three").unwrap();
        assert_eq!(read_last_lines(output.file(), 2), ["two", "three"]);
        output.copy_new(&mut printed).unwrap();
        assert_eq!(printed, b"one\ntwo\nthree");
        let long = vec![b'x'; 2 * PART_BYTES];
        output.file().try_clone().unwrap().write_all(&long).unwrap();
        output.copy_new(&mut printed).unwrap();
        assert_eq!(printed.len(), 13 + long.len());
        assert_eq!(read_last_lines(output.file(), 2)[0].len(), 4096);
    }
}
