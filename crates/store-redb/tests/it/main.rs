//! Tests of `atlas-store-redb`.
