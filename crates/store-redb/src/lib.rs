//! The embedded Cloud Atlas store: one redb file, one flush for all waiting commits.
