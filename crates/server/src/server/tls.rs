//! TLS, with a certificate that may change.

use core::fmt;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// TLS 1.2 and 1.3 with a certificate that can be replaced while connections are served; clones share
/// it.
#[derive(Clone)]
pub struct Tls(Arc<RwLock<Arc<ServerConfig>>>);

/// A certificate and its key cannot be used. Nothing of the key is shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// There is no certificate.
    #[error("there is no certificate: expected `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
    /// A certificate cannot be read.
    #[error("a certificate cannot be read")]
    Certificate {
        /// Why.
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// There is no private key that can be read.
    #[error(
        "there is no private key: expected one without a password, such as `-----BEGIN PRIVATE KEY-----`"
    )]
    Key,
    /// The two do not belong together, or TLS cannot work with them.
    #[error("the certificate and the private key cannot be used")]
    Unusable {
        /// Why.
        source: Box<dyn core::error::Error + Send + Sync>,
    },
}

impl Tls {
    /// With a certificate, behind which those follow that lead to an authority, and its private key,
    /// both as PEM (RFC 7468).
    ///
    /// # Errors
    ///
    /// They cannot be read, or do not belong together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let config = config(certificates, key)?;
        Ok(Self(Arc::new(RwLock::new(Arc::new(config)))))
    }

    /// Another certificate and key, for every connection from now on. Where they are refused, those
    /// from before stay.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem).
    pub fn replace_from_pem(&self, certificates: &[u8], key: &[u8]) -> Result<(), TlsError> {
        let config = Arc::new(config(certificates, key)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(super) async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let config = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(stream).await
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn config(certificates: &[u8], key: &[u8]) -> Result<ServerConfig, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
    let chain = read.map_err(|source| TlsError::Certificate {
        source: source.into(),
    })?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    // What the reader says may repeat what it has read.
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
    let unusable = |source: rustls::Error| TlsError::Unusable {
        source: source.into(),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
