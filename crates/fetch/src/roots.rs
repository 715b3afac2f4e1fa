//! Whom to trust.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::sync::Arc;
use thiserror::Error;

/// Whose certificates are trusted: those that the system trusts, and others that are added.
#[derive(Debug, Clone)]
pub struct Roots {
    has_system: bool,
    added: RootCertStore,
}

impl Default for Roots {
    /// Those of the system.
    fn default() -> Self {
        Self {
            has_system: true,
            ..Self::none()
        }
    }
}

impl Roots {
    /// Nobody, until some are added.
    pub fn none() -> Self {
        Self {
            has_system: false,
            added: RootCertStore::empty(),
        }
    }

    /// Adds the certificates of a text (PEM).
    ///
    /// # Errors
    ///
    /// There is none in it, or one that is no authority's.
    pub fn add_pem(&mut self, pem: &str) -> Result<(), RootsError> {
        let mut count = 0_usize;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| RootsError::Unreadable(error.into()))?;
            let added = self.added.add(certificate);
            added.map_err(|error| RootsError::Unreadable(error.into()))?;
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Err(RootsError::Empty);
        }
        Ok(())
    }

    /// How a client speaks TLS, or `None` where it trusts nobody and so cannot.
    pub(crate) fn config(&self) -> Option<Arc<ClientConfig>> {
        let mut store = self.added.clone();
        if self.has_system {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        if store.is_empty() {
            return None;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .ok()?;
        let config = config.with_root_certificates(store).with_no_client_auth();
        Some(Arc::new(config))
    }
}

/// Why certificates are not added.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RootsError {
    /// There is none.
    #[error("there is no certificate in the text; give them as PEM")]
    Empty,
    /// One cannot be read, or is no authority's.
    #[error("a certificate cannot be read; give those of authorities, as PEM")]
    Unreadable(#[source] Box<dyn core::error::Error + Send + Sync>),
}
