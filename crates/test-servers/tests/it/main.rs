//! The tests of `atlas-test-servers`, one program.

mod postgres;
