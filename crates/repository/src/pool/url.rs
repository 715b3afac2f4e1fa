//! Where pools are.

use atlas_base::quoted;
use core::fmt;
use std::path::{Path, PathBuf};

atlas_base::parse_errors! {
    /// Why a text is no [`PoolUrl`].
    ParsePoolUrlError;
}

/// Where a pool is, and of which kind.
///
/// | text | pool |
/// |---|---|
/// | `folder:/var/lib/atlas` | chunks in a folder |
/// | `plain:/var/lib/images` | a file for each image, in a folder |
/// | `s3://bucket/a/prefix` | chunks in an object store; the prefix may be left out |
/// | `memory:` | chunks in memory, a new pool each time it is opened: for tests |
///
/// A bucket has 3 to 63 small letters, digits, `-` and `.`; a prefix has parts of letters, digits, `-`,
/// `_` and `.` between its slashes, and all of it at most 512 bytes. Settings of an object store, such as
/// where it is and with which key, are no part of this.
///
/// ```
/// use atlas_repository::PoolUrl;
///
/// let url = PoolUrl::parse("s3://images/eu/")?;
/// assert_eq!(url.to_string(), "s3://images/eu");
/// assert_eq!(PoolUrl::parse("nfs:/images").unwrap_err().at(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolUrl(Place);

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    Folder(PathBuf),
    Plain(PathBuf),
    S3 { bucket: String, prefix: String },
    Memory,
}

/// The most bytes of a prefix: what is below it fits into the 1,024 that a key may have.
const MOST_PREFIX: usize = 512;

impl PoolUrl {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It begins with something else than `folder:`, `plain:`, `s3://` and `memory:`, or what follows is
    /// no path, or no bucket and prefix.
    pub fn parse(text: &str) -> Result<Self, ParsePoolUrlError> {
        let refuse = |at: usize, why: &str| {
            let message = format!("the pool {} {why}", quoted(text));
            ParsePoolUrlError::new(at, message)
        };
        let at = |rest: &str| text.len().saturating_sub(rest.len());
        let folder = |path: &str| match path.find('\0') {
            _ if path.is_empty() => Err(refuse(at(path), "has no path")),
            Some(zero) => {
                let at = at(path).saturating_add(zero);
                Err(refuse(at, "has a zero byte in its path"))
            }
            None => Ok(PathBuf::from(path)),
        };
        if let Some(path) = text.strip_prefix("folder:") {
            return folder(path).map(|path| Self(Place::Folder(path)));
        }
        if let Some(path) = text.strip_prefix("plain:") {
            return folder(path).map(|path| Self(Place::Plain(path)));
        }
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            check_bucket(bucket).map_err(|why| refuse(at(rest), why))?;
            let trimmed = prefix.strip_suffix('/').unwrap_or(prefix);
            check_prefix(trimmed).map_err(|why| refuse(at(prefix), why))?;
            return Ok(Self(Place::S3 {
                bucket: bucket.to_owned(),
                prefix: trimmed.to_owned(),
            }));
        }
        match text.strip_prefix("memory:") {
            Some("") => Ok(Self(Place::Memory)),
            Some(rest) => Err(refuse(at(rest), "has something behind `memory:`")),
            None => Err(refuse(
                0,
                "is none: expected `folder:PATH`, `plain:PATH`, `s3://BUCKET/PREFIX` or `memory:`",
            )),
        }
    }

    /// The folder, where the pool is in one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.0 {
            Place::Folder(path) | Place::Plain(path) => Some(path),
            Place::S3 { .. } | Place::Memory => None,
        }
    }

    pub(super) fn place(&self) -> &Place {
        &self.0
    }
}

fn check_bucket(bucket: &str) -> Result<(), &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [bucket.bytes().next(), bucket.bytes().last()];
    let is_right = (3..=63).contains(&bucket.len())
        && bucket
            .bytes()
            .all(|byte| is_plain(byte) || matches!(byte, b'-' | b'.'))
        && ends.into_iter().flatten().all(is_plain)
        && !bucket.contains("..");
    is_right.then_some(()).ok_or(
        "has no bucket: 3 to 63 small letters, digits, `-` and `.`, a letter or digit at both ends",
    )
}

fn check_prefix(prefix: &str) -> Result<(), &'static str> {
    if prefix.len() > MOST_PREFIX {
        return Err("has a prefix of more than 512 bytes");
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(is_plain);
    if prefix.is_empty() || prefix.split('/').all(is_part) {
        return Ok(());
    }
    Err("has a prefix with a part that is not of letters, digits, `-`, `_` and `.`")
}

impl fmt::Display for PoolUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Folder(path) => write!(f, "folder:{}", path.display()),
            Place::Plain(path) => write!(f, "plain:{}", path.display()),
            Place::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Place::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Place::Memory => f.write_str("memory:"),
        }
    }
}

atlas_base::text_form!(PoolUrl, ParsePoolUrlError);
