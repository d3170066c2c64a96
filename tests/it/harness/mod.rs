//! What the integration tests stand on.
#![allow(dead_code, unused_imports, reason = "the harness offers more than any one story takes")]

#[path = "../../../src/testkit.rs"]
mod testkit;

pub use testkit::covers;
