//! A Markdown file: its links, anchors, blocks of code, and the comments that control the checks.

use std::{collections::BTreeSet, mem};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::anchors::Anchors;

/// A Markdown file.
#[derive(Default)]
pub(super) struct Page {
    /// Its path from the root of the repository.
    pub(super) path: String,
    pub(super) links: Vec<Text>,
    pub(super) anchors: BTreeSet<String>,
    /// Blocks of code, and hidden commands, in their order.
    pub(super) blocks: Vec<Block>,
    /// Code within text.
    pub(super) inline: Vec<Text>,
    /// Mistakes in the comments.
    pub(super) problems: Vec<String>,
}

/// A text and the number of its line.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) line: usize,
}

/// A block of code.
pub(super) struct Block {
    pub(super) language: String,
    pub(super) code: String,
    pub(super) line: usize,
    pub(super) content: Content,
}

/// What a block of code is for the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// It has no comment.
    Plain,
    /// It is run with the other blocks of the page.
    Run,
    /// Commands in a comment, run like a block.
    Hidden,
    /// It is not run, for this reason.
    NotRun(String),
    /// It is a file of this name, beside the commands that are run.
    File(String),
    /// It lists the commands and options of a program.
    Syntax,
    /// It equals a file of the repository.
    SameAs(String),
}

impl Content {
    /// Reads a comment. Returns nothing if it is a comment for people, or an error if it is a mistake.
    fn parse(html: &str) -> Result<Option<Self>, ()> {
        let Some(comment) = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) else {
            return Ok(None);
        };
        let comment = comment.trim();
        let value = |name: &str| comment.strip_prefix(name).map(|rest| rest.trim().to_owned());
        let content = match comment {
            "run" => Self::Run,
            "syntax" => Self::Syntax,
            "end of keys" => return Ok(None),
            _ if comment.starts_with("keys: ") => return Ok(None),
            _ => match (value("not run:"), value("file:"), value("same as:")) {
                (Some(reason), ..) => Self::NotRun(reason),
                (_, Some(name), _) => Self::File(name),
                (.., Some(file)) => Self::SameAs(file),
                _ => return Err(()),
            },
        };
        Ok(Some(content))
    }
}

impl Page {
    pub(super) fn parse(path: &str, text: &str) -> Self {
        let mut page = Self { path: path.to_owned(), ..Self::default() };
        let mut reader = Reader::default();
        let options = Options::ENABLE_TABLES | Options::ENABLE_DEFINITION_LIST;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            reader.read(&mut page, event, line);
        }
        reader.end(&mut page);
        page
    }

    /// Returns the words within code.
    pub(super) fn code_words(&self) -> impl Iterator<Item = &str> {
        let blocks = self.blocks.iter().map(|block| block.code.as_str());
        let inline = self.inline.iter().map(|code| code.text.as_str());
        blocks.chain(inline).flat_map(|code| code.split([' ', '\n', '[', ']', '=', ':']))
    }

    /// Writes where a problem is.
    pub(super) fn problem(&self, line: usize, problem: &str) -> String {
        format!("{}:{line}: {problem}", self.path)
    }
}

/// The state between the events of the parser.
#[derive(Default)]
struct Reader {
    anchors: Anchors,
    /// The text of the current heading.
    heading: Option<String>,
    block: Option<Block>,
    html: String,
    /// The comment that waits for its block.
    comment: Option<(Content, usize)>,
}

impl Reader {
    fn read(&mut self, page: &mut Page, event: Event<'_>, line: usize) {
        match event {
            Event::Start(Tag::Heading { .. }) => self.heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let heading = self.heading.take().unwrap_or_default();
                page.anchors.insert(self.anchors.next(&heading));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(Text { text: dest_url.into_string(), line });
            }
            Event::Start(Tag::CodeBlock(kind)) => self.begin(kind, line),
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(self.block.take()),
            Event::Start(Tag::HtmlBlock) => self.html.clear(),
            Event::Html(html) => self.html.push_str(&html),
            Event::End(TagEnd::HtmlBlock) => self.comment(page, line),
            Event::Start(Tag::Paragraph) => self.end(page),
            Event::Code(code) => {
                self.text(&code);
                page.inline.push(Text { text: code.into_string(), line });
            }
            Event::Text(text) => self.text(&text),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(block) = &mut self.block {
            block.code.push_str(text);
        } else if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        }
    }

    fn begin(&mut self, kind: CodeBlockKind<'_>, line: usize) {
        let language = match kind {
            CodeBlockKind::Fenced(language) => language.into_string(),
            CodeBlockKind::Indented => String::new(),
        };
        let content = self.comment.take().map_or(Content::Plain, |(content, _)| content);
        self.block = Some(Block { language, code: String::new(), line, content });
    }

    fn comment(&mut self, page: &mut Page, line: usize) {
        self.end(page);
        let html = mem::take(&mut self.html);
        let hidden = html.trim().strip_prefix("<!-- hidden\n").and_then(|rest| rest.strip_suffix("-->"));
        if let Some(commands) = hidden {
            let (language, code) = ("sh".to_owned(), commands.to_owned());
            page.blocks.push(Block { language, code, line, content: Content::Hidden });
            return;
        }
        match Content::parse(&html) {
            Ok(content) => self.comment = content.map(|content| (content, line)),
            Err(()) => page.problems.push(page.problem(line, "no check knows this comment")),
        }
    }

    /// Reports a comment without a block.
    fn end(&mut self, page: &mut Page) {
        if let Some((_, line)) = self.comment.take() {
            page.problems.push(page.problem(line, "no block of code follows this comment"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Page};

    #[test]
    fn page_has_links_anchors_and_code() {
        let page =
            Page::parse("a.md", "# One `two`\n\n[x](b.md#c) ![y](z.png) `--flag`\n\n```sh\nls\nps\n```\n");
        assert!(page.anchors.contains("one-two"));
        let links: Vec<_> = page.links.iter().map(|link| (link.text.as_str(), link.line)).collect();
        assert_eq!(links, [("b.md#c", 3), ("z.png", 3)]);
        assert_eq!(page.inline.last().unwrap().text, "--flag");
        let block = &page.blocks[0];
        assert_eq!((block.language.as_str(), block.code.as_str(), block.line), ("sh", "ls\nps\n", 5));
    }

    #[test]
    fn comment_controls_the_block_after_it() {
        let text = "<!-- not run: slow -->\n\n```sh\na\n```\n\n<!-- hidden\nb\nc\n-->\n\n<!-- file: x.py -->\n\n```python\nd\n```\n";
        let page = Page::parse("a.md", text);
        let contents: Vec<_> = page.blocks.iter().map(|block| block.content.clone()).collect();
        assert_eq!(
            contents,
            [Content::NotRun("slow".to_owned()), Content::Hidden, Content::File("x.py".to_owned())]
        );
        assert_eq!(page.blocks[1].code, "b\nc\n");
        assert!(page.problems.is_empty());
    }

    #[test]
    fn comment_without_a_block_or_a_meaning_is_a_problem() {
        let page = Page::parse("a.md", "<!-- run -->\n\nText.\n\n<!-- rum -->\n\n<!-- run -->\n");
        assert_eq!(
            page.problems,
            [
                "a.md:1: no block of code follows this comment",
                "a.md:5: no check knows this comment",
                "a.md:7: no block of code follows this comment",
            ]
        );
    }
}
