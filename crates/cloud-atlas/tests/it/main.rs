//! Tests of `cloud-atlas`.
