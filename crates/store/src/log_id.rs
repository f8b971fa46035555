//! The public id of a log line, which is computed and not stored.
//!
//! It is a UUID version 8: the first 60 random bits of the execution's id, then the line's sequence number. So the query
//! parameter `after` gives the sequence number without a query.

use uuid::{Builder, Uuid, Variant};

const PREFIX_BYTES: usize = 8;
const SEQ_MASK: u64 = (1 << 62) - 1;

/// Returns the id of a line of this execution.
pub fn encode(execution: Uuid, seq: i64) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..PREFIX_BYTES].copy_from_slice(&execution.as_bytes()[..PREFIX_BYTES]);
    bytes[PREFIX_BYTES..].copy_from_slice(&(seq.cast_unsigned() & SEQ_MASK).to_be_bytes());
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Returns the sequence number of a line; `None` if this is not the id of a line of this execution.
pub fn decode(execution: Uuid, line: Uuid) -> Option<i64> {
    if line.get_version_num() != 8 || line.get_variant() != Variant::RFC4122 {
        return None;
    }
    let seq = i64::try_from(line.as_u64_pair().1 & SEQ_MASK).ok()?;
    (encode(execution, seq) == line).then_some(seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_id_is_decoded_only_with_its_execution() {
        let (execution, other) = (Uuid::new_v4(), Uuid::new_v4());
        for seq in [1, 2, 255, 1_000_000, i64::from(u32::MAX), (1 << 62) - 1] {
            let id = encode(execution, seq);
            assert_eq!(decode(execution, id), Some(seq));
            assert_eq!(decode(other, id), None);
        }
        assert_eq!(decode(execution, execution), None);
        assert_eq!(decode(execution, Uuid::nil()), None);
        assert_ne!(encode(execution, 1), encode(execution, 2));
    }
}
