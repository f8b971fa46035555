//! From the bytes of a pipe to lines.

/// A line longer than this is cut, so that a process that never ends its line cannot fill the memory.
const LONGEST: usize = 1024 * 1024;

/// Cuts what it is fed at line ends. What is not UTF-8 is replaced; a carriage return before the end is dropped.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    begun: Vec<u8>,
}

impl Splitter {
    /// The lines that these bytes complete.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|&b| b == b'\n') {
            self.add(&bytes[..end], &mut lines);
            lines.push(self.take());
            bytes = &bytes[end + 1..];
        }
        self.add(bytes, &mut lines);
        lines
    }

    /// The last line, if it was not ended.
    pub fn finish(mut self) -> Option<String> {
        (!self.begun.is_empty()).then(|| self.take())
    }

    fn add(&mut self, bytes: &[u8], lines: &mut Vec<String>) {
        self.begun.extend_from_slice(bytes);
        while self.begun.len() > LONGEST {
            let rest = self.begun.split_off(character_start(&self.begun, LONGEST));
            lines.push(self.take());
            self.begun = rest;
        }
    }

    fn take(&mut self) -> String {
        let mut bytes = std::mem::take(&mut self.begun);
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        match String::from_utf8(bytes) {
            Ok(line) => line,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }
}

/// The last place at or before `at` where a character begins; `at` itself in what is not UTF-8.
fn character_start(bytes: &[u8], at: usize) -> usize {
    let continues = |b: u8| b & 0b1100_0000 == 0b1000_0000;
    (at - 3..=at).rev().find(|&i| !continues(bytes[i])).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut lines: Vec<_> = chunks.iter().flat_map(|c| splitter.feed(c)).collect();
        lines.extend(splitter.finish());
        lines
    }

    #[test]
    fn lines_whatever_the_chunks() {
        assert_eq!(split(&[b"one\ntw", b"o\r\n\nthree"]), ["one", "two", "", "three"]);
        assert_eq!(split(&[b"one\n"]), ["one"]);
        assert_eq!(split(&[b""]), [""; 0]);
        assert_eq!(split(&[b"a\xc3", b"\xa9b\n"]), ["aéb"]);
        assert_eq!(split(&[b"a\xffb\n"]), ["a\u{fffd}b"]);
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters() {
        let long = "é".repeat(LONGEST) + "\n";
        let odd = format!("x{long}");
        for text in [long, odd] {
            let lines = split(&text.as_bytes().chunks(7000).collect::<Vec<_>>());
            assert!(lines.iter().all(|l| l.len() <= LONGEST && !l.contains('\u{fffd}')));
            assert_eq!(lines.concat() + "\n", text);
            assert_eq!(lines.len(), 2 + usize::from(text.starts_with('x')));
        }
    }
}
