//! The one rule for external text on the screen, on the clipboard and in files: characters that people cannot see become
//! visible symbols.

/// Returns the characters of a text, each invisible one replaced by a symbol. Tabs and line feeds stay.
pub fn visible_chars(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut previous = None;
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        let shown = match c {
            '\t' | '\n' => c,
            JOINER | NON_JOINER if is_in_word(previous) && is_in_word(chars.peek().copied()) => c,
            JOINER | NON_JOINER => ZERO_WIDTH_SYMBOL,
            c => symbol(c).unwrap_or(c),
        };
        previous = Some(c);
        Some(shown)
    })
}

/// Returns whether [`visible_chars`] may replace the character.
pub fn is_invisible(c: char) -> bool {
    matches!(c, JOINER | NON_JOINER) || symbol(c).is_some()
}

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const ZERO_WIDTH_SYMBOL: char = '⍽';

/// Returns whether a joiner beside the character may belong to its script or emoji. It cannot in ASCII text.
fn is_in_word(neighbor: Option<char>) -> bool {
    neighbor.is_some_and(|c| !c.is_ascii() && !is_invisible(c))
}

fn symbol(c: char) -> Option<char> {
    Some(match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c))?,
        '\u{7f}' => '␡',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // HTML isolates keep direction marks inside of a line, but there they could still disguise a text.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '⇄',
        // Line and paragraph separators end a line in some programs.
        '\u{2028}' | '\u{2029}' => '␤',
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => ZERO_WIDTH_SYMBOL,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(text: &str) -> String {
        visible_chars(text).collect()
    }

    #[test]
    fn invisible_characters_become_symbols() {
        assert_eq!(visible("\u{1b}[201~\r\u{7}\0\u{7f}\u{85}\t\n"), "␛[201~␍␇␀␡\u{fffd}\t\n");
        assert_eq!(visible("a\u{202e}b\u{200f}c\u{2066}d"), "a⇄b⇄c⇄d");
        assert_eq!(visible("a\u{2028}b\u{2029}c"), "a␤b␤c");
        assert_eq!(visible("a\u{200b}b\u{feff}c\u{ad}d\u{2060}e\u{e0041}"), "a⍽b⍽c⍽d⍽e⍽");
    }

    #[test]
    fn joiners_stay_in_scripts_that_need_them() {
        for text in ["می\u{200c}خواهم", "👩\u{200d}💻", "क्\u{200d}ष"] {
            assert_eq!(visible(text), text);
        }
        assert_eq!(visible("Sa\u{200d}les\u{200c}"), "Sa⍽les⍽");
    }
}
