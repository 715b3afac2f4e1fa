//! How threads wait for the backend.
//!
//! The work of a repository is done by threads: it is reading, hashing and compressing. The backend
//! answers with futures. Where the two meet, a thread waits, and how it does is the caller's to say:
//! this crate starts no runtime.

use core::pin::Pin;

/// An answer that is on its way.
pub type Answer<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// How a thread waits for an answer of the backend.
///
/// A backend that needs a runtime (those over HTTP need tokio's) is waited for by that:
///
/// ```
/// use atlas_repository::{Answer, Wait};
///
/// struct Tokio(tokio::runtime::Handle);
///
/// impl Wait for Tokio {
///     fn wait(&self, answer: Answer<'_>) {
///         self.0.block_on(answer);
///     }
/// }
/// ```
pub trait Wait: Send + Sync {
    /// Waits until an answer is there. Many threads do at once; none of them is one of a runtime.
    fn wait(&self, answer: Answer<'_>);
}

/// Lets the thread sleep until the answer is there: for folders and memory, which need no runtime.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing inside")]
pub struct Park;

impl Wait for Park {
    fn wait(&self, answer: Answer<'_>) {
        pollster::block_on(answer);
    }
}
