//! Tests of `atlas-history`.
