//! Machine images kept as verified chunks with an index each, in a folder or an object store.
//!
//! ```
//! use atlas_base::Timestamp;
//! use atlas_disk::{Budget, Firmware, Format, Image, Limits, ReadAt as _};
//! use atlas_repository::{
//!     About, Gc, Ingest, Park, Repository, RunId, StoredId, Verify, Watch,
//! };
//! use object_store::memory::InMemory;
//! use std::sync::Arc;
//!
//! let repository = Repository::new(Arc::new(InMemory::new()), Arc::new(Park));
//!
//! // A disk comes in. Ids are the caller's to give.
//! let source = Arc::new(vec![7; 1 << 20]);
//! let limits = Limits::default();
//! let image = Image::open(source, Format::Raw, &Budget::new(&limits, &|| false))?;
//! let id = StoredId::from_u128(1);
//! let ask = Ingest::new(id, About::new(Format::Raw, Firmware::Bios));
//! let mut digest = None;
//! for disk in image.disks() {
//!     digest = Some(repository.ingest(disk, &ask, Watch::default())?.digest);
//! }
//!
//! // It reads like the RAW that it was.
//! let stored = repository.open(id)?;
//! assert_eq!((stored.size(), Some(stored.digest())), (1 << 20, digest));
//! let mut some = [0; 3];
//! stored.read_at(&mut some, 1000)?;
//! assert_eq!(some, [7; 3]);
//!
//! // All is well, until it is deleted and cleaned up.
//! let verified = repository.verify(&Verify::default(), Watch::default())?;
//! assert!(verified.rot.is_empty());
//! assert!(repository.delete(id)?);
//! let now = Timestamp::parse("2026-07-21T14:07:12Z")?;
//! repository.gc(&Gc::new(RunId::from_u128(1), now), Watch::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It knows no scopes, no records and no quotas: whoever has those keeps the [`StoredId`] and the digest
//! of an image in a store of its own, with what state it is in. It keeps no time and starts no runtime.
//!
//! | type | is |
//! |---|---|
//! | [`Pool`], [`PoolName`], [`PoolUrl`] | images wherever they are, as chunks or as files; how pools are called, and where they are |
//! | [`Repository`] | images as chunks in a backend: [`ingest`](Repository::ingest), [`open`](Repository::open), [`delete`](Repository::delete), [`verify`](Repository::verify), [`gc`](Repository::gc) |
//! | [`Ingest`], [`About`] | what comes in, and how |
//! | [`StoredImage`] | an image as it is read: at any place, or [as a whole](StoredImage::export) |
//! | [`Summary`], [`Extent`] | what an image is, and of which chunks it is made |
//! | [`Chunker`], [`Profile`] | where disks are cut: a pure function |
//! | [`Rot`], [`Why`] | what is stored and cannot be read, and which part of which image that is |
//! | [`VolumeHost`], [`LocalVolumes`] | volumes of servers and snapshots of them, as a host program has them, or in a folder |
//! | [`VolumeSource`], [`VolumeRefusal`] | of which of them an image may be made, and why not |
//! | [`Wait`], [`Park`] | how threads wait for the backend |
//! | [`Watch`], [`Progress`] | who is told of long work, and may stop it |
//!
//! # What is where
//!
//! | objects | are |
//! |---|---|
//! | `packs/<digest>` | chunks, one behind the other, with a list at the end; never changed |
//! | `images/<id>` | the index of an image, which is there once the image is; or a *void*, once there never will be one |
//! | `claims/<id>` | that an ingest or a clean-up is at work |
//! | `condemned/<run>` | packs that nobody relies on from now on |
//! | `moves/<run>` | where chunks of condemned packs are now |
//!
//! The index of an image names, for each chunk, its digest and a pack; the list at the end of a pack says
//! where in it the chunk is. So packs can be rewritten without touching an index. Everything carries a
//! digest, nothing that is read is believed before its digest was compared, and all lengths are checked
//! before anything is allocated. A chunk is at most 512 KiB, stored compressed (zstd, level 3) where that
//! saves a twentieth; zeros are not stored at all.
//!
//! A plain pool has `images/` and `claims/` likewise, and each image as `raw/<id>.raw`, with its list of
//! chunks in `raw/<id>.pages`. A chunk is where it is in the image, and reading compares its digest there
//! too.
//!
//! # The backend
//!
//! Any [`object_store`] whose `PutMode::Create` is atomic and whose lists show what was put before: a
//! folder ([`Repository::in_folder`], where everything has reached the disk once it is there), memory, S3
//! and what speaks like it, which `S3` opens with the feature `s3`. Its errors are told as [`RepositoryError::Backend`], with whether it is worth trying
//! again; nothing is retried here, since clients of object stores do that themselves, and an ingest that
//! is begun again writes little twice.
//!
//! # Cleaning up
//!
//! A pack is *live*, then *condemned*, then *gone*, and never anything it was before.
//!
//! An ingest makes its claim first, then reads what is condemned, and then which packs there are; it
//! relies on no pack that is condemned, and removes its claim after its index is published or after it
//! has given up. A clean-up that has condemned a pack lists the claims *afterwards*, and notes them with
//! the condemned. So whoever may rely on the pack is noted, or was over before. A later clean-up waits
//! until none of the noted is at work, and *then* reads the indexes: all that will ever need the pack
//! are among them. What it finds unneeded now is unneeded for ever, and whoever removes it may do so at
//! any later time. Names of packs are never used twice, since the id of the ingest is part of them.
//!
//! The same holds for the chunks of a condemned pack: those that are needed then are all that ever will
//! be. They are copied to new packs, one object under `moves/` says where they are, and the pack goes. A
//! clean-up has a claim for its new packs as an ingest has.
//!
//! A claim that nobody renews for as long as the period of grace is ended: a void is made where its
//! image or its moves would be published. Both are made only where nothing is, so that there is either
//! the one or the other; a process that was asleep for a year learns on waking that it was given up.
//! Clocks decide how early something goes, and never whether it is safe.
//!
//! Any number of clean-ups may run at once. One that is killed leaves what another one finishes.

#![cfg_attr(
    unix,
    expect(
        clippy::disallowed_methods,
        reason = "this crate is an edge: volumes may lie in a folder"
    )
)]

mod backend;
mod bytes;
mod cache;
mod catalogue;
mod chunker;
mod claim;
mod codec;
mod error;
mod export;
mod gc;
mod home;
mod id;
mod image;
mod index;
mod ingest;
mod layout;
mod mark;
mod pack;
mod packs;
mod plain;
mod pool;
mod profile;
mod records;
mod repository;
mod rewrite;
#[cfg(feature = "s3")]
mod s3;
mod sealed;
mod staging;
mod verify;
mod volumes;
mod wait;
mod watch;

#[cfg(feature = "s3")]
pub use self::s3::{S3, S3Credentials, S3Error};
#[cfg(unix)]
pub use self::volumes::LocalVolumes;
pub use self::{
    chunker::{Chunker, Cut},
    error::{RepositoryError, Rot, Why},
    export::{Export, Exported},
    gc::{Collected, Gc},
    id::{RunId, StoredId},
    image::{Extent, StoredImage},
    index::{About, Summary},
    ingest::{Ingest, Ingested},
    pool::{OpenPoolError, ParsePoolNameError, ParsePoolUrlError, Pool, PoolName, PoolUrl},
    profile::Profile,
    repository::Repository,
    verify::{Depth, Verified, Verify},
    volumes::{
        Attachment, OpenVolume, ParseVolumeIdError, Snapshot, SnapshotId, Volume, VolumeError,
        VolumeFormat, VolumeHost, VolumeId, VolumeRefusal, VolumeSource,
    },
    wait::{Answer, Park, Wait},
    watch::{Progress, Watch},
};
