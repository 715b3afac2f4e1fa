//! How images and clean-ups are called.

atlas_base::id_type! {
    /// Names one image of a repository: the caller gives it, once. What failed is tried again under
    /// another one.
    pub struct StoredId("stored-");
}

atlas_base::id_type! {
    /// Names one run of [`gc`](crate::Repository::gc): the caller gives it, once.
    pub struct RunId("run-");
}
