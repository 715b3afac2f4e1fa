//! Bytes on their way to a client.

use super::failure::Trouble;
use crate::activity::Work;
use axum::body::{Body, Bytes};
use cloud_atlas::repository::{RepositoryError, StoredImage};
use core::{ops::Range, time::Duration};
use futures_util::stream;
use std::{collections::VecDeque, io, sync::Arc};
use tokio::{
    sync::mpsc,
    task::{self, JoinError},
    time::timeout,
};

/// Zeros, of which every hole is sent.
static ZEROS: [u8; 256 << 10] = [0; 256 << 10];

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// What stands between ranges.
    Text(Bytes),
    /// Bytes of the device.
    Range(Range<u64>),
}

impl Piece {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Text(text) => u64::try_from(text.len()).unwrap_or(u64::MAX),
            Self::Range(range) => range.end.saturating_sub(range.start),
        }
    }
}

/// What is read at a time.
enum Read {
    Bytes(Bytes),
    Zeros(u64),
}

/// What reads: it goes to a thread that may block, and comes back with what it has read. Its slot
/// goes with it, so that it is taken for as long as a thread may be.
pub(super) struct Reader {
    stored: Arc<StoredImage>,
    pieces: VecDeque<Piece>,
    buffer: usize,
    work: Work,
}

/// Why nothing was read.
pub(super) enum Unread {
    Pool {
        at: u64,
        error: RepositoryError,
    },
    /// The runtime ends, or the thread is gone.
    Thread(JoinError),
}

/// Bytes that were read, and what reads the rest.
pub(super) struct Begun {
    reader: Reader,
    first: Option<Read>,
}

impl Reader {
    pub(super) fn new(
        stored: Arc<StoredImage>,
        pieces: Vec<Piece>,
        buffer: usize,
        work: Work,
    ) -> Self {
        Self {
            stored,
            pieces: pieces.into(),
            buffer,
            work,
        }
    }

    /// Reads what is first, so that what cannot be read at all is not begun.
    pub(super) async fn begin(self) -> Result<Begun, Unread> {
        let (reader, first) = self.read().await?;
        Ok(Begun { reader, first })
    }

    async fn read(mut self) -> Result<(Self, Option<Read>), Unread> {
        match self.pieces.pop_front() {
            None => return Ok((self, None)),
            Some(Piece::Text(text)) => return Ok((self, Some(Read::Bytes(text)))),
            Some(range) => self.pieces.push_front(range),
        }
        let done = task::spawn_blocking(move || {
            let read = self.read_now();
            (self, read)
        });
        let (reader, read) = done.await.map_err(Unread::Thread)?;
        match read {
            Ok(read) => Ok((reader, read)),
            Err((at, error)) => Err(Unread::Pool { at, error }),
        }
    }

    /// Reads some bytes of a range; where there is a hole, only how long it is.
    fn read_now(&mut self) -> Result<Option<Read>, (u64, RepositoryError)> {
        let Some(Piece::Range(range)) = self.pieces.front_mut() else {
            return Ok(None);
        };
        let at = range.start;
        let left = range.end.saturating_sub(at);
        let extent = self.stored.extent(at).map_err(|error| (at, error))?;
        let hole = extent.filter(|extent| extent.chunk.is_none());
        let zeros = hole.map_or(0, |hole| {
            hole.at.saturating_add(hole.length).saturating_sub(at)
        });
        let buffer = u64::try_from(self.buffer).unwrap_or(u64::MAX);
        let (read, length) = if zeros >= left.min(buffer) {
            let length = zeros.min(left);
            (Read::Zeros(length), length)
        } else {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer);
            let mut bytes = vec![0; length];
            let found = self
                .stored
                .read(&mut bytes, at)
                .map_err(|error| (at, error))?;
            bytes.truncate(found);
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            (Read::Bytes(bytes.into()), length)
        };
        range.start = at.saturating_add(length);
        // Behind the end is nothing: what was promised beyond it never comes, and the body is cut.
        if range.is_empty() || length == 0 {
            self.pieces.pop_front();
        }
        Ok(Some(read))
    }
}

impl Begun {
    /// The body: so many bytes, or an error in their midst, which ends the connection.
    pub(super) fn body(self, length: u64, stall: Duration, trouble: Trouble) -> Body {
        // One buffer waits here, and one in the hands of whoever reads.
        let (give, take) = mpsc::channel(1);
        task::spawn(send(self, give, stall, trouble));
        let parts = stream::unfold((take, length), |(mut take, left)| async move {
            if left == 0 {
                return None;
            }
            let Some(bytes): Option<Bytes> = take.recv().await else {
                let cut = io::Error::other("the disk image was not read to its end");
                return Some((Err(cut), (take, 0)));
            };
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            Some((Ok(bytes), (take, left.saturating_sub(length))))
        });
        Body::from_stream(parts)
    }
}

/// Sends what is read until there is no more, until nobody takes it, or until it cannot be read.
/// Between two reads no thread is held.
async fn send(begun: Begun, give: mpsc::Sender<Bytes>, stall: Duration, trouble: Trouble) {
    let Begun { mut reader, first } = begun;
    let mut next = first;
    while let Some(read) = next {
        for bytes in parts(read) {
            if !matches!(timeout(stall, give.send(bytes)).await, Ok(Ok(()))) {
                return;
            }
        }
        match reader.read().await {
            Ok(read) => (reader, next) = read,
            Err(unread) => {
                let (at, error) = unread.into();
                trouble.tell(at, &error);
                return;
            }
        }
    }
    drop(reader.work);
}

/// What was read, in buffers.
fn parts(read: Read) -> impl Iterator<Item = Bytes> {
    let (mut bytes, mut zeros) = match read {
        Read::Bytes(bytes) => (Some(bytes), 0),
        Read::Zeros(zeros) => (None, zeros),
    };
    core::iter::from_fn(move || {
        if let Some(bytes) = bytes.take() {
            return Some(bytes);
        }
        let length = usize::try_from(zeros)
            .unwrap_or(usize::MAX)
            .min(ZEROS.len());
        let part = ZEROS.get(..length).filter(|part| !part.is_empty())?;
        zeros = zeros.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
        Some(Bytes::from_static(part))
    })
}
