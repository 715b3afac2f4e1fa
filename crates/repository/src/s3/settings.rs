//! Where an object store is, and with which key.

use core::{error::Error as StdError, fmt, time::Duration};
use thiserror::Error;
use url::Url;

/// A bucket of a server that speaks S3, and how it is spoken with.
///
/// The server must honour `If-None-Match: *`, by which a put fails where something is: S3 itself does, as
/// do most that speak like it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct S3 {
    /// The bucket, which is there.
    pub bucket: String,
    /// What all names of objects begin with; none where it is empty.
    pub prefix: String,
    /// Where the server is, `https://host:port`; that of the region unless told.
    pub endpoint: Option<String>,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// With which key.
    pub credentials: S3Credentials,
    /// How long is waited for a connection, for the next bytes of an answer, and for its first: for those
    /// as long again for each 8 MiB that are sent.
    pub timeout: Duration,
    /// How often a request is made again that found no server, no time or an error of the server, each
    /// after a longer pause.
    pub retries: usize,
    /// The first of these pauses, more or less.
    pub pause: Duration,
    /// Certificates, as PEM, of who is trusted to certify the server; who the system trusts unless told.
    pub authorities: Option<String>,
}

/// The key to an object store. It never shows what is secret of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct S3Credentials {
    /// How the key is called.
    pub id: String,
    /// The key.
    pub secret: String,
    /// Of a key that is lent for a while, what proves it.
    pub token: Option<String>,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Credentials({})", self.id)
    }
}

impl S3Credentials {
    /// A key and its name.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            token: None,
        }
    }
}

/// Why an object store cannot be used. It repeats no setting that is secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum S3Error {
    /// A setting is not there.
    #[error("`{0}` is not set")]
    Missing(&'static str),
    /// A setting makes no sense.
    #[error("`{name}` {why}")]
    Invalid {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Nobody is trusted to certify the server.
    #[error("there is nobody who is trusted to certify the server")]
    Authorities(#[source] Box<dyn StdError + Send + Sync>),
    /// The client cannot be started.
    #[error("the client of the object store cannot be started")]
    Start(#[source] Box<dyn StdError + Send + Sync>),
}

/// The names of the settings, as programs find them in their environment.
const ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";
const REGION: &str = "AWS_REGION";
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// The region of servers that have none.
const ANY_REGION: &str = "us-east-1";

impl S3 {
    /// What must be known.
    pub fn new(
        bucket: impl Into<String>,
        region: impl Into<String>,
        credentials: S3Credentials,
    ) -> Self {
        Self {
            bucket: bucket.into(),
            prefix: String::new(),
            endpoint: None,
            region: region.into(),
            credentials,
            timeout: Duration::from_secs(30),
            retries: 6,
            pause: Duration::from_millis(100),
            authorities: None,
        }
    }

    /// Asks for the settings by the names that they have in the environment of programs:
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; `AWS_SESSION_TOKEN`, where the key has one;
    /// `AWS_REGION`, which may be missing where `AWS_ENDPOINT_URL` is not. One that is empty is missing.
    ///
    /// # Errors
    ///
    /// One is missing.
    pub fn from_settings(
        bucket: impl Into<String>,
        setting: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, S3Error> {
        let find = |name: &str| setting(name).filter(|it| !it.is_empty());
        let must = |name: &'static str| find(name).ok_or(S3Error::Missing(name));
        let mut credentials = S3Credentials::new(must(ID)?, must(SECRET)?);
        credentials.token = find(TOKEN);
        let endpoint = find(ENDPOINT);
        let region = match find(REGION) {
            None if endpoint.is_some() => ANY_REGION.to_owned(),
            None => return Err(S3Error::Missing(REGION)),
            Some(region) => region,
        };
        let mut s3 = Self::new(bucket, region, credentials);
        s3.endpoint = endpoint;
        Ok(s3)
    }

    /// The endpoint in its canonical form, once all makes sense: what does not would end the program in
    /// the client, which asks for no errors there.
    pub(super) fn checked(&self) -> Result<Option<String>, S3Error> {
        let is_name = |text: &str, more: &[u8]| {
            let is_right = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
            (1..=512).contains(&text.len()) && text.bytes().all(is_right)
        };
        let is_header = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let S3Credentials { id, secret, token } = &self.credentials;
        let checks = [
            ("bucket", is_name(&self.bucket, b"-.")),
            (
                "prefix",
                self.prefix.is_empty() || is_name(&self.prefix, b"-._/"),
            ),
            (REGION, is_name(&self.region, b"-")),
            (ID, !id.is_empty() && is_header(id)),
            (SECRET, !secret.is_empty() && is_header(secret)),
            (TOKEN, token.as_deref().is_none_or(is_header)),
        ];
        for (name, is_right) in checks {
            if !is_right {
                let why = "is empty, too long, or has characters that cannot be in it";
                return Err(S3Error::Invalid { name, why });
            }
        }
        self.endpoint.as_deref().map(check_endpoint).transpose()
    }
}

fn check_endpoint(text: &str) -> Result<String, S3Error> {
    let invalid = |why| S3Error::Invalid {
        name: ENDPOINT,
        why,
    };
    let url = Url::parse(text).map_err(|_| invalid("is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid("is no URL of `http` or `https` with a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("holds a key, which belongs elsewhere"));
    }
    if url.query().is_some() || url.fragment().is_some() || url.path() != "/" {
        return Err(invalid("has something behind its host and port"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
