//! The console's executable. It mounts the page; all other code is in the library, where tests can call it.

fn main() {
    txjobs_console::start();
}
