//! Tests of `atlas-market`.
