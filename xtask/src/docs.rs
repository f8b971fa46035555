//! `cargo xtask test guides`: links, commands, and examples in the Markdown files are right.
//!
//! `docs/development/chores.md` describes the rules and the comments that control them.

mod admin_api;
mod anchors;
mod commands;
mod examples;
mod files;
mod links;
mod mentions;
mod page;
mod programs;
mod session;
mod shell;

use std::path::Path;

use anyhow::Result;

use crate::{counts::Counts, process, settings, setup::Tools, workspace};
use commands::Checker;
use files::Files;
use page::{Content, Page};
use programs::Programs;
use session::Session;

const BUILT: &str = "target/debug";
const DATA: &str = "target/guides";

pub(crate) fn check(_: &Tools) -> Result<Counts> {
    workspace::build()?;
    check_pages(Path::new(BUILT), &std::env::current_exe()?, Path::new(DATA))
}

/// Checks every Markdown file with the programs in the folder `built`.
fn check_pages(built: &Path, xtask: &Path, data: &Path) -> Result<Counts> {
    let built = built.canonicalize()?;
    let path = process::search_path_with([built.as_path()])?;
    let files = Files::of_repository()?;
    let pages = files.pages()?;
    let packages = files.packages()?;
    let programs = Programs::read(&built, xtask)?;
    let checker = Checker { programs: &programs, files: &files, packages: &packages };
    let mut report = Report::default();
    std::fs::create_dir_all(data)?;
    for page in &pages {
        let mut problems = page.problems.clone();
        problems.extend(links::problems(page, &pages, &files, &mut report.links));
        problems.extend(checker.page_problems(page, &mut report.commands));
        problems.extend(checker.missing_in_reference(page, &pages));
        problems.extend(admin_api::missing(page)?);
        problems.extend(examples::problems(page, &built, data, &mut report.examples)?);
        report.note(page);
        if let Some(session) = Session::of(page) {
            problems.extend(session.run(&path, data)?);
        }
        report.finish(&problems);
    }
    report.finish(&mentions::problems(&files)?);
    report.finish(&settings::problems(&built)?);
    report.print();
    Ok(report.counts)
}

/// What was checked, and what was wrong.
#[derive(Default)]
struct Report {
    counts: Counts,
    links: usize,
    commands: usize,
    examples: usize,
    run: usize,
    not_run: Vec<String>,
}

impl Report {
    /// Counts the blocks that the page runs, and lists those that it does not run.
    fn note(&mut self, page: &Page) {
        for block in &page.blocks {
            match &block.content {
                Content::Run => self.run += 1,
                Content::NotRun(reason) => {
                    self.not_run.push(format!("{}:{}: {reason}", page.path, block.line));
                }
                _ => {}
            }
        }
    }

    fn finish(&mut self, problems: &[String]) {
        problems.iter().for_each(|problem| self.fail(problem));
        self.counts.passed += u64::from(problems.is_empty());
    }

    fn fail(&mut self, problem: &str) {
        println!("{problem}");
        self.counts.failed += 1;
    }

    fn print(&self) {
        let Self { links, commands, examples, run, not_run, .. } = self;
        println!("checked: {links} links, {commands} commands, {examples} configurations and other examples");
        println!("run: {run} shell blocks; not run: {}", not_run.len());
        not_run.iter().for_each(|block| println!("  {block}"));
    }
}
