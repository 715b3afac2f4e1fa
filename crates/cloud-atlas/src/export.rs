//! Revisions become public image metadata again.

use crate::{Error, Session, kind::Mci};
use atlas_base::{Name, Tag};
use atlas_history::Revision;
use atlas_mci::Content;
use atlas_scope::{Permission, Scope};
use atlas_streams::{
    NotInStreams, ParseWordError, Release, StreamArch, StreamDocument, StreamImage, StreamName,
};
use atlas_template::Reference;

/// Why no stream document was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Nothing was named.
    #[error("name at least one MultiCloud Image to export")]
    Nothing,
    /// A tag that every import sets is missing.
    #[error(
        "`{mci}` has no tag `stream:{predicate}=…`, which says what its document would say: add it and commit"
    )]
    NoTag {
        /// Which one.
        mci: Name,
        /// Which tag.
        predicate: &'static str,
    },
    /// A tag does not fit a stream document.
    #[error("the tag `stream:{predicate}=…` of `{mci}` does not fit a stream document")]
    Tag {
        /// Which one.
        mci: Name,
        /// Which tag.
        predicate: &'static str,
        /// What is wrong with it.
        source: ParseWordError,
    },
    /// The states to export are of two streams.
    #[error(
        "one document holds one stream, these are of `{one}` and `{other}`: export them one by one"
    )]
    Streams {
        /// One stream.
        one: StreamName,
        /// The other.
        other: StreamName,
    },
    /// The states to export are of two releases.
    #[error(
        "one document holds one release, these are of {one} and {other}: export them one by one"
    )]
    Releases {
        /// One release.
        one: Release,
        /// The other.
        other: Release,
    },
    /// Two states of one architecture were named.
    #[error("one document holds an architecture once, and two of these are of {architecture}")]
    Architecture {
        /// The architecture.
        architecture: StreamArch,
    },
    /// A setting that stream documents cannot hold.
    #[error(transparent)]
    Image(#[from] NotInStreams),
}

impl Session {
    /// One stream document of some states of MultiCloud Images, one an architecture. Its stream,
    /// release and architectures are those of the tags that imports set.
    ///
    /// # Errors
    ///
    /// A reference leads nowhere that the caller sees, or a state does not fit such a document.
    pub async fn export_stream(
        &self,
        references: &[Reference],
        from: &Scope,
    ) -> Result<StreamDocument, Error> {
        let unit = self.read().await?;
        let mut made: Option<StreamDocument> = None;
        for reference in references {
            let located = unit
                .locate::<Mci>(reference, from, Permission::MciView)
                .await?;
            let state = unit
                .state(&located.found, reference.selector.as_ref())
                .await?;
            let content = state.content.content();
            let stream: StreamName = word(content, "name", StreamName::parse)?;
            let release: Release = word(content, "release", Release::parse)?;
            let architecture: StreamArch = word(content, "architecture", StreamArch::parse)?;
            let time = state.revision.as_ref().and_then(Revision::released_at);
            let document = made.get_or_insert_with(|| {
                StreamDocument::new(stream.clone()).with_last_modified(time)
            });
            if *document.stream() != stream {
                let one = document.stream().clone();
                return Err(ExportError::Streams { one, other: stream }.into());
            }
            if let Some(one) = document.release().filter(|one| **one != release) {
                let (one, other) = (one.clone(), release);
                return Err(ExportError::Releases { one, other }.into());
            }
            if document.architectures().contains_key(&architecture) {
                return Err(ExportError::Architecture { architecture }.into());
            }
            for (location, setting) in content.settings() {
                let image = StreamImage::new(setting.image().clone(), release.clone());
                let insert = document.insert(architecture.clone(), location.clone(), image);
                insert.map_err(ExportError::Image)?;
            }
        }
        made.ok_or_else(|| ExportError::Nothing.into())
    }
}

/// What a tag `stream:PREDICATE=…` says.
fn word<T>(
    content: &Content,
    predicate: &'static str,
    parse: fn(&str) -> Result<T, ParseWordError>,
) -> Result<T, ExportError> {
    let mci = || content.nickname().clone();
    let fits = |tag: &&Tag| tag.namespace() == Some("stream") && tag.predicate() == Some(predicate);
    let tag = content.tags().iter().find(fits);
    let value = tag.and_then(Tag::value).ok_or_else(|| ExportError::NoTag {
        mci: mci(),
        predicate,
    })?;
    parse(value).map_err(|source| ExportError::Tag {
        mci: mci(),
        predicate,
        source,
    })
}
