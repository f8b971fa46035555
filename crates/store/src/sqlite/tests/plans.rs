//! How SQLite finds the rows of the store's statements. The database has no statistics, like those of users.

use std::fs;
use std::path::{Path, PathBuf};

use sqlx::Row;

use super::test_store::{TestStore, connect};

/// The indexes that contain unfinished runs only.
const UNFINISHED: [&str; 2] = ["executions_unfinished", "executions_running"];

#[tokio::test]
async fn statement_about_runs_never_reads_all_of_them() {
    let test = TestStore::new().await;
    let mut connection = connect(&test.path()).await;
    let statements = statements();
    assert!(statements.len() > 30, "{statements:#?}");
    for sql in statements {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let plan = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.expect(&sql);
        let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let names = names_of_large_tables(&sql);
        for step in &plan {
            let mut words = step.split(' ');
            let (Some(kind), Some(table)) = (words.next(), words.next()) else { continue };
            if !names.contains(&table) {
                continue;
            }
            let is_small = UNFINISHED.iter().any(|index| step.contains(index));
            assert!(kind == "SEARCH" || is_small, "{plan:#?} of {sql}");
            // Runs of a job or a node can be all runs, too.
            let is_about_unfinished = sql.contains("state < 2") && !step.contains("PRIMARY KEY");
            assert!(!is_about_unfinished || is_small, "{plan:#?} of {sql}");
        }
    }
}

/// Returns the statements about runs and lines in the source of the SQLite store.
fn statements() -> Vec<String> {
    let mut files = Vec::new();
    find_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sqlite"), &mut files);
    let mut statements = Vec::new();
    for file in files {
        let source = fs::read_to_string(file).unwrap();
        for start in ["\"SELECT ", "\"UPDATE ", "\"DELETE ", "\"INSERT "] {
            for (position, _) in source.match_indices(start) {
                let sql = source[position + 1..].split('"').next().unwrap();
                let is_complete = !sql.ends_with(' ');
                let deletes_all = sql.starts_with("DELETE") && !sql.contains("WHERE");
                if is_complete && !deletes_all && !names_of_large_tables(sql).is_empty() {
                    statements.push(sql.to_owned());
                }
            }
        }
    }
    statements
}

fn find_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => find_files(&path, files),
            false => files.push(path),
        }
    }
}

/// Returns the names of the tables of runs and lines in a statement, and their aliases, which have one letter.
fn names_of_large_tables(sql: &str) -> Vec<&str> {
    let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut names = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if matches!(*word, "executions" | "lines") {
            names.push(*word);
            names.extend(words.get(index + 1).filter(|next| next.len() == 1));
        }
    }
    names
}
