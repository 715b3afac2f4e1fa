//! Public image metadata in and out: CoreOS stream documents and their older form.
//!
//! ```
//! use atlas_streams::{Limits, export, parse};
//!
//! let text = br#"{
//!   "stream": "stable",
//!   "metadata": {"last-modified": "2026-07-21T14:07:12Z"},
//!   "architectures": {"x86_64": {"images": {
//!     "aws": {"regions": {
//!       "us-east-1": {"release": "44.20260707.3.1", "image": "ami-0123456789abcdef0"}}},
//!     "kubevirt": {"release": "44.20260707.3.1", "image": "quay.io/fedora/x:stable"}}}}
//! }"#;
//! let parsed = parse(text, &Limits::default())?;
//! let (architecture, location, image) = parsed.document.images().next().ok_or("no image")?;
//! assert_eq!(
//!     format!("{architecture} {location} {} {}", image.id(), image.release()),
//!     "x86_64 aws/us-east-1 ami-0123456789abcdef0 44.20260707.3.1"
//! );
//! assert_eq!(
//!     parsed.warnings[0].to_string(),
//!     "`architectures.x86_64.images.kubevirt` is skipped: images for `kubevirt` are not known here"
//! );
//! assert_eq!(parse(export(&parsed.document).as_bytes(), &Limits::default())?.document, parsed.document);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is no client: it opens no file and no connection, text goes in and values come out. It makes
//! no image records and no revisions either; whoever imports decides what becomes of the values.
//!
//! | type | is |
//! |---|---|
//! | [`parse()`] | reads either form, refusing what could be read in two ways |
//! | [`StreamDocument`] | images by architecture and cloud location, each with its release |
//! | [`StreamWarning`] | what was left out or assumed |
//! | [`StreamError`] | why a document is refused, and at which place |
//! | [`export()`] | writes a document in the CoreOS form, without the disk files |
//!
//! Releases are kept for each image: in every document seen so far all images agree, but the form
//! allows clouds to lag behind each other, and then [`StreamWarning::ReleasesDiffer`] says so.

mod coreos;
mod document;
mod error;
mod export;
mod fields;
mod ids;
mod json;
mod parse;
mod rhcos;
mod warning;
mod words;

pub use crate::{
    document::{ArchitectureImages, NotInStreams, StreamDocument, StreamImage},
    error::{JsonError, StreamError},
    export::export,
    json::{JsonKind, JsonPath},
    parse::{Limits, MAX_DOCUMENT_BYTES, Parsed, StreamFormat, parse},
    warning::StreamWarning,
    words::{Family, Generator, ParseWordError, Release, StreamArch, StreamName},
};
