//! MultiCloud Images: the versioned map from cloud location to image, and its diff.
