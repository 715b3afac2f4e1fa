//! An ordered, transactional key-value contract with a record layer, and the memory store.
