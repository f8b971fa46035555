//! Rebuilds the crate after a migration was added. `sqlx::migrate!` detects changed files only.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
