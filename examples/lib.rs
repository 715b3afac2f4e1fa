//! Runnable examples of Cloud Atlas.
