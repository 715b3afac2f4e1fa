//! The trait.

use atlas_base::quoted;
use atlas_image::{CloudImage, CloudNetwork, CloudServer, OriginText, SecretRef};
use atlas_image_id::{CloudLocation, ImageId};
use core::{error::Error, fmt, pin::Pin};

/// An answer that is on its way.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, InventoryError>> + Send + 'a>>;

/// Where to look, and with which right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ask<'a> {
    /// Where.
    pub location: &'a CloudLocation,
    /// Where the secret of the credential is kept, in the host program's own words; none for the
    /// image repository, which needs none.
    pub secret: Option<&'a SecretRef>,
}

impl<'a> Ask<'a> {
    /// A question without a credential.
    #[must_use]
    pub fn new(location: &'a CloudLocation) -> Self {
        Self {
            location,
            secret: None,
        }
    }

    /// The same with the credential whose secret is kept there.
    #[must_use]
    pub fn with(self, secret: Option<&'a SecretRef>) -> Self {
        Self { secret, ..self }
    }
}

/// Some items of a list, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed<T> {
    /// The items, in an order that stays the same from page to page.
    pub items: Vec<T>,
    /// What the next page is asked for with, in the inventory's own words; none on the last page.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// A page.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }
}

/// What clouds say they hold. A host program implements it with the clients of its clouds; one value
/// may know many clouds, and is asked for those that it [covers](Self::covers).
///
/// Every answer is about one moment; nothing is locked. Answers are values: the location of an image
/// is where its id counts (`azure` for a marketplace URN, `gcp`), as
/// [`ImageId::record_location`] tells.
pub trait Inventory: fmt::Debug + Send + Sync {
    /// Whether it knows what is in a location. Where it does not, nothing is verified.
    fn covers(&self, location: &CloudLocation) -> bool;

    /// The locations that it can name of those that it covers: matchers and suggestions look there
    /// too, beside those of which somebody has a record or a setting. None unless it says so.
    fn known_locations(&self) -> Vec<CloudLocation> {
        Vec::new()
    }

    /// One image; none where the cloud does not have it. One that is there and that the credential
    /// must not use is [closed](CloudImage::closed), if the cloud tells the two apart.
    ///
    /// # Errors
    ///
    /// The cloud cannot be asked.
    fn describe<'a>(&'a self, ask: Ask<'a>, image: &'a ImageId) -> Fut<'a, Option<CloudImage>>;

    /// The images that can be registered with the credential, a page of them, behind what the page
    /// before said. Public images that nobody has chosen need not be among them.
    ///
    /// # Errors
    ///
    /// The cloud cannot be asked, or no page said that.
    fn images<'a>(&'a self, ask: Ask<'a>, after: Option<&'a str>) -> Fut<'a, Listed<CloudImage>>;

    /// The servers of the credential, a page of them, behind what the page before said.
    ///
    /// # Errors
    ///
    /// The cloud cannot be asked, or no page said that.
    fn servers<'a>(&'a self, ask: Ask<'a>, after: Option<&'a str>) -> Fut<'a, Listed<CloudServer>>;

    /// One server; none where the cloud does not have it.
    ///
    /// # Errors
    ///
    /// The cloud cannot be asked.
    fn server<'a>(&'a self, ask: Ask<'a>, id: &'a OriginText) -> Fut<'a, Option<CloudServer>>;

    /// The networks that a server can be on in exactly this location (Scalr: those of its compute
    /// resource), all of them; none where it does not tell of networks there, as every inventory
    /// that does not say otherwise. What it tells is taken to be whole: another network is refused.
    ///
    /// # Errors
    ///
    /// The cloud cannot be asked.
    fn networks<'a>(&'a self, ask: Ask<'a>) -> Fut<'a, Option<Vec<CloudNetwork>>> {
        let _ = ask;
        Box::pin(async { Ok(None) })
    }
}

/// Why an inventory gives no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryError {
    /// It cannot be asked now: try again.
    #[error("the inventory of `{location}` cannot be asked now: try again")]
    Unavailable {
        /// Where.
        location: CloudLocation,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The cloud does not accept the credential.
    #[error(
        "the inventory of `{location}` is closed to the credential: check where its secret is kept"
    )]
    Rejected {
        /// Where.
        location: CloudLocation,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No page ended with that.
    #[error("{} is where no page ended: begin the list anew", quoted(after))]
    Page {
        /// What was given.
        after: String,
    },
}
