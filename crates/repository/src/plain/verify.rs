//! Every byte of every file is looked at.

use super::Plain;
use crate::{
    StoredId, Verified, Verify,
    bytes::is_zero,
    codec::Decoder,
    error::{RepositoryError, Rot, Told, Why, failed},
    home::{Files, Home},
    image::{Part, StoredImage},
    index::page::Entry,
    watch::{Counter, Watch},
};
use atlas_disk::ReadAt as _;
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How much of what should be zeros is read at once.
const READ: usize = 1 << 20;

impl Plain {
    /// Compares each chunk with its digest, and what should be zeros with zeros.
    pub(crate) fn verify(
        &self,
        ask: &Verify,
        watch: Watch<'_>,
    ) -> Result<Verified, RepositoryError> {
        let mut told = Told::new(ask.most);
        let mut verified = Verified::default();
        let images = self.records().images()?;
        let counter = Counter::new(watch, self.sizes(&images)?);
        for id in images {
            watch.go_on()?;
            let image = match self.open(id) {
                Ok(image) => image,
                Err(error) => {
                    self.tell(id, error, &mut told)?;
                    continue;
                }
            };
            let Home::Files(files) = image.home() else {
                continue;
            };
            let found = look_at(&image, files, ask, watch, &counter)?;
            // What is deleted meanwhile is not missed.
            if !found.is_empty() && matches!(self.records().published(id), Ok(None)) {
                continue;
            }
            for rot in found {
                told.add(rot);
            }
            verified.images = verified.images.saturating_add(1);
            verified.packs = verified.packs.saturating_add(1);
            verified.bytes = verified.bytes.saturating_add(image.size());
        }
        verified.rot = told.rot;
        Ok(verified)
    }

    /// What is to be read in all.
    fn sizes(&self, images: &[StoredId]) -> Result<u64, RepositoryError> {
        let mut total = 0_u64;
        for id in images {
            match self.records().published(*id) {
                Ok(Some((_, index))) => total = total.saturating_add(index.summary.size),
                Ok(None) | Err(RepositoryError::Rot(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(total)
    }

    /// Tells why an image cannot be opened, unless it is gone.
    fn tell(
        &self,
        id: StoredId,
        error: RepositoryError,
        told: &mut Told,
    ) -> Result<(), RepositoryError> {
        match error {
            RepositoryError::NotFound(_) => Ok(()),
            RepositoryError::Rot(rot) => {
                if !matches!(self.records().published(id), Ok(None)) {
                    told.add(*rot);
                }
                Ok(())
            }
            error => Err(error),
        }
    }
}

/// What is wrong with an image, in its order.
fn look_at(
    image: &StoredImage,
    files: &Files,
    ask: &Verify,
    watch: Watch<'_>,
    counter: &Counter<'_>,
) -> Result<Vec<Rot>, RepositoryError> {
    let next = AtomicUsize::new(0);
    let state = Mutex::new((Vec::new(), None));
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let run = || {
        let mut decoder = Decoder::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= image.index().pages.len() || lock().1.is_some() {
                return;
            }
            match page(image, files, number, watch, counter, &mut decoder) {
                Ok(found) => lock().0.extend(found),
                Err(error) => {
                    lock().1.get_or_insert(error);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..ask.threads.get() {
            // A thread that cannot be had is done without.
            let _ = thread::Builder::new().spawn_scoped(scope, run);
        }
        run();
    });
    let (mut found, failure) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failure {
        return Err(error);
    }
    found.sort();
    // What is short is found by who reads the last chunk; what is long, or ends in a hole, is not.
    let length = files
        .raw
        .file
        .state()
        .map_err(|error| failed("read", error))?;
    let why = match length.length.cmp(&image.size()) {
        core::cmp::Ordering::Less => Some(Why::Short),
        core::cmp::Ordering::Greater => Some(Why::Malformed),
        core::cmp::Ordering::Equal => None,
    };
    if let Some(why) = why.filter(|_| found.is_empty()) {
        found.push(Rot::of(&files.raw.name, why).image(image.id()));
    }
    Ok(found)
}

/// What is wrong with what a page names.
fn page(
    image: &StoredImage,
    files: &Files,
    number: usize,
    watch: Watch<'_>,
    counter: &Counter<'_>,
    decoder: &mut Decoder,
) -> Result<Vec<Rot>, RepositoryError> {
    let parts = match image.page(number) {
        Ok(parts) => parts,
        Err(RepositoryError::Rot(rot)) => {
            let span = image.span(number);
            counter.add(span.end.saturating_sub(span.start));
            return Ok(vec![*rot]);
        }
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for part in parts.iter() {
        watch.go_on()?;
        let looked = match part.placed.entry {
            Entry::Chunk { .. } => image.fetch(part, decoder).map(drop),
            Entry::Zeros(_) => zeros(image, files, part, watch),
        };
        match looked {
            Ok(()) => {}
            Err(RepositoryError::Rot(rot)) => found.push(*rot),
            Err(error) => return Err(error),
        }
        counter.add(part.placed.entry.length());
    }
    Ok(found)
}

/// Whether what should be zeros is: an image reads as zeros there whatever the file holds, but who reads
/// the file as it is would see it.
fn zeros(
    image: &StoredImage,
    files: &Files,
    part: &Part,
    watch: Watch<'_>,
) -> Result<(), RepositoryError> {
    let length = part.placed.entry.length();
    let end = part.at.saturating_add(length);
    let mut buffer = vec![0; READ];
    let mut at = part.at;
    while let Some(data) = files.raw.data(at).filter(|data| *data < end) {
        watch.go_on()?;
        let left = usize::try_from(end.saturating_sub(data)).unwrap_or(READ);
        let wanted = buffer.get_mut(..left.min(READ)).unwrap_or_default();
        let read = files.raw.file.read_at(wanted, data);
        let read = read.map_err(|error| failed("read", error))?;
        let bytes = wanted.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        if !is_zero(bytes) {
            let rot = Rot::of(&files.raw.name, Why::Digest);
            return Err(rot.image(image.id()).at(part.at, length).into());
        }
        at = data.saturating_add(u64::try_from(read).unwrap_or_default());
    }
    Ok(())
}
