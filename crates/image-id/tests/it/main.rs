//! Tests of `atlas-image-id`.
