//! Time, digests, names, tags and the canonical encoding that every other crate of Cloud Atlas shares.
