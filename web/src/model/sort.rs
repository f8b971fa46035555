//! Sorting. Each use of the standard library's sort with another closure is compiled again, at a few kilobytes.

use std::cmp::Ordering;

/// Returns the indices below `count` in order. Indices that compare as equal keep their order.
pub fn sorted_indices(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut indices: Vec<_> = (0..count).collect();
    indices.sort_by(|a, b| compare(*a, *b));
    indices
}
