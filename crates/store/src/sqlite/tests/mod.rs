//! Tests of the store on a disk that fails, of its files, and of its tables.

mod backup;
mod faults;
mod file;
mod lines;
mod organizations;
mod plans;
mod requests;
mod test_store;
