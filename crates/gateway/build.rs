//! `sqlx::migrate!` sees changed migrations; a new file it learns of only by this.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
