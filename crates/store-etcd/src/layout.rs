//! Which keys of etcd a store has.

use atlas_store::{CommitToken, Key};

/// The names of a store's keys.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The prefix and the slash that follows.
    root: String,
}

/// An interval of keys of etcd, without its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: String,
    pub(crate) end: String,
}

impl Layout {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            root: format!("{prefix}/"),
        }
    }

    /// Everything of the store.
    pub(crate) fn all(&self) -> Span {
        // INVARIANT: `0` is what follows `/`.
        let end = self.root.trim_end_matches('/');
        Span {
            start: self.root.clone(),
            end: format!("{end}0"),
        }
    }

    pub(crate) fn meta(&self) -> String {
        format!("{}meta", self.root)
    }

    /// Where a key's value is, or a bound of keys.
    pub(crate) fn entry(&self, key: &str) -> String {
        format!("{}k/{key}", self.root)
    }

    /// The key whose value lies there.
    pub(crate) fn key<'a>(&self, entry: &'a [u8]) -> Option<&'a str> {
        let entry = str::from_utf8(entry).ok()?;
        entry.strip_prefix(&*self.root)?.strip_prefix("k/")
    }

    pub(crate) fn entries(&self, start: &str, end: &str) -> Span {
        Span {
            start: self.entry(start),
            end: self.entry(end),
        }
    }

    /// Where the ends of a partition's feed are.
    pub(crate) fn head(&self, partition: &str) -> String {
        format!("{}h/{partition}", self.root)
    }

    /// The ends of all feeds.
    pub(crate) fn heads(&self) -> Span {
        Span {
            start: format!("{}h/", self.root),
            end: format!("{}h0", self.root),
        }
    }

    /// An entry of a feed. Names of partitions hold no blank, and `/` is one of them.
    pub(crate) fn feed_entry(&self, partition: &str, position: u64) -> String {
        format!("{}f/{partition} {position:016x}", self.root)
    }

    /// The entries of a feed from one position up to and without another.
    pub(crate) fn feed(&self, partition: &str, from: u64, to: u64) -> Span {
        Span {
            start: self.feed_entry(partition, from),
            end: self.feed_entry(partition, to),
        }
    }

    /// What is touched where a key is deleted, by the first two parts of that key.
    pub(crate) fn epoch(&self, space: &str) -> String {
        format!("{}e/{space}", self.root)
    }

    /// What is touched where any key of an interval is deleted.
    pub(crate) fn epochs(&self, start: &str, end: &str) -> Span {
        // INVARIANT: the first two parts of a key come before the key or are the key, and after
        // those of every bound before it, since a blank comes before every other byte of a key.
        Span {
            start: self.epoch(space(start)),
            end: self.epoch(end),
        }
    }

    pub(crate) fn token(&self, token: CommitToken) -> String {
        format!("{}t/{token}", self.root)
    }
}

/// The partition and the space of a key, or of a bound, with the blank between them.
pub(crate) fn space(text: &str) -> &str {
    let second = text.match_indices(' ').nth(1);
    let cut = second.and_then(|(at, _)| text.get(..at));
    cut.unwrap_or(text)
}

/// The spaces of keys of which some are deleted.
pub(crate) fn space_of(key: &Key) -> &str {
    space(key.as_str())
}
