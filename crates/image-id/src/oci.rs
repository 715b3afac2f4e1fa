//! Images of container registries: distribution references, as `docker pull` and bootc take them.
//!
//! The grammar is that of the Go module `github.com/distribution/reference` (its `regexp.go`), the
//! spellings are those of its `normalize.go`.

mod borrowed;
mod digest;
mod familiar;
mod name;
mod near;

pub(crate) use self::near::near;
pub use self::{borrowed::OciImageIdRef, digest::OciDigest, familiar::OciFamiliar};

use crate::{
    Cloud, IdKind, Stability,
    text::{borrowed_twin, id_text},
};
use std::sync::Arc;

/// An image of a container registry: `host/repository[:tag][@digest]`.
///
/// Docker's defaults are written out in the canonical text: the host `docker.io`, its `library/`
/// before a repository of one part, and the tag `latest` where there is neither tag nor digest. The
/// host is in lower case, and `index.docker.io` is `docker.io`.
///
/// Where the sources are silent or disagree, this type says:
///
/// - The first part is a host if it has a dot or a colon, or is `localhost`, and a slash follows. It
///   has to be a good one then: Go reads `foo_bar.com/x` as a repository without any host.
/// - `Foo/bar` is refused: Go reads `Foo` as a host, which has no canonical text in lower case.
/// - Host and repository have at most 255 bytes together, once the defaults are written out; newer
///   versions of the Go module leave the host out of that count.
/// - A digest alone is refused, be it 64 hex digits or `sha256:` and them, for it names no
///   repository.
/// - `sha256`, `sha384`, `sha512` and `blake3` have 64, 96, 128 and 64 hex digits. Any other algorithm
///   is read if the grammars of both the Go module and the OCI image specification read it: parts that
///   begin with a lower-case letter, and at least 32 hex digits. Hex is in lower case, and a digest has
///   at most 512 bytes.
/// - An address in brackets is made of hex digits and colons, and nothing else is asked of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OciImageId {
    text: Arc<str>,
}

impl OciImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn view(&self) -> OciImageIdRef<'_> {
        OciImageIdRef::of_canonical(&self.text)
    }

    /// The host of the registry with its port, `quay.io` or `localhost:5000`.
    pub fn registry(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }

    /// The repository in the registry, `library/ubuntu`.
    pub fn repository(&self) -> &str {
        self.view().path()
    }

    /// The tag, at most 128 characters. There is none where a digest stands alone.
    pub fn tag(&self) -> Option<&str> {
        self.view().tag()
    }

    /// The digest, if the id has one.
    pub fn digest(&self) -> Option<OciDigest> {
        self.view().digest().map(OciDigest::checked)
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        self.view().kind()
    }

    /// Whether it always means the same image: a digest does, with a tag or without.
    pub fn stability(&self) -> Stability {
        self.view().stability()
    }

    /// Displays the id as Docker shows it, without what it fills in by itself: `ubuntu`, `acme/x:1`.
    pub fn familiar(&self) -> OciFamiliar<'_> {
        self.view().familiar()
    }
}

id_text!(OciImageId);
borrowed_twin!(OciImageId, OciImageIdRef, Cloud::Oci);
