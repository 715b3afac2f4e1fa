//! The facade for programs without an async runtime.
//!
//! [`Atlas`], [`Builder`], [`Session`] and [`Loader`] have every call of their namesakes at the
//! root of this crate, with the same names, arguments, answers and errors. What a call does is told
//! there. Here it waits for its answer on the thread that makes it.
//!
//! ```
//! use cloud_atlas::{base::Name, blocking::Atlas, scope::Scope};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let atlas = Atlas::init("memory:")?;
//! let admin = atlas.act_as(&"admin".parse()?);
//! let acme: Scope = "/acme".parse()?;
//! admin.add_scope(&acme)?;
//! let web: Name = "web".parse()?;
//! assert_eq!(admin.create_mci(&acme, web.clone())?.name, web);
//! # Ok(())
//! # }
//! ```
//!
//! No engine needs a runtime for that: those in memory and in a file have none, and those on
//! servers have theirs on a thread of their own, however they are called.
//!
//! All four may be shared and sent between threads, and an [`Atlas`] and a [`Session`] turn into
//! those of the async facade and back by `From`, over the same store and caches.
//!
//! # Under an async runtime
//!
//! A call may be made there too, also on a runtime of one thread. It does not panic and is
//! answered, since it waits for nothing that runs on that runtime; but nothing else runs on its
//! thread until then. So a program that has a runtime is better off with the async facade, or with
//! calls in the runtime's threads for work that blocks.
//!
//! What the host program brings is its own affair: a [`Store`](crate::store::Store) or an
//! [`Inventory`](crate::Inventory) that needs a runtime is polled here without one, and what needs
//! the very thread that waits never answers. Bring such a thing with a thread of its own, as the
//! engines on servers do.
//!
//! A call that has begun cannot be taken back. [`Session::events_wait`] alone may wait without end.

mod atlas;
mod channels;
mod clouds;
mod disk_images;
mod images;
mod launches;
mod market;
mod mcis;
mod new_images;
mod plans;
mod scopes;
mod servers;
mod templates;
mod trail;

pub use self::atlas::{Atlas, Builder, Loader};

use crate::Error;
use atlas_scope::{OperationTable, Permission, PrincipalId};
use core::future::Future;

/// The calls of one principal, as [`crate::Session`] has them. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Session(crate::Session);

impl Session {
    /// As [`crate::Session::principal`].
    pub fn principal(&self) -> &PrincipalId {
        self.0.principal()
    }

    /// As [`crate::Session::is_exclusive`].
    pub fn is_exclusive(&self) -> bool {
        self.0.is_exclusive()
    }

    /// As [`crate::Session::operations`].
    pub fn operations(&self) -> &OperationTable {
        self.0.operations()
    }

    /// As [`crate::Session::needed_for`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn needed_for(&self, operation: &str) -> Result<Permission, Error> {
        self.0.needed_for(operation)
    }
}

impl From<crate::Session> for Session {
    fn from(session: crate::Session) -> Self {
        Self(session)
    }
}

impl From<Session> for crate::Session {
    fn from(session: Session) -> Self {
        session.0
    }
}

/// Runs a call to its end on this thread.
fn wait<T>(call: impl Future<Output = T>) -> T {
    pollster::block_on(call)
}

/// Makes methods that wait for the calls of the same names. A test compares the signatures with
/// those of the async facade.
macro_rules! calls {
    (impl $twin:ident {$(
        fn $name:ident(&self $(, $argument:ident: $type:ty)* $(,)?) -> $answer:ty;
    )*}) => {
        impl $twin {$(
            #[doc = concat!(
                "Blocking [`", stringify!($twin), "::", stringify!($name),
                "`](crate::", stringify!($twin), "::", stringify!($name), ")."
            )]
            ///
            /// # Errors
            ///
            /// As there.
            // A call is compiled into the programs that make it, and not into this crate.
            #[inline]
            pub fn $name(&self $(, $argument: $type)*) -> $answer {
                crate::blocking::wait(self.0.$name($($argument),*))
            }
        )*}
    };
}
use calls;
