//! What the file says about a job, for comparisons of two configurations.

use std::fmt::{self, Debug, Formatter};

use sha2::{Digest, Sha256};
use toml::{Table, Value};

/// A digest of a job's table in the file. Comments, spaces, and the order of keys do not matter. The table itself may contain
/// secrets, and the work that is made from it is not comparable.
#[derive(Clone, PartialEq, Eq)]
pub struct JobDigest([u8; 32]);

impl JobDigest {
    /// Returns the digests of the jobs of each organization of a file, in the order of the file.
    pub(super) fn of_file(text: &str) -> Result<Vec<Vec<Self>>, toml::de::Error> {
        let file: Table = text.parse()?;
        let organizations = tables(file.get("organization"));
        Ok(organizations.map(|o| tables(o.get("job")).map(Self::of_table).collect()).collect())
    }

    fn of_table(table: &Value) -> Self {
        Self(Sha256::digest(table.to_string()).into())
    }
}

fn tables(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}

/// Does not write the digest, from which a short secret could be guessed.
impl Debug for JobDigest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("JobDigest")
    }
}
