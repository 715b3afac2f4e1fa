//! A page of a list that is at hand as a whole.

use super::asking::Asking;
use atlas_ec2::{Ec2Error, PageToken, Question};

/// Which part of a list is wanted.
#[derive(Debug)]
pub(super) struct Part {
    question: Question,
    size: Option<usize>,
    after: Option<PageToken>,
}

impl Part {
    /// The page of a size that a request asks for; everything where it names none.
    ///
    /// # Errors
    ///
    /// The token is none of this question.
    pub(super) fn of(
        asking: &Asking<'_>,
        size: Option<usize>,
        token: Option<&str>,
    ) -> Result<Self, Ec2Error> {
        let question = asking.question();
        let after = PageToken::parse(token.unwrap_or_default(), question)?;
        Ok(Self {
            question,
            size,
            after,
        })
    }

    /// How many items the page has at most.
    pub(super) fn size(&self) -> Option<usize> {
        self.size
    }

    /// Where the page before ended.
    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_ref().map(PageToken::position)
    }

    /// The token of the page behind a position.
    pub(super) fn token(&self, position: &str) -> String {
        PageToken::new(self.question, position).to_string()
    }

    /// The items behind where the page before ended, of all that there ever were.
    ///
    /// # Errors
    ///
    /// The one that it ended with is forgotten.
    pub(super) fn rest<T>(
        &self,
        items: impl Iterator<Item = T>,
        id: impl Fn(&T) -> &str,
    ) -> Result<Vec<T>, Ec2Error> {
        let mut items: Vec<_> = items.collect();
        if let Some(after) = self.after() {
            let at = items.iter().position(|item| id(item) == after);
            let at = at.ok_or_else(Ec2Error::invalid_next_token)?;
            items.drain(..=at);
        }
        Ok(items)
    }

    /// The first items of what is left, as many as the page has, and the token of the next one.
    pub(super) fn cut<T>(
        &self,
        mut items: Vec<T>,
        id: impl Fn(&T) -> &str,
    ) -> (Vec<T>, Option<String>) {
        let Some(size) = self.size.filter(|size| *size < items.len()) else {
            return (items, None);
        };
        items.truncate(size);
        let next = items.last().map(|item| self.token(id(item)));
        (items, next)
    }
}
