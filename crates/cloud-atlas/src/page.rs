//! Lists, page by page.

use crate::{Error, unit::Unit};
use atlas_base::{canonical, text_form};
use atlas_store::{Cursor, CursorError, Key, ParseCursorError, Query, Record, Table};
use core::fmt;
use serde::Serialize;

/// Which page of a list is wanted: how many items, and behind which of them. Every list takes one.
///
/// ```
/// # use cloud_atlas::{Atlas, ImageQuery, Paging};
/// # pollster::block_on(async {
/// # let session = Atlas::init("memory:").await?.act_as(&"admin".parse()?);
/// let query = ImageQuery::new("/".parse()?);
/// let mut paging = Some(Paging::default());
/// while let Some(page) = paging {
///     let page = session.images(&query, &page).await?;
///     for record in &page.items {
///         println!("{}", record.image_id());
///     }
///     paging = page.following();
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paging {
    /// The most items of the page, from 1 to [`Paging::MOST`].
    pub limit: usize,
    /// Where the page before ended; none for the first page.
    pub after: Option<PageCursor>,
}

impl Paging {
    /// The most items that a page can have.
    pub const MOST: usize = 1000;
    /// How many a page has at most unless it is said otherwise.
    pub const USUAL: usize = 100;

    /// The first page of so many.
    pub fn of(limit: usize) -> Self {
        Self { limit, after: None }
    }

    /// The page behind a cursor.
    #[must_use]
    pub fn after(self, after: Option<PageCursor>) -> Self {
        Self { after, ..self }
    }
}

impl Default for Paging {
    fn default() -> Self {
        Self::of(Self::USUAL)
    }
}

/// Some items of a list, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page begins; none where nothing follows that the caller may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<PageCursor>,
    #[serde(skip)]
    limit: usize,
}

impl<T> Page<T> {
    /// A page as it came from elsewhere, such as another process that has the store open.
    pub fn new(items: Vec<T>, next: Option<PageCursor>, paging: &Paging) -> Self {
        let limit = paging.limit;
        Self { items, next, limit }
    }

    /// The same page of what each item is turned into.
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(item).collect(),
            next: self.next,
            limit: self.limit,
        }
    }

    /// The same page without what is not there.
    pub(crate) fn flatten<U>(self) -> Page<U>
    where
        T: IntoIterator<Item = U>,
    {
        Page {
            items: self.items.into_iter().flatten().collect(),
            next: self.next,
            limit: self.limit,
        }
    }

    /// The paging of the page that follows, of the same size; none where nothing follows.
    pub fn following(&self) -> Option<Paging> {
        let after = self.next.clone()?;
        Some(Paging::of(self.limit).after(Some(after)))
    }
}

/// Where a page of a list ended, as a text that can be handed to somebody else.
///
/// It holds the key of the last item that was returned and nothing of any other. It is good for the
/// same list with the same filters, asked for by the same principal; the size of the page may change.
/// It outlives changes of the store: the next page is read at a newer state, and what was there all
/// the time comes once. Its checksum finds slips and is no signature: whoever makes one up begins
/// somewhere else in what she may see anyway.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageCursor(Cursor);

impl PageCursor {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none that `Display` wrote, or one of its characters has changed.
    pub fn parse(text: &str) -> Result<Self, ParseCursorError> {
        Cursor::parse(text).map(Self)
    }
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

text_form!(PageCursor, ParseCursorError);

/// A page that is being filled.
#[derive(Debug)]
pub(crate) struct Filling<'a, T> {
    /// All that was asked for, as a text.
    list: String,
    /// By whom.
    who: &'a str,
    limit: usize,
    items: Vec<T>,
    /// The row of the last item.
    last: Option<Key>,
    /// Whether one more item was found than fits.
    more: bool,
}

impl<'a, T> Filling<'a, T> {
    /// Begins a page, and tells behind which row. `list` is all that was asked for: the table and
    /// whatever chooses among its records.
    pub(crate) fn begin(
        unit: &'a Unit,
        list: &impl Serialize,
        paging: &Paging,
    ) -> Result<(Self, Option<Key>), Error> {
        let limit = paging.limit;
        if !(1..=Paging::MOST).contains(&limit) {
            return Err(Error::PageLimit { limit });
        }
        let filling = Self {
            list: canonical::to_string(list)?,
            who: unit.who.as_str(),
            limit,
            items: Vec::new(),
            last: None,
            more: false,
        };
        let after = match &paging.after {
            Some(PageCursor(cursor)) => Some(cursor.place(&filling.list, filling.who)?.clone()),
            None => None,
        };
        Ok((filling, after))
    }

    /// How many items are still looked for: one more than the page has tells whether others follow.
    pub(crate) fn missing(&self) -> usize {
        (self.limit + usize::from(!self.more)).saturating_sub(self.items.len())
    }

    /// Takes the next item; tells whether to go on.
    pub(crate) fn take(&mut self, row: Key, item: T) -> bool {
        if self.items.len() < self.limit {
            self.items.push(item);
            self.last = Some(row);
            return true;
        }
        self.more = true;
        false
    }

    pub(crate) fn end(self) -> Page<T> {
        let last = self.last.filter(|_| self.more);
        Page {
            next: last.map(|row| PageCursor(Cursor::new(&self.list, row, self.who))),
            items: self.items,
            limit: self.limit,
        }
    }
}

impl Unit {
    /// A page of several queries of one table, one after the other.
    pub(crate) async fn page<R: Record, T>(
        &self,
        table: &Table<R>,
        queries: Vec<Query>,
        paging: &Paging,
        item: impl Fn(R) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let list = (table.space(), &queries);
        let (mut filling, mut after) = Filling::begin(self, &list, paging)?;
        for query in queries {
            if let Some(row) = &after {
                // Those before the one that the cursor is of have been read.
                if !table.covers(&query, row)? {
                    continue;
                }
            }
            let query = query.limit(filling.missing()).after(after.take());
            for found in table.query(&self.tx, &query).await?.found {
                if !filling.take(found.row, item(found.record)?) {
                    return Ok(filling.end());
                }
            }
        }
        match after {
            // A row of none of the queries, which no page ever ended with.
            Some(_) => Err(CursorError::OtherQuery.into()),
            None => Ok(filling.end()),
        }
    }
}
