//! Sorts by index. The compiler generates a sort of several kilobytes for each element type, so the console sorts only
//! indices.

use std::cmp::Ordering;

/// Sorts indices with a comparison function. The sort is stable.
pub fn sort(positions: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    positions.sort_by(|&a, &b| compare(a, b));
}
