//! Connections, with TLS and without.

use super::S3Error;
use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector},
    rt::TokioIo,
};
use std::{error::Error as StdError, io, sync::Arc};
use tokio::time::timeout;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};
use tower_service::Service;

/// Why there is no connection.
type DialError = Box<dyn StdError + Send + Sync>;

/// Makes connections.
#[derive(Clone)]
pub(super) struct Dial {
    plain: HttpConnector,
    tls: Arc<ClientConfig>,
    timeout: Duration,
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dial")
    }
}

impl Dial {
    pub(super) fn new(timeout: Duration, authorities: Option<&str>) -> Result<Self, S3Error> {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(timeout));
        let roots = roots(authorities).map_err(S3Error::Authorities)?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| S3Error::Start(error.into()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            plain,
            tls: Arc::new(config),
            timeout,
        })
    }
}

/// Who is trusted; nobody is no error before a server asks for trust.
fn roots(authorities: Option<&str>) -> Result<RootCertStore, DialError> {
    let mut roots = RootCertStore::empty();
    let Some(text) = authorities else {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        return Ok(roots);
    };
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        return Err("there is no certificate among them".into());
    }
    Ok(roots)
}

impl Service<Uri> for Dial {
    type Response = Stream;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, DialError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        self.plain.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = uri.host().unwrap_or_default();
        // Addresses of IPv6 stand in brackets.
        let host = host.trim_matches(['[', ']']).to_owned();
        let is_tls = uri.scheme_str() == Some("https");
        let connected = self.plain.call(uri);
        let (tls, patience) = (TlsConnector::from(Arc::clone(&self.tls)), self.timeout);
        Box::pin(async move {
            let plain = connected.await?;
            if !is_tls {
                return Ok(Stream(Box::new(plain)));
            }
            let host = ServerName::try_from(host)?;
            let shaken = timeout(patience, tls.connect(host, plain.into_inner())).await??;
            Ok(Stream(Box::new(TokioIo::new(shaken))))
        })
    }
}

/// What is read from and written to.
trait ReadWrite: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> ReadWrite for T {}

/// A connection.
pub(super) struct Stream(Box<dyn ReadWrite>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}
