//! Cursors: where a page ended, as a text that can be handed out.

use super::{Query, QueryPage, Table};
use crate::{Key, Record, hex};
use atlas_base::{Digest, quoted, text_form};
use core::fmt;

/// Where a page of a query ended, so that the next one begins there, later and from another process.
///
/// It holds the key of the last record *returned*, or of its index row, and nothing of any other;
/// what a caller may not see never was in it. It is good for one query and one *binding*, a text
/// that the program chooses and does not hand out with it, such as the principal's id: both are
/// kept as digests. Its text is printable, fit for a URL or a shell as it is, at most 1,110 bytes
/// long, and checksummed against slips, not against forgery: whoever makes one up moves inside the
/// query's own range, and nowhere else.
///
/// A cursor outlives the snapshot of its page. The next page is read at a newer state: nothing
/// that came before comes again under the same key, and nothing behind that was there all the
/// time is left out.
///
/// ```
/// # use atlas_store::*;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Ship { name: String }
/// # impl Record for Ship { const SCHEMA: u32 = 1; }
/// # const SHIPS: Table<Ship> = Table::new("ship", &[]);
/// # pollster::block_on(async {
/// # let store = MemoryStore::new();
/// # let tx = Tx::begin(&store).await?;
/// # for n in 0_u64..3 {
/// #     SHIPS.put(&tx, &Partition::global(), n, &Ship { name: "Argo".into() }).await?;
/// # }
/// let query = Query::all(&Partition::global()).limit(2);
/// let page = SHIPS.query(&tx, &query).await?;
/// let text = SHIPS.cursor(&query, &page, "jason").map(|cursor| cursor.to_string());
///
/// // Some other day:
/// let cursor = Cursor::parse(&text.unwrap_or_default())?;
/// let rest = SHIPS.query(&tx, &SHIPS.resume(query.clone(), &cursor, "jason")?).await?;
/// assert_eq!(rest.found.len(), 1);
/// assert_eq!(SHIPS.resume(query, &cursor, "medea"), Err(CursorError::OtherCaller));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor {
    query: Mark,
    binding: Mark,
    after: Key,
}

/// The first half of a digest.
type Mark = [u8; 16];

/// What every text begins with.
const PREFIX: &str = "c1.";
const CHECKSUM_DIGITS: usize = 16;
const MARK_DIGITS: usize = 32;
/// Where the marks begin, which is where the checksum's reach does.
const COVERED: usize = PREFIX.len() + CHECKSUM_DIGITS + 1;
const MAX_BYTES: usize = COVERED + 2 * (MARK_DIGITS + 1) + 2 * crate::MAX_KEY_BYTES;

impl Cursor {
    /// The cursor of a list that is more than one query: of several partitions, or of what a program
    /// chooses among rows. `list` says all that was asked for, and must never mean two lists;
    /// `after` is the row of the last record that was returned, such as [`Found::row`].
    ///
    /// [`Found::row`]: crate::Found::row
    pub fn new(list: &str, after: Key, binding: &str) -> Self {
        Self {
            query: mark_of_list(list),
            binding: bound_to(binding),
            after,
        }
    }

    /// The row behind which a list goes on. Whoever made a cursor up chose it freely: use it with
    /// [`Query::after`], which never widens what a query reads, or to choose where to begin among
    /// what the caller may see anyway.
    ///
    /// # Errors
    ///
    /// [`CursorError::OtherQuery`] where it came with another list, [`CursorError::OtherCaller`]
    /// where it came under another binding.
    pub fn place(&self, list: &str, binding: &str) -> Result<&Key, CursorError> {
        self.check(mark_of_list(list), binding)?;
        Ok(&self.after)
    }

    fn check(&self, query: Mark, binding: &str) -> Result<(), CursorError> {
        if self.query != query {
            return Err(CursorError::OtherQuery);
        }
        if self.binding != bound_to(binding) {
            return Err(CursorError::OtherCaller);
        }
        Ok(())
    }

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is no text of a cursor, or one of its characters has changed.
    pub fn parse(text: &str) -> Result<Self, ParseCursorError> {
        let refuse = |at: usize| ParseCursorError::new(at.min(text.len()), text);
        let rest = text.strip_prefix(PREFIX).ok_or_else(|| refuse(0))?;
        if text.len() > MAX_BYTES {
            return Err(refuse(text.floor_char_boundary(MAX_BYTES)));
        }
        // The checksum, the marks of query and binding, the key.
        let mut at = PREFIX.len();
        let mut pieces = rest.split('.');
        let mut piece = |digits: Option<usize>| {
            let piece = pieces.next().ok_or_else(|| refuse(text.len()))?;
            let stop = piece.bytes().position(|digit| hex::nibble(digit).is_none());
            let end = digits.filter(|&digits| digits != piece.len());
            if let Some(stop) = stop.or(end.map(|digits| digits.min(piece.len()))) {
                return Err(refuse(at + stop));
            }
            at += piece.len() + 1;
            Ok(piece)
        };
        let sum = piece(Some(CHECKSUM_DIGITS))?;
        let (query, binding) = (piece(Some(MARK_DIGITS))?, piece(Some(MARK_DIGITS))?);
        let key = piece(None)?;
        let key_at = text.len() - key.len();
        if pieces.next().is_some() {
            return Err(refuse(at.saturating_sub(1)));
        }
        let after = hex::decode(key)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|key| Key::parse(&key).ok());
        let mark = |digits| Mark::try_from(hex::decode(digits)?).ok();
        match (mark(query), mark(binding), after) {
            (Some(query), Some(binding), Some(after)) => {
                let covered = text.get(COVERED..).unwrap_or_default();
                if sum != checksum(covered) {
                    return Err(refuse(PREFIX.len()));
                }
                Ok(Self {
                    query,
                    binding,
                    after,
                })
            }
            _ => Err(refuse(key_at)),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [query, binding] = [self.query, self.binding].map(|mark| hex::encode(&mark));
        let key = hex::encode(self.after.as_str().as_bytes());
        let covered = format!("{query}.{binding}.{key}");
        write!(f, "{PREFIX}{}.{covered}", checksum(&covered))
    }
}

text_form!(Cursor, ParseCursorError);

fn checksum(covered: &str) -> String {
    let digest = Digest::of("cloud-atlas cursor", covered.as_bytes());
    let (sum, _) = digest.as_bytes().split_at(CHECKSUM_DIGITS / 2);
    hex::encode(sum)
}

fn mark(digest: &Digest) -> Mark {
    let (first, _) = digest.as_bytes().split_at(size_of::<Mark>());
    // INVARIANT: a digest has twice as many bytes.
    first.try_into().unwrap_or_default()
}

fn mark_of_list(list: &str) -> Mark {
    mark(&Digest::of("cloud-atlas list", list.as_bytes()))
}

fn bound_to(binding: &str) -> Mark {
    mark(&Digest::of(
        "cloud-atlas cursor binding",
        binding.as_bytes(),
    ))
}

impl<R: Record> Table<R> {
    /// The cursor behind a page of this query; none where nothing follows.
    pub fn cursor(&self, query: &Query, page: &QueryPage<R>, binding: &str) -> Option<Cursor> {
        Some(Cursor {
            query: mark(&query.digest(self.space())),
            binding: bound_to(binding),
            after: page.next.clone()?,
        })
    }

    /// The query that goes on behind a cursor.
    ///
    /// How many records a page has may differ from the page before, nothing else.
    ///
    /// # Errors
    ///
    /// [`CursorError::OtherQuery`] where the cursor came from another table or another query,
    /// [`CursorError::OtherCaller`] where it came under another binding.
    pub fn resume(
        &self,
        query: Query,
        cursor: &Cursor,
        binding: &str,
    ) -> Result<Query, CursorError> {
        cursor.check(mark(&query.digest(self.space())), binding)?;
        Ok(query.after(Some(cursor.after.clone())))
    }
}

/// Why a query does not go on behind a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorError {
    /// It belongs to another query: ask that one again, or begin this one anew.
    #[error("the cursor belongs to another query: ask the same again, or begin anew without it")]
    OtherQuery,
    /// It was given to somebody else: begin anew.
    #[error("the cursor was given to another caller: begin anew without it")]
    OtherCaller,
}

/// Why a text is no [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseCursorError {
    given: Box<str>,
    at: usize,
}

impl ParseCursorError {
    fn new(at: usize, given: &str) -> Self {
        Self {
            given: given.into(),
            at,
        }
    }

    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseCursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (given, at) = (quoted(&self.given), self.at);
        let rule = "expected one that came with a page, whole and unchanged";
        write!(f, "{given} is no cursor: {rule}, stopped at byte {at}")
    }
}

impl std::error::Error for ParseCursorError {}
