//! Scroll arithmetic of virtual lists: which rows to render, and at which position.
//!
//! Browsers limit the height of an element (Firefox to 17.8 million px). A taller list is scaled to [`MAX_HEIGHT`], so
//! that one pixel of its scroll bar stands for several pixels of the list.

/// Maximum height of the scrolled element in pixels.
pub const MAX_HEIGHT: f64 = 15_000_000.0;
/// Rows rendered beyond each edge of the viewport, so that fast scrolling shows no gap.
const OVERSCAN: usize = 12;

/// A list of rows of equal height in a scrolled viewport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows {
    pub count: usize,
    pub row_height: f64,
    /// Height of the viewport in pixels.
    pub viewport: f64,
}

/// The rows to render: `first..last`, the first of them at `top` pixels.
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

    /// Returns the height of the scrolled element in pixels.
    pub fn height(&self) -> f64 {
        self.natural_height().min(MAX_HEIGHT)
    }

    /// Returns how many pixels of the list one pixel of the scroll bar stands for.
    fn scale(&self) -> f64 {
        let (natural, height) = (self.natural_height() - self.viewport, self.height() - self.viewport);
        if natural <= height || height <= 0.0 { 1.0 } else { natural / height }
    }

    /// Returns the maximum scroll position. It avoids `f64::clamp`, whose panic message adds 14 kB to the program.
    fn last_scroll(&self) -> f64 {
        (self.height() - self.viewport).max(0.0)
    }

    /// Returns the rows to render at a scroll position.
    pub fn window(&self, scroll: f64) -> Window {
        self.window_with_overscan(scroll, OVERSCAN)
    }

    /// Returns the rows to render with another number of rows beyond the edges.
    pub fn window_with_overscan(&self, scroll: f64, overscan: usize) -> Window {
        let scroll = scroll.min(self.last_scroll()).max(0.0);
        let natural = scroll * self.scale();
        let first = (natural / self.row_height) as usize;
        let shown = (self.viewport / self.row_height) as usize + 2;
        let from = first.saturating_sub(overscan).min(self.count);
        let last = (first + shown + overscan).min(self.count);
        // Relative to the scroll position, so that a scaled list neither drifts nor jumps.
        let top = scroll - (natural - from as f64 * self.row_height);
        Window { first: from, last, top }
    }

    /// Returns the scroll position that shows `row`, in the upper third of the viewport if possible.
    pub fn scroll_to(&self, row: usize) -> f64 {
        let natural = row as f64 * self.row_height - self.viewport / 3.0;
        (natural / self.scale()).min(self.last_scroll()).max(0.0)
    }

    /// Returns the first row that is at least partly visible.
    pub fn first_visible(&self, scroll: f64) -> usize {
        (scroll.min(self.last_scroll()).max(0.0) * self.scale() / self.row_height) as usize
    }

    /// Returns the distance of `row` from the top edge of the viewport in pixels.
    pub fn offset_of(&self, row: usize, scroll: f64) -> f64 {
        row as f64 * self.row_height - scroll * self.scale()
    }

    /// Returns the scroll position at which `row` has this distance from the top edge of the viewport.
    pub fn scroll_to_offset(&self, row: usize, offset: f64) -> f64 {
        ((row as f64 * self.row_height - offset) / self.scale()).min(self.last_scroll()).max(0.0)
    }

    /// Returns whether `row` is completely visible.
    pub fn is_visible(&self, row: usize, scroll: f64) -> bool {
        let top = self.offset_of(row, scroll);
        top >= 0.0 && top + self.row_height <= self.viewport
    }

    /// Returns whether the list is scrolled to the end, with a tolerance of half a row.
    pub fn is_at_end(&self, scroll: f64) -> bool {
        scroll + self.viewport >= self.height() - self.row_height / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Rows = Rows { count: 20_000, row_height: 20.0, viewport: 400.0 };
    const HUGE: Rows = Rows { count: 2_000_000, row_height: 20.0, viewport: 400.0 };

    #[test]
    fn window_has_the_visible_rows_and_the_overscan() {
        let window = LOG.window(10_000.0);
        assert_eq!(window, Window { first: 488, last: 534, top: 9760.0 });
        assert_eq!(
            (LOG.first_visible(10_000.0), LOG.first_visible(-5.0), HUGE.first_visible(f64::MAX)),
            (500, 0, 1_999_980)
        );
        assert!(LOG.window(0.0).last < 40);
        assert_eq!(LOG.window(f64::MAX).last, 20_000);
        assert_eq!(Rows { count: 0, ..LOG }.window(0.0), Window { first: 0, last: 0, top: 0.0 });
        assert_eq!(Rows { count: 3, ..LOG }.window(50.0), Window { first: 0, last: 3, top: 0.0 });
    }

    #[test]
    fn every_row_of_two_million_can_be_scrolled_to() {
        assert_eq!(HUGE.height(), MAX_HEIGHT);
        assert_eq!(HUGE.window(0.0).first, 0);
        assert_eq!(HUGE.window(MAX_HEIGHT - 400.0).last, 2_000_000);
        for row in [0, 1, 777, 1_000_000, 1_999_999] {
            let scroll = HUGE.scroll_to(row);
            assert!(HUGE.is_visible(row, scroll), "{row}");
            let window = HUGE.window(scroll);
            assert!((window.first..window.last).contains(&row), "{row}");
        }
    }

    #[test]
    fn offset_of_a_row_is_kept_when_rows_are_added() {
        for (rows, scroll) in [(LOG, 1_010.0), (HUGE, 1_234_567.0)] {
            let row = rows.first_visible(scroll);
            let offset = rows.offset_of(row, scroll);
            let longer = Rows { count: rows.count + 500, ..rows };
            let moved = longer.scroll_to_offset(row + 500, offset);
            assert!((longer.offset_of(row + 500, moved) - offset).abs() < 0.01, "{row}");
        }
    }

    #[test]
    fn rows_of_a_scaled_list_stay_at_their_position() {
        // The first visible row is drawn at the top edge, minus the part that is scrolled away.
        for scroll in [0.0, 1.0, 123_456.0, 14_999_600.0] {
            let window = HUGE.window(scroll);
            let natural = scroll * HUGE.scale();
            let y = window.top - scroll + (natural - window.first as f64 * 20.0);
            assert!(y.abs() < 0.01, "{scroll}: {y}");
        }
    }

    #[test]
    fn end_is_detected_within_half_a_row() {
        assert!(LOG.is_at_end(LOG.height() - 400.0));
        assert!(!LOG.is_at_end(LOG.height() - 500.0));
        assert!(Rows { count: 2, ..LOG }.is_at_end(0.0));
    }
}
