//! Digests of the RAW.

use super::piece::{Piece, Take};
use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use core::fmt;
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Which digests of a RAW are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestChoice {
    /// BLAKE3, and SHA-256 up to 64 GiB: its bytes are taken one after the other, whatever the threads.
    #[default]
    Usual,
    /// Both, whatever the size.
    Both,
    /// BLAKE3 alone.
    Blake3,
    /// None.
    None,
}

impl DigestChoice {
    /// Up to how many bytes SHA-256 is taken unless it is asked for.
    const MOST_USUAL: u64 = 64 << 30;

    fn takes_sha256(self, size: u64) -> bool {
        match self {
            Self::Usual => size <= Self::MOST_USUAL,
            Self::Both => true,
            Self::Blake3 | Self::None => false,
        }
    }
}

/// A digest of 32 bytes, shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawDigest([u8; 32]);

impl RawDigest {
    /// The digest of these bytes: for whoever kept them.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for RawDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RawDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawDigest({self})")
    }
}

impl Serialize for RawDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The digests of a RAW that were taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawDigests {
    /// SHA-256, for people who compare.
    pub sha256: Option<RawDigest>,
    /// BLAKE3.
    pub blake3: Option<RawDigest>,
}

/// What an item is in the tree of BLAKE3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// All there is, so that its digest is that of the whole.
    Whole,
    Part,
}

/// Which digests are taken of a RAW of some size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taking {
    sha256: bool,
    /// Of BLAKE3, if it is taken.
    tree: Option<Shape>,
    /// Somebody takes the bytes.
    is_taken: bool,
}

impl Taking {
    pub(super) fn new(choice: DigestChoice, size: u64, items: u64, is_taken: bool) -> Self {
        Self {
            sha256: choice.takes_sha256(size),
            tree: (choice != DigestChoice::None).then_some(match items {
                1 => Shape::Whole,
                _ => Shape::Part,
            }),
            is_taken,
        }
    }

    /// What one item brings, on the thread that has it. The buffer comes back at once where nobody
    /// reads it again.
    pub(super) fn part(self, buffer: Vec<u8>, is_data: bool, at: u64) -> (Part, Option<Vec<u8>>) {
        let length = buffer.len();
        let of = |hasher: &mut blake3::Hasher| {
            if is_data {
                hasher.update(&buffer);
            } else {
                zeros(length, |zeros| {
                    hasher.update(zeros);
                });
            }
        };
        let tree = self.tree.map(|shape| {
            let mut hasher = blake3::Hasher::new();
            if shape == Shape::Whole {
                of(&mut hasher);
                Subtree::Whole(*hasher.finalize().as_bytes())
            } else {
                of(hasher.set_input_offset(at));
                Subtree::Part(hasher.finalize_non_root())
            }
        });
        let is_kept = (self.sha256 || self.is_taken) && is_data;
        let (bytes, free) = if is_kept {
            (Some(buffer), None)
        } else {
            (None, Some(buffer))
        };
        (
            Part {
                length,
                bytes,
                tree,
            },
            free,
        )
    }
}

/// What one item brings to the digests.
pub(super) struct Part {
    length: usize,
    /// None where it is zeros, or where nobody reads it.
    bytes: Option<Vec<u8>>,
    tree: Option<Subtree>,
}

enum Subtree {
    Whole([u8; 32]),
    Part(ChainingValue),
}

/// What comes of what came so far, in order: digests, and what somebody takes.
#[derive(Default)]
pub(super) struct Digesting<'a> {
    take: Option<&'a mut Take<'a>>,
    /// Whoever takes it broke off.
    is_over: bool,
    sha256: Option<Sha256>,
    whole: Option<[u8; 32]>,
    /// Subtrees of BLAKE3, the largest first.
    trees: Vec<ChainingValue>,
    count: u64,
}

impl<'a> Digesting<'a> {
    pub(super) fn new(taking: Taking, take: Option<&'a mut Take<'a>>) -> Self {
        Self {
            take,
            sha256: taking.sha256.then(Sha256::new),
            ..Self::default()
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Adds the next in order, and gives its buffer back.
    pub(super) fn add(&mut self, part: Part) -> Option<Vec<u8>> {
        if let Some(take) = self.take.as_mut().filter(|_| !self.is_over) {
            let zeros = || Piece::Zeros(u64::try_from(part.length).unwrap_or_default());
            let piece = part.bytes.as_deref().map_or_else(zeros, Piece::Data);
            self.is_over = take(piece).is_break();
        }
        if let Some(sha256) = &mut self.sha256 {
            match &part.bytes {
                Some(bytes) => sha256.update(bytes),
                None => zeros(part.length, |zeros| sha256.update(zeros)),
            }
        }
        match part.tree {
            None => {}
            Some(Subtree::Whole(digest)) => self.whole = Some(digest),
            Some(Subtree::Part(tree)) => self.push(tree),
        }
        part.bytes
    }

    /// As many subtrees are left as there are ones in their number: the last is merged late, since the
    /// whole may end with it.
    fn push(&mut self, tree: ChainingValue) {
        let left = usize::try_from(self.count.count_ones()).unwrap_or_default();
        while self.trees.len() > left {
            let (Some(right), Some(before)) = (self.trees.pop(), self.trees.pop()) else {
                break;
            };
            self.trees
                .push(merge_subtrees_non_root(&before, &right, Mode::Hash));
        }
        self.trees.push(tree);
        self.count = self.count.saturating_add(1);
    }

    pub(super) fn finish(mut self) -> RawDigests {
        let mut blake3 = self.whole;
        if let Some(mut right) = self.trees.pop() {
            while let Some(left) = self.trees.pop() {
                if self.trees.is_empty() {
                    blake3 = Some(*merge_subtrees_root(&left, &right, Mode::Hash).as_bytes());
                } else {
                    right = merge_subtrees_non_root(&left, &right, Mode::Hash);
                }
            }
        }
        RawDigests {
            sha256: self.sha256.map(|it| RawDigest(it.finalize().into())),
            blake3: blake3.map(RawDigest),
        }
    }
}

/// So many zeros, some at a time.
fn zeros(length: usize, mut take: impl FnMut(&[u8])) {
    static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
    let mut left = length;
    while let Some(some) = ZEROS
        .get(..left.min(ZEROS.len()))
        .filter(|it| !it.is_empty())
    {
        take(some);
        left = left.saturating_sub(some.len());
    }
}
