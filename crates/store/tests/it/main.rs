//! Tests of `atlas-store`.
