//! Tests of `atlas-base`.
