//! Other spellings of an id whose project is known.

use super::{GcpImageId, GcpKind};
use core::fmt;

impl GcpImageId {
    /// Displays the address that the API gives the image, if the project is known.
    pub fn self_link(&self) -> Option<GcpSelfLink<'_>> {
        self.has_project().then_some(GcpSelfLink(&self.text))
    }

    /// Displays the name that asset inventories and audit logs give the image, if the project is
    /// known.
    pub fn full_name(&self) -> Option<GcpFullName<'_>> {
        self.has_project().then_some(GcpFullName(&self.text))
    }

    /// Displays what follows `projects/` (Scalr), if the project is known. Family views have no such
    /// spelling, and a project called `projects` is not read in it.
    pub fn short_path(&self) -> Option<GcpShortPath<'_>> {
        let path = self.text.strip_prefix("projects/")?;
        let is_read = self.kind != GcpKind::FamilyView && !path.starts_with("projects/");
        is_read.then_some(GcpShortPath(path))
    }
}

/// Displays `https://www.googleapis.com/compute/v1/projects/…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GcpSelfLink<'a>(&'a str);

impl fmt::Display for GcpSelfLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("https://www.googleapis.com/compute/v1/")?;
        f.write_str(self.0)
    }
}

/// Displays `//compute.googleapis.com/projects/…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GcpFullName<'a>(&'a str);

impl fmt::Display for GcpFullName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("//compute.googleapis.com/")?;
        f.write_str(self.0)
    }
}

/// Displays `PROJECT/global/images/…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GcpShortPath<'a>(&'a str);

impl fmt::Display for GcpShortPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
