//! Tests of `atlas-streams`.
