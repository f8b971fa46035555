//! Sorting by position. A sort is compiled for each type it sorts, some kilobytes each; so this is the only one here.

use std::cmp::Ordering;

/// Sorts positions by what `compare` says of them; equals stay as they are.
pub fn sort(positions: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    positions.sort_by(|&a, &b| compare(a, b));
}
