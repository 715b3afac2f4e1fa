//! The tokens of the commits that are kept.

use crate::{
    guard::engine,
    layout::{misread, read_commit},
};
use atlas_store::{CommitToken, StoreError};
use redb::ReadableTable;
use std::collections::BTreeMap;

/// Which commit each token belongs to: the table of the commits turned round, in memory. Kept in
/// the file as well, it would cost each commit a page at a random place. It is read when the first
/// commit comes, so that whoever only reads never waits for it.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    numbers: Option<BTreeMap<CommitToken, u64>>,
    expired: u64,
}

impl Tokens {
    /// Reads what the file keeps, once.
    pub(crate) fn read(
        &mut self,
        commits: &impl ReadableTable<u64, &'static [u8]>,
    ) -> Result<(), StoreError> {
        if self.numbers.is_some() {
            return Ok(());
        }
        let mut numbers = BTreeMap::new();
        for row in commits.iter().map_err(engine)? {
            let (number, row) = row.map_err(engine)?;
            let number = number.value();
            if numbers.is_empty() {
                self.expired = number.saturating_sub(1);
            }
            let (token, _) = read_commit(number, row.value()).ok_or_else(misread)?;
            numbers.insert(token, number);
        }
        self.numbers = Some(numbers);
        Ok(())
    }

    pub(crate) fn get(&self, token: CommitToken) -> Option<u64> {
        self.numbers.as_ref()?.get(&token).copied()
    }

    pub(crate) fn add(&mut self, token: CommitToken, number: u64) {
        self.numbers.get_or_insert_default().insert(token, number);
    }

    /// The newest commit that is no longer kept.
    pub(crate) fn expired(&self) -> u64 {
        self.expired
    }

    /// Forgets commits up to one.
    pub(crate) fn expire(&mut self, oldest: u64) {
        if let Some(numbers) = &mut self.numbers {
            numbers.retain(|_, number| *number > oldest);
        }
        self.expired = oldest;
    }
}
