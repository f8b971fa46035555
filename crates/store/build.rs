//! `sqlx::migrate!` notices changed migrations, but not new files.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
