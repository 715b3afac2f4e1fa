//! Tests of `atlas-scope`.
