//! Sorts by index. The compiler generates a sort of several kilobytes for each element type, so the console sorts only
//! indices.

use std::cmp::Ordering;

/// Sorts indices with a comparison function. The sort is stable.
pub fn sort_indices(indices: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    indices.sort_by(|&a, &b| compare(a, b));
}
