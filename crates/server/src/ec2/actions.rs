//! The actions: each reads what it must know, has the engine do it, and says so in EC2's words.

pub(super) mod around;
