//! Scroll arithmetic of long lists: which rows are to be in the document, and where.
//!
//! Browsers cap the height of an element (Firefox at 17.8 million px), so a longer list is mapped: its scroll bar runs
//! over [`TALLEST`] and each pixel of it stands for more than one.

/// The tallest element that is made.
pub const TALLEST: f64 = 15_000_000.0;
/// Rows beyond the edges, so that quick scrolling shows no gap.
const SPARE: usize = 12;

/// A list of rows of one height, seen through a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows {
    pub count: usize,
    pub row_height: f64,
    /// The height of what is seen.
    pub seen: f64,
}

/// Rows `first..last` are to be in the document, the first of them at `top` pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub first: usize,
    pub last: usize,
    pub top: f64,
}

impl Rows {
    fn natural_height(&self) -> f64 {
        self.count as f64 * self.row_height
    }

    /// The height of the whole list in the document.
    pub fn height(&self) -> f64 {
        self.natural_height().min(TALLEST)
    }

    /// How many pixels of the list one pixel of the scroll bar stands for.
    fn scale(&self) -> f64 {
        let (natural, height) = (self.natural_height() - self.seen, self.height() - self.seen);
        if natural <= height || height <= 0.0 { 1.0 } else { natural / height }
    }

    /// How far it can be scrolled. Not by `clamp`, whose panic brings fourteen kilobytes along to print a float.
    fn last_scroll(&self) -> f64 {
        (self.height() - self.seen).max(0.0)
    }

    /// What to show when scrolled by `scroll` pixels.
    pub fn window(&self, scroll: f64) -> Window {
        self.window_with(scroll, SPARE)
    }

    /// The same with so many rows beyond the edges: fewer where a row is dear.
    pub fn window_with(&self, scroll: f64, spare: usize) -> Window {
        let scroll = scroll.min(self.last_scroll()).max(0.0);
        let natural = scroll * self.scale();
        let first = (natural / self.row_height) as usize;
        let shown = (self.seen / self.row_height) as usize + 2;
        let from = first.saturating_sub(spare).min(self.count);
        let last = (first + shown + spare).min(self.count);
        // Relative to the scroll position, so that a mapped list neither drifts nor jumps.
        let top = scroll - (natural - from as f64 * self.row_height);
        Window { first: from, last, top }
    }

    /// How far to scroll so that `row` is seen, in the upper third where there is room.
    pub fn scroll_to(&self, row: usize) -> f64 {
        let natural = row as f64 * self.row_height - self.seen / 3.0;
        (natural / self.scale()).min(self.last_scroll()).max(0.0)
    }

    /// The first row of which something is seen when scrolled by `scroll`.
    pub fn first_seen(&self, scroll: f64) -> usize {
        (scroll.min(self.last_scroll()).max(0.0) * self.scale() / self.row_height) as usize
    }

    /// Whether all of `row` is seen when scrolled by `scroll`.
    pub fn is_seen(&self, row: usize, scroll: f64) -> bool {
        let top = row as f64 * self.row_height - scroll * self.scale();
        top >= 0.0 && top + self.row_height <= self.seen
    }

    /// Whether the end is seen, to within half a row.
    pub fn is_at_end(&self, scroll: f64) -> bool {
        scroll + self.seen >= self.height() - self.row_height / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Rows = Rows { count: 20_000, row_height: 20.0, seen: 400.0 };
    const HUGE: Rows = Rows { count: 2_000_000, row_height: 20.0, seen: 400.0 };

    #[test]
    fn only_what_is_seen_and_a_little_more() {
        let window = LOG.window(10_000.0);
        assert_eq!(window, Window { first: 488, last: 534, top: 9760.0 });
        assert_eq!(
            (LOG.first_seen(10_000.0), LOG.first_seen(-5.0), HUGE.first_seen(f64::MAX)),
            (500, 0, 1_999_980)
        );
        assert!(LOG.window(0.0).last < 40);
        assert_eq!(LOG.window(f64::MAX).last, 20_000);
        assert_eq!(Rows { count: 0, ..LOG }.window(0.0), Window { first: 0, last: 0, top: 0.0 });
        assert_eq!(Rows { count: 3, ..LOG }.window(50.0), Window { first: 0, last: 3, top: 0.0 });
    }

    #[test]
    fn two_million_rows_fit_and_all_can_be_reached() {
        assert_eq!(HUGE.height(), TALLEST);
        assert_eq!(HUGE.window(0.0).first, 0);
        assert_eq!(HUGE.window(TALLEST - 400.0).last, 2_000_000);
        for row in [0, 1, 777, 1_000_000, 1_999_999] {
            let scroll = HUGE.scroll_to(row);
            assert!(HUGE.is_seen(row, scroll), "{row}");
            let window = HUGE.window(scroll);
            assert!((window.first..window.last).contains(&row), "{row}");
        }
    }

    #[test]
    fn mapped_rows_keep_their_place_on_the_screen() {
        // The row at the top edge is drawn at the top edge, within the part of it that is scrolled away.
        for scroll in [0.0, 1.0, 123_456.0, 14_999_600.0] {
            let window = HUGE.window(scroll);
            let natural = scroll * HUGE.scale();
            let drawn = window.top - scroll + (natural - window.first as f64 * 20.0);
            assert!(drawn.abs() < 0.01, "{scroll}: {drawn}");
        }
    }

    #[test]
    fn the_end() {
        assert!(LOG.is_at_end(LOG.height() - 400.0));
        assert!(!LOG.is_at_end(LOG.height() - 500.0));
        assert!(Rows { count: 2, ..LOG }.is_at_end(0.0));
    }
}
