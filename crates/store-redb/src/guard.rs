//! Errors and panics of the engine, in the words of the store.

use atlas_store::StoreError;
use redb::Database;
use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs something of the engine's, which panics on damaged files; the panic is an answer here.
///
/// What it borrows may be half changed after a panic: whoever calls gives it up then.
pub(crate) fn guard<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| Panicked::new(&*payload))
}

/// Like [`guard`], for something that fails as the store does.
pub(crate) fn guarded<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    guard(run).unwrap_or_else(|panicked| Err(panicked.into()))
}

/// The engine itself. It writes when it is closed, and may panic then as at any other time.
pub(crate) struct Guarded(Option<Database>);

impl Guarded {
    pub(crate) fn new(database: Database) -> Self {
        Self(Some(database))
    }

    pub(crate) fn get(&self) -> Result<&Database, StoreError> {
        self.0.as_ref().ok_or(StoreError::Closed)
    }

    /// Whether the engine's own look at all of its file finds nothing to repair.
    pub(crate) fn is_sound(&mut self) -> bool {
        let database = self.0.as_mut();
        let sound = guard(|| database.map(Database::check_integrity));
        matches!(sound, Ok(Some(Ok(true))))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let database = self.0.take();
        let _ = guard(|| drop(database));
    }
}

/// What the engine said when it panicked.
#[derive(Debug, thiserror::Error)]
#[error("the engine stopped: {said}")]
pub(crate) struct Panicked {
    said: Box<str>,
}

impl Panicked {
    fn new(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let said = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self {
            said: said.unwrap_or("it did not say why").into(),
        }
    }
}

impl From<Panicked> for StoreError {
    fn from(panicked: Panicked) -> Self {
        Self::corrupt("the engine cannot go on with what it found").with_source(panicked)
    }
}

/// What an error of the engine means to the caller.
pub(crate) fn engine(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        redb::Error::DatabaseClosed | redb::Error::PreviousIo => StoreError::Closed,
        redb::Error::Io(error) if !is_damage(&error) => StoreError::unavailable(error),
        error => StoreError::corrupt("the engine refuses what it found").with_source(error),
    }
}

/// Whether the bytes are at fault, and not the machine.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput)
}
