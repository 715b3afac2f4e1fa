//! The index of an image: all that is known of it, and where its bytes are.
//!
//! It is one object, sealed: the *content*, whose BLAKE3 is the digest of the image, and the
//! *placement*, which says in which packs the content lies and is no part of the digest. The same disk
//! cut by the same profile has the same digest wherever it is kept.
//!
//! The list of chunks is cut into [pages](page), which are chunks themselves: what stands here of each
//! is where it begins, its digest and its pack. Of 1 TiB that is some 400 KB.
//!
//! | bytes | of the content |
//! |---|---|
//! | 1 | profile |
//! | 8, 8, 8 | bytes of the image; bytes in chunks; chunks, where one that comes twice counts twice |
//! | 3 times 1 or 33 | SHA-256 of the RAW, BLAKE3 of it, SHA-256 of the source: 1 and the digest, or 0 |
//! | 3 times 1 and more | format of the source, firmware, tool: a length and a text |
//! | 4 | how many pages follow |
//! | 48 each | bytes of the image; digest; length of the page; chunks |
//!
//! | bytes | of the placement |
//! |---|---|
//! | 4, 32 each | the packs |
//! | 44 for each page | pack of the page; pack, length and digest of its places |
//!
//! In a plain pool there is no placement: the pages stand one behind the other in a file, and where a
//! chunk is in the image, it is in the RAW.

pub(crate) mod page;

use crate::{
    bytes::{Input, Output as _, digest},
    error::Why,
    profile::Profile,
    sealed::Kind,
};
use atlas_base::Digest;
use atlas_disk::{Firmware, Format, RawDigest, RawDigests};

/// What is known of an image beside its bytes: whoever brings it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// What its source was.
    pub format: Format,
    /// What starts it.
    pub firmware: Firmware,
    /// SHA-256 of the source.
    pub source: Option<RawDigest>,
    /// The program that brought it, with its version; what is beyond 255 bytes is cut.
    pub tool: String,
}

impl About {
    /// What must be known.
    pub fn new(format: Format, firmware: Firmware) -> Self {
        Self {
            format,
            firmware,
            source: None,
            tool: String::new(),
        }
    }
}

/// All that an index says of its image.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// How it was cut.
    pub profile: Profile,
    /// Bytes of the image.
    pub size: u64,
    /// Bytes in chunks; all others are zeros.
    pub data: u64,
    /// Chunks; one that comes twice counts twice.
    pub chunks: u64,
    /// Digests of the RAW.
    pub digests: RawDigests,
    /// What was told of it.
    pub about: About,
}

/// A page in the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageEntry {
    /// Bytes of the image.
    pub(crate) span: u64,
    pub(crate) digest: Digest,
    pub(crate) length: u32,
    pub(crate) chunks: u32,
}

/// Where a page is, and where it is written where its chunks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PagePlace {
    /// The pack of the page, as a place in the list of packs.
    pub(crate) pack: u32,
    /// The pack of its places.
    pub(crate) places_pack: u32,
    pub(crate) places_length: u32,
    pub(crate) places: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    pub(crate) summary: Summary,
    pub(crate) pages: Vec<PageEntry>,
    pub(crate) packs: Vec<Digest>,
    pub(crate) places: Vec<PagePlace>,
}

/// What an object under `images/` is.
#[derive(Debug)]
pub(crate) enum Published {
    Image { digest: Digest, index: Box<Index> },
    Void,
}

impl Published {
    /// Reads what keeps images of a kind.
    pub(crate) fn parse(bytes: &[u8], kind: Kind) -> Result<Self, Why> {
        if Kind::Void.is(bytes) {
            return Kind::Void.open(bytes).map(|_| Self::Void);
        }
        let (digest, index) = match kind {
            Kind::Plain => Index::parse_plain(bytes)?,
            _ => Index::parse(bytes)?,
        };
        let index = Box::new(index);
        Ok(Self::Image { digest, index })
    }
}

const PAGE: usize = 48;

impl Index {
    /// The object, and the digest of the image.
    pub(crate) fn seal(&self) -> (Digest, Vec<u8>) {
        let content = self.content();
        let mut body = Vec::new();
        body.count(content.len());
        body.extend_from_slice(&content);
        body.count(self.packs.len());
        self.packs.iter().for_each(|pack| body.digest(pack));
        for place in &self.places {
            body.u32(place.pack);
            body.u32(place.places_pack);
            body.u32(place.places_length);
            body.digest(&place.places);
        }
        (digest(&content), Kind::Index.seal(&body))
    }

    /// As [`seal`](Self::seal), of a plain pool: the content, and no placement.
    pub(crate) fn seal_plain(&self) -> (Digest, Vec<u8>) {
        let content = self.content();
        (digest(&content), Kind::Plain.seal(&content))
    }

    fn content(&self) -> Vec<u8> {
        let mut content = Vec::new();
        let summary = &self.summary;
        content.u8(summary.profile.code());
        content.u64(summary.size);
        content.u64(summary.data);
        content.u64(summary.chunks);
        let digests = &summary.digests;
        for digest in [digests.sha256, digests.blake3, summary.about.source] {
            content.u8(digest.is_some().into());
            content.extend(digest.iter().flat_map(|it| *it.as_bytes()));
        }
        let about = &summary.about;
        for text in [about.format.name(), about.firmware.name(), &about.tool] {
            let text = cut(text);
            content.u8(u8::try_from(text.len()).unwrap_or_default());
            content.extend_from_slice(text.as_bytes());
        }
        content.count(self.pages.len());
        for page in &self.pages {
            content.u64(page.span);
            content.digest(&page.digest);
            content.u32(page.length);
            content.u32(page.chunks);
        }
        content
    }

    /// Reads an index and checks that its parts agree.
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Digest, Self), Why> {
        let mut body = Kind::Index.open(bytes)?;
        let mut parse = || {
            let length = body.count(1)?;
            let content = body.take(length)?;
            let (summary, pages) = parse_content(Input::new(content))?;
            let count = body.count(32)?;
            let packs: Vec<_> = (0..count).map_while(|_| body.digest()).collect();
            let places = parse_places(&mut body, pages.len(), count)?;
            body.is_empty().then_some((
                digest(content),
                Self {
                    summary,
                    pages,
                    packs,
                    places,
                },
            ))
        };
        parse().ok_or(Why::Malformed)
    }
}

impl Index {
    fn parse_plain(bytes: &[u8]) -> Result<(Digest, Self), Why> {
        let mut body = Kind::Plain.open(bytes)?;
        let content = body.rest();
        let (summary, pages) = parse_content(Input::new(content)).ok_or(Why::Malformed)?;
        let index = Self {
            summary,
            pages,
            packs: Vec::new(),
            places: Vec::new(),
        };
        Ok((digest(content), index))
    }
}

fn parse_content(mut content: Input<'_>) -> Option<(Summary, Vec<PageEntry>)> {
    let profile = Profile::of_code(content.u8()?)?;
    let (size, data, chunks) = (content.u64()?, content.u64()?, content.u64()?);
    let mut digests = RawDigests::default();
    digests.sha256 = parse_digest(&mut content)?;
    digests.blake3 = parse_digest(&mut content)?;
    let source = parse_digest(&mut content)?;
    let about = About {
        format: parse_text(&mut content)?.parse().ok()?,
        firmware: parse_text(&mut content)?.parse().ok()?,
        source,
        tool: parse_text(&mut content)?.to_owned(),
    };
    let count = content.count(PAGE)?;
    let mut pages = Vec::with_capacity(count);
    let (mut end, mut listed) = (0_u64, 0_u64);
    for _ in 0..count {
        let page = PageEntry {
            span: content.u64()?,
            digest: content.digest()?,
            length: content.u32()?,
            chunks: content.u32()?,
        };
        end = end.checked_add(page.span)?;
        listed = listed.checked_add(page.chunks.into())?;
        pages.push(page);
    }
    let agrees = end == size && listed == chunks && data <= size && content.is_empty();
    let summary = Summary {
        profile,
        size,
        data,
        chunks,
        digests,
        about,
    };
    agrees.then_some((summary, pages))
}

fn parse_places(body: &mut Input<'_>, pages: usize, packs: usize) -> Option<Vec<PagePlace>> {
    let is_pack = |pack: u32| usize::try_from(pack).is_ok_and(|pack| pack < packs);
    // As many as there are pages, which were counted.
    let mut places = Vec::with_capacity(pages);
    for _ in 0..pages {
        let place = PagePlace {
            pack: body.u32()?,
            places_pack: body.u32()?,
            places_length: body.u32()?,
            places: body.digest()?,
        };
        if !is_pack(place.pack) || !is_pack(place.places_pack) {
            return None;
        }
        places.push(place);
    }
    Some(places)
}

/// None where there is neither a digest nor the word that there is none.
#[expect(clippy::option_option, reason = "the inner one is what is written")]
fn parse_digest(content: &mut Input<'_>) -> Option<Option<RawDigest>> {
    match content.u8()? {
        0 => Some(None),
        1 => {
            let digest = content.digest()?;
            Some(Some(RawDigest::from_bytes(*digest.as_bytes())))
        }
        _ => None,
    }
}

fn parse_text<'a>(content: &mut Input<'a>) -> Option<&'a str> {
    let length = content.u8()?;
    core::str::from_utf8(content.take(length.into())?).ok()
}

/// What fits of a text.
fn cut(text: &str) -> &str {
    let most = text.floor_char_boundary(usize::from(u8::MAX));
    text.get(..most).unwrap_or(text)
}
