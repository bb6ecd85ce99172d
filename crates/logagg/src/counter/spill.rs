//! The temporary file for full tables, partition by partition.
//!
//! All threads share one file without a name, so the system frees it however the process ends. It
//! consists of chunks, each of which points to the previous chunk of the same partition; in memory
//! a partition is one offset. Every chunk has a CRC-32.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::counter::key_codec;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::table::PARTITIONS;

/// A chunk is written when it reaches this many bytes.
const CHUNK: usize = 8 << 10;
/// Size of a chunk's head: offset of the previous chunk, length, CRC-32.
const HEAD: usize = 16;
const NONE: u64 = u64::MAX;

/// The temporary file of a run.
#[derive(Debug)]
pub struct SpillFile {
    folder: PathBuf,
    file: OnceLock<File>,
    end: AtomicU64,
}

impl SpillFile {
    /// The file is created at the first spill.
    pub fn new(folder: &Path) -> Arc<SpillFile> {
        Arc::new(SpillFile { folder: folder.to_owned(), file: OnceLock::new(), end: AtomicU64::new(0) })
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn error(&self, source: io::Error) -> Error {
        Error::Spill { dir: self.folder.clone(), bytes: self.bytes(), source }
    }

    fn open_file(&self) -> Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        if is_memory_backed(&self.folder) {
            return Err(Error::SpillInMemory { dir: self.folder.clone() });
        }
        let made = tempfile::tempfile_in(&self.folder).map_err(|source| self.error(source))?;
        // If two threads get here at once, one of the files is dropped unused.
        Ok(self.file.get_or_init(|| made))
    }

    fn append(&self, chunk: &[u8]) -> Result<u64> {
        let file = self.open_file()?;
        let place = self.end.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        file.write_all_at(chunk, place).map_err(|source| self.error(source))?;
        Ok(place)
    }
}

/// Whether files in this folder are held in memory.
pub fn is_memory_backed(folder: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        const TMPFS: u64 = 0x0102_1994;
        const RAMFS: u64 = 0x8584_58f6;
        rustix::fs::statfs(folder).is_ok_and(|found| {
            let kind = found.f_type as u64 & 0xffff_ffff;
            kind == TMPFS || kind == RAMFS
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        false
    }
}

/// What one counter has spilled: for each partition the offset of the last chunk and the chunk
/// being filled.
#[derive(Debug)]
pub(crate) struct SpillWriter {
    file: Arc<SpillFile>,
    last: Vec<u64>,
    filling: Vec<Vec<u8>>,
    /// IPv4 records per partition, which bound the size of its table.
    v4: Vec<usize>,
}

impl SpillWriter {
    pub(crate) fn new(file: &Arc<SpillFile>) -> SpillWriter {
        SpillWriter {
            file: Arc::clone(file),
            last: vec![NONE; PARTITIONS],
            filling: (0..PARTITIONS).map(|_| vec![0; HEAD]).collect(),
            v4: vec![0; PARTITIONS],
        }
    }

    pub(crate) fn push(&mut self, partition: usize, key: Key, count: u64) -> Result<()> {
        self.v4[partition] += usize::from(matches!(key, Key::V4(_)));
        let chunk = &mut self.filling[partition];
        key_codec::encode(chunk, key, count);
        if chunk.len() >= CHUNK { self.write_chunk(partition) } else { Ok(()) }
    }

    fn write_chunk(&mut self, partition: usize) -> Result<()> {
        let chunk = &mut self.filling[partition];
        let crc = crc32fast::hash(&chunk[HEAD..]);
        chunk[..8].copy_from_slice(&self.last[partition].to_le_bytes());
        let length = (chunk.len() - HEAD) as u32;
        chunk[8..12].copy_from_slice(&length.to_le_bytes());
        chunk[12..HEAD].copy_from_slice(&crc.to_le_bytes());
        self.last[partition] = self.file.append(chunk)?;
        chunk.truncate(HEAD);
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<SpilledPartitions> {
        for partition in 0..PARTITIONS {
            if self.filling[partition].len() > HEAD {
                self.write_chunk(partition)?;
            }
            self.filling[partition] = Vec::new();
        }
        Ok(SpilledPartitions { file: self.file, last: self.last, v4: self.v4 })
    }
}

#[derive(Debug)]
pub(crate) struct SpilledPartitions {
    file: Arc<SpillFile>,
    last: Vec<u64>,
    v4: Vec<usize>,
}

impl SpilledPartitions {
    /// IPv4 addresses in a partition, counted as often as each was spilled.
    pub(crate) fn v4_count(&self, partition: usize) -> usize {
        self.v4[partition]
    }

    /// Visits every key of a partition, as often as it was spilled.
    pub(crate) fn for_each(
        &self,
        partition: usize,
        visit: &mut dyn FnMut(Key, u64) -> Result<()>,
    ) -> Result<()> {
        let mut place = self.last[partition];
        let mut payload = Vec::new();
        while place != NONE {
            let file = self.file.open_file()?;
            let mut head = [0; HEAD];
            file.read_exact_at(&mut head, place).map_err(|source| self.file.error(source))?;
            let [before, sums] = [0, 8].map(|at| {
                let mut word = [0; 8];
                word.copy_from_slice(&head[at..at + 8]);
                u64::from_le_bytes(word)
            });
            payload.resize(sums as u32 as usize, 0);
            file.read_exact_at(&mut payload, place + HEAD as u64)
                .map_err(|source| self.file.error(source))?;
            if crc32fast::hash(&payload) != (sums >> 32) as u32 {
                let what = format!("the chunk at byte {place} is not what was written");
                return Err(self.file.error(io::Error::new(io::ErrorKind::InvalidData, what)));
            }
            key_codec::decode_all(&payload, visit)?;
            place = before;
        }
        Ok(())
    }
}
