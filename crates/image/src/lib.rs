//! Image records and cloud credentials: what may be registered, where, and why not.
