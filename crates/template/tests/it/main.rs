//! Tests of `atlas-template`.
