//! Lists, page by page: what they are asked for, and how they end.

use crate::{
    exit::{Failure, Run},
    print::{Columns, Out},
};
use cloud_atlas::{Error, Page, PageCursor, Paging};
use serde::Serialize;

/// Which part of a list is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct PageArgs {
    /// How many at most, from 1 to 1000; with --all, how many are read at a time [default: 100]
    #[arg(
        long,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    limit: Option<u16>,
    /// Go on where another page ended, with what it said
    #[arg(long, value_name = "CURSOR")]
    after: Option<PageCursor>,
    /// Everything to the end of the list
    #[arg(long)]
    all: bool,
}

/// The first item of a list that is wanted, however far behind it is.
pub(crate) fn find<T>(
    read: impl Fn(&Paging) -> Result<Page<T>, Error>,
    is_wanted: impl Fn(&T) -> bool,
) -> Result<Option<T>, Error> {
    let mut paging = Paging::of(Paging::MOST);
    loop {
        let page = read(&paging)?;
        let following = page.following();
        if let Some(item) = page.items.into_iter().find(&is_wanted) {
            return Ok(Some(item));
        }
        match following {
            Some(following) => paging = following,
            None => return Ok(None),
        }
    }
}

impl PageArgs {
    /// How many items a page is to have.
    pub(crate) fn count(&self) -> usize {
        self.limit.map_or(Paging::USUAL, Into::into)
    }

    /// How many items are to be shown of what comes in one piece of at most so many.
    pub(crate) fn count_of(&self, most: usize) -> usize {
        if self.all { most } else { self.count() }
    }

    /// Prints the page that was asked for, or page after page to the end.
    pub(crate) fn show<T: Serialize, E>(
        self,
        columns: &Columns<'_, T>,
        out: &mut Out,
        ask: impl Fn(&Paging) -> Result<Page<T>, E>,
    ) -> Run
    where
        Failure: From<E>,
    {
        let limit = match self.limit {
            Some(limit) => limit.into(),
            None if self.all => Paging::MOST,
            None => Paging::USUAL,
        };
        let mut paging = Paging::of(limit).after(self.after);
        let mut rows = out.rows(columns);
        loop {
            let page = ask(&paging)?;
            rows.add(&page.items)?;
            match page.following() {
                Some(following) if self.all => paging = following,
                _ => return rows.end(page.next.as_ref()),
            }
        }
    }
}
