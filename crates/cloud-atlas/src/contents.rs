//! How committed contents are kept, and how they are read again.
//!
//! A content is a frame: whole, or what differs from the content of the revision before. User data
//! stands beside it by its digest, once an account.

use crate::{
    Error,
    kind::Versioned,
    tables::{CONTENTS, KeptContent, KeptUserData, USER_DATA, partition_of},
    unit::Unit,
};
use atlas_base::{Digest, canonical};
use atlas_history::{Blob, Frame, FrameBase, FrameChain, FrameError, Frozen};
use atlas_mci::UserData;
use atlas_scope::Scope;
use atlas_store::{Partition, Snapshot, StoreError, Tx, read_record};
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, BTreeSet};

/// The domain of the digests of user data.
pub(crate) const USER_DATA_DOMAIN: &str = "cloud-atlas/user-data/1";
/// User data of as many bytes stays in the content: its digest is longer.
const SMALL_USER_DATA: usize = 96;
/// The most new user data that one commit puts beside its content, so that it fits small engines:
/// what is more stays in the content.
const MOST_NEW: usize = 16;

/// Where contents are read: in a transaction, or in a snapshot as they lie there.
#[derive(Clone, Copy)]
pub(crate) enum Contents<'a> {
    Tx(&'a Tx, &'a Partition),
    Snapshot(&'a dyn Snapshot, &'a Partition),
}

impl Contents<'_> {
    /// The text of a content; none where it is not there. `known` is asked for the text of a base
    /// before it is read.
    pub(crate) async fn text<C: Versioned>(
        self,
        digest: Digest,
        known: impl Fn(Digest) -> Option<Frozen<C>>,
    ) -> Result<Option<String>, Error> {
        let Some(frame) = self.frame(digest).await? else {
            return Ok(None);
        };
        let mut chain = FrameChain::new(frame)?;
        let mut base = None;
        while let Some(digest) = chain.wanted() {
            base = known(digest);
            if base.is_some() {
                break;
            }
            let frame = self.frame(digest).await?;
            chain.push(frame.ok_or(FrameError::NoBase { digest })?)?;
        }
        let blobs = self.blobs(chain.blobs()).await?;
        Ok(Some(chain.text(base.as_ref().map(Frozen::text), &blobs)?))
    }

    /// A content, its digest checked; none where it is not there.
    pub(crate) async fn content<C: Versioned>(
        self,
        digest: Digest,
        known: impl Fn(Digest) -> Option<Frozen<C>>,
    ) -> Result<Option<Frozen<C>>, Error> {
        let Some(text) = self.text(digest, known).await? else {
            return Ok(None);
        };
        let read = |text: &str| serde_json::from_str(text).map_err(|error| error.to_string());
        Ok(Some(Frozen::from_stored(text.into(), digest, read)?))
    }

    async fn frame(self, digest: Digest) -> Result<Option<Frame>, Error> {
        let parts = digest.to_string();
        let found = match self {
            Self::Tx(tx, partition) => {
                let found = CONTENTS.get_fixed(tx, partition, [parts]).await?;
                found.into_iter().next().flatten()
            }
            Self::Snapshot(snapshot, partition) => {
                let key = CONTENTS.key(partition, parts)?;
                read_record(snapshot, &key).await?.transpose()?
            }
        };
        Ok(found.map(|KeptContent(frame)| frame))
    }

    /// The canonical texts of user data, as far as it is there.
    async fn blobs(self, digests: BTreeSet<Digest>) -> Result<BTreeMap<Digest, String>, Error> {
        let parts = digests.iter().map(Digest::to_string);
        let found = match self {
            Self::Tx(tx, partition) => USER_DATA.get_fixed(tx, partition, parts).await?,
            Self::Snapshot(snapshot, partition) => {
                let mut found = Vec::with_capacity(digests.len());
                for parts in parts {
                    let key = USER_DATA.key(partition, parts)?;
                    found.push(read_record(snapshot, &key).await?.transpose()?);
                }
                found
            }
        };
        let mut texts = BTreeMap::new();
        for (digest, KeptUserData(data)) in digests
            .iter()
            .zip(found)
            .filter_map(|(digest, found)| Some((digest, found?)))
        {
            texts.insert(*digest, canonical::to_string(&data)?);
        }
        Ok(texts)
    }
}

impl Unit {
    /// A committed content, from memory where it was read before.
    pub(crate) async fn content<C: Versioned>(
        &self,
        scope: &Scope,
        digest: Digest,
    ) -> Result<Frozen<C>, Error> {
        let memory = C::memory(&self.shared.caches);
        if let Some(known) = memory.get(digest) {
            return Ok(known);
        }
        let partition = partition_of(scope)?;
        let contents = Contents::Tx(&self.tx, &partition);
        let found = contents.content(digest, |base| memory.get(base));
        let Some(content) = found.await? else {
            return Err(StoreError::corrupt("the content of a revision is missing").into());
        };
        memory.keep(&content);
        Ok(content)
    }

    /// Keeps a committed content, unless it is kept already: what is kept never changes. `near` is
    /// the digest of one that it may be much alike, and that may be kept beside it.
    pub(crate) async fn keep_content<C: Versioned>(
        &self,
        scope: &Scope,
        content: &Frozen<C>,
        near: Option<Digest>,
    ) -> Result<(), Error> {
        let partition = partition_of(scope)?;
        let parts = content.digest().to_string();
        let found = CONTENTS.get(&self.tx, &partition, parts.as_str()).await?;
        if found.is_some() {
            return Ok(());
        }
        let contents = Contents::Tx(&self.tx, &partition);
        let mut near_frame = None;
        if let Some(digest) = near {
            near_frame = contents.frame(digest).await?.map(|frame| (digest, frame));
        }
        let near_frame = near_frame.filter(|(_, frame)| frame.depth() < Frame::MAX_DEPTH);
        let mut base = None;
        if let Some((digest, frame)) = &near_frame {
            let near = self.content::<C>(scope, *digest).await?;
            let blobs = user_data_in(near.text());
            base = Some((*digest, frame.depth(), near, blobs));
        }
        let base = base.as_ref().map(|(digest, depth, near, blobs)| FrameBase {
            digest: *digest,
            depth: *depth,
            text: near.text(),
            blobs,
        });
        let (frame, new) = self.frame_of(&partition, content, base).await?;
        for (digest, data) in new {
            let (parts, kept) = (digest.to_string(), KeptUserData(data));
            USER_DATA.put(&self.tx, &partition, parts, &kept).await?;
        }
        let kept = KeptContent(frame);
        Ok(CONTENTS.put(&self.tx, &partition, parts, &kept).await?)
    }

    /// The frame of a content, and the user data that is not beside it yet.
    async fn frame_of<C: Versioned>(
        &self,
        partition: &Partition,
        content: &Frozen<C>,
        base: Option<FrameBase<'_>>,
    ) -> Result<(Frame, BTreeMap<Digest, UserData>), Error> {
        let held = user_data_of(content.content())?;
        let mut blobs = user_data_in(content.text());
        blobs.retain(|blob| held.contains_key(&blob.digest));
        loop {
            let frame = Frame::new(content.text(), &blobs, base)?;
            let wanted = frame.blobs();
            let parts = wanted.iter().map(Digest::to_string);
            let kept = USER_DATA.get_fixed(&self.tx, partition, parts).await?;
            let missing = wanted.iter().zip(kept).filter(|(_, kept)| kept.is_none());
            let missing: Vec<_> = missing.map(|(digest, _)| *digest).collect();
            let Some(first_too_many) = missing.get(MOST_NEW) else {
                let new = missing.iter().filter_map(|digest| {
                    let data = held.get(digest)?;
                    Some((*digest, data.clone()))
                });
                return Ok((frame, new.collect()));
            };
            let too_many = |digest: &Digest| digest >= first_too_many && missing.contains(digest);
            blobs.retain(|blob| !too_many(&blob.digest));
        }
    }
}

/// The user data of a content that is worth a record of its own, by digest.
fn user_data_of(content: &impl Versioned) -> Result<BTreeMap<Digest, UserData>, Error> {
    let mut found = BTreeMap::new();
    for data in content.user_data() {
        let text = canonical::to_string(data)?;
        if text.len() > SMALL_USER_DATA {
            found.insert(user_data_digest(&text), data.clone());
        }
    }
    Ok(found)
}

pub(crate) fn user_data_digest(text: &str) -> Digest {
    Digest::of(USER_DATA_DOMAIN, text.as_bytes())
}

/// Where the canonical text of a content holds user data that is worth a record of its own.
fn user_data_in(text: &str) -> Vec<Blob> {
    // INVARIANT: in a string every quote has a backslash before it, so that this is a name.
    const NAME: &str = r#","user_data":"#;
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((before, rest)) = text.get(from..).and_then(|rest| rest.split_once(NAME)) {
        let start = from + before.len() + NAME.len();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        if !matches!(values.next(), Some(Ok(_))) {
            break;
        }
        let range = start..start + values.byte_offset();
        from = range.end;
        if let Some(held) = text
            .get(range.clone())
            .filter(|held| held.len() > SMALL_USER_DATA)
        {
            let digest = user_data_digest(held);
            found.push(Blob { range, digest });
        }
    }
    found
}

/// Whether an error says that what is kept is damaged, and not that it cannot be read now.
pub(crate) fn is_damage(error: &Error) -> bool {
    matches!(
        error,
        Error::Frame(_)
            | Error::Content(_)
            | Error::Encoding(_)
            | Error::Store(StoreError::Corrupt { .. })
    )
}
