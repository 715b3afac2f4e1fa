//! Why a text is none of what this folder reads.

atlas_base::parse_errors! {
    /// Why a text is no [`SourceUrl`](crate::SourceUrl). It repeats nothing of the text, which may hold
    /// a signature.
    ParseSourceUrlError;
    /// Why a text is no [`HostPattern`](crate::HostPattern).
    ParseHostPatternError;
    /// Why a text is no [`Network`](crate::Network).
    ParseNetworkError;
}
