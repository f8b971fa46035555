//! Lines of a log in a temporary file, with an index in memory.

use std::{
    collections::HashSet,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write},
};

use txjobs_sdk::{Timestamp, types::JobExecutionLog};

/// The lines of an execution in the order of the response.
#[derive(Default)]
pub(crate) struct SpooledLines {
    index: Vec<Entry>,
    /// The lines as JSON.
    store: Option<Store>,
    /// The hashes of the lines with an id, because a server may send a line twice.
    known: HashSet<u64>,
    length: u64,
}

/// A file, or the memory of a machine that has no writable folder for temporary files.
enum Store {
    File(io::BufWriter<File>),
    Memory(Vec<u8>),
}

#[derive(Clone, Copy)]
struct Entry {
    time: Option<Timestamp>,
    start: u64,
    length: u32,
}

impl SpooledLines {
    /// Adds a line, unless it was added before.
    pub(super) fn push(&mut self, line: &JobExecutionLog) -> io::Result<()> {
        if !line.id.is_nil() && !self.known.insert(hash(line)) {
            return Ok(());
        }
        let json = serde_json::to_vec(line)?;
        let store = self.store.get_or_insert_with(Store::new);
        store.write(&json)?;
        let length = u32::try_from(json.len()).map_err(io::Error::other)?;
        self.index.push(Entry { time: line.time_stamp, start: self.length, length });
        self.length += u64::from(length);
        Ok(())
    }

    /// Calls `visit` with the lines in the order of their times, or only with the last ones. The lines keep their order if one of
    /// them has no time.
    pub(crate) fn for_each<E: From<io::Error>>(
        &mut self,
        last: Option<usize>,
        mut visit: impl FnMut(JobExecutionLog) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.index.iter().all(|entry| entry.time.is_some()) {
            self.index.sort_by_key(|entry| entry.time);
        }
        let skipped = last.map_or(0, |last| self.index.len().saturating_sub(last));
        let Some(store) = self.store.take() else { return Ok(()) };
        let mut reader = store.into_reader()?;
        let (mut position, mut json) = (0, Vec::new());
        for entry in &self.index[skipped..] {
            if entry.start != position {
                let offset = entry.start as i64 - position as i64;
                reader.seek_relative(offset)?;
            }
            json.resize(entry.length as usize, 0);
            reader.read_exact(&mut json)?;
            position = entry.start + u64::from(entry.length);
            visit(serde_json::from_slice(&json).map_err(io::Error::from)?)?;
        }
        Ok(())
    }
}

impl Store {
    fn new() -> Self {
        match tempfile::tempfile() {
            Ok(file) => Self::File(io::BufWriter::with_capacity(64 * 1024, file)),
            Err(_) => Self::Memory(Vec::new()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(bytes),
            Self::Memory(memory) => memory.write_all(bytes),
        }
    }

    fn into_reader(self) -> io::Result<BufReader<Box<dyn ReadSeek>>> {
        let reader: Box<dyn ReadSeek> = match self {
            Self::File(file) => {
                let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.seek(SeekFrom::Start(0))?;
                Box::new(file)
            }
            Self::Memory(memory) => Box::new(Cursor::new(memory)),
        };
        Ok(BufReader::with_capacity(64 * 1024, reader))
    }
}

trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

fn hash(line: &JobExecutionLog) -> u64 {
    let mut hasher = DefaultHasher::new();
    (line.id.0, line.time_stamp, line.severity.number(), &line.message).hash(&mut hasher);
    hasher.finish()
}
