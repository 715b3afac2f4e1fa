//! Tests of `atlas-image`.
