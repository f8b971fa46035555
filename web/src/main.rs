//! The console's program: mounts the page. All else is in the library, so that tests can reach it.

fn main() {
    txjobs_console::start();
}
