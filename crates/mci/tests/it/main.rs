//! Tests of `atlas-mci`.
