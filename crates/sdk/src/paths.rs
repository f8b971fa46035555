//! The method and the path of each operation, generated from the contract.

include!(concat!(env!("OUT_DIR"), "/paths.rs"));
