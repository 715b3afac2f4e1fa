//! Tests of `atlas-cli`.
