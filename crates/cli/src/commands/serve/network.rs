//! What is served where: sockets, TLS, figures for those who watch.

use crate::{
    exit::Failure,
    files::{read, read_secret, shown},
};
use atlas_server::{Ec2Rate, Tls, TlsError};
use core::{net::SocketAddr, num::NonZeroU32};
use std::{net::TcpListener, path::PathBuf};

/// A file with more bytes is no certificate, nor a key.
const MOST: usize = 1 << 20;

/// Sockets, and what is spoken there.
#[derive(Debug, clap::Args)]
pub(super) struct NetworkArgs {
    /// The address and port that clients reach, such as 127.0.0.1:8773; port 0 takes one that is free
    #[arg(long, value_name = "ADDR", value_parser = address, required_unless_present = "print_config")]
    listen: Option<String>,
    /// Speak TLS with this certificate (PEM), behind which those stand that lead to an authority;
    /// SIGHUP reads it again
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM, without a password); nobody else may read it (mode 0600)
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// An address and port for those who watch the server: `/healthz`, `/readyz` and `/metrics`, in
    /// HTTP without TLS, for whoever reaches it
    #[arg(long, value_name = "ADDR", value_parser = address)]
    admin_listen: Option<String>,
    /// How often an access key may ask: so many requests a second, and as many or so many at once
    /// (`100`, `100/500`); more are refused with `RequestLimitExceeded`
    #[arg(long, value_name = "N[/M]", value_parser = rate)]
    pub(super) rate: Option<Ec2Rate>,
}

/// Sockets that are bound.
pub(super) struct Sockets {
    pub(super) clients: TcpListener,
    /// For those who watch.
    pub(super) admin: Option<TcpListener>,
}

impl NetworkArgs {
    /// Binds all of them, or none.
    pub(super) fn bind(&self) -> Result<Sockets, Failure> {
        Ok(Sockets {
            clients: bind(self.listen.as_deref().unwrap_or_default())?,
            admin: self.admin_listen.as_deref().map(bind).transpose()?,
        })
    }

    /// The certificate and its key, if there are any.
    pub(super) fn tls(&self) -> Result<Option<Tls>, Failure> {
        let Some((certificate, key)) = self.read()? else {
            return Ok(None);
        };
        let tls = Tls::from_pem(&certificate, key.as_bytes());
        Ok(Some(tls.map_err(|error| self.unusable(error))?))
    }

    /// Reads the certificate and its key again.
    pub(super) fn reload(&self, tls: &Tls) -> Result<(), Failure> {
        if let Some((certificate, key)) = self.read()? {
            let replaced = tls.replace_from_pem(&certificate, key.as_bytes());
            replaced.map_err(|error| self.unusable(error))?;
        }
        Ok(())
    }

    fn read(&self) -> Result<Option<(Vec<u8>, String)>, Failure> {
        let (Some(certificate), Some(key)) = (&self.tls_certificate, &self.tls_key) else {
            return Ok(None);
        };
        Ok(Some((read(certificate, MOST)?, read_secret(key, MOST)?)))
    }

    fn unusable(&self, error: TlsError) -> Failure {
        let file = match error {
            TlsError::Key => &self.tls_key,
            _ => &self.tls_certificate,
        };
        let file = file.as_deref().map(shown).unwrap_or_default();
        Failure::refused(format!("TLS cannot be spoken with {file}")).because(error)
    }
}

/// A socket that is bound.
fn bind(at: &str) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(at);
    let bound = bound.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    bound.map_err(|error| Failure::trouble(format!("nothing can be served at {at}")).because(error))
}

/// What is at a socket.
pub(super) fn url(scheme: &str, address: SocketAddr) -> String {
    format!("{scheme}://{address}")
}

/// An address that has a host and a port; whether there is such a host is found out when it is used.
fn address(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    match port.map(|(_, port)| port.parse::<u16>()) {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err("expected an address and a port, such as 127.0.0.1:8773".to_owned()),
    }
}

fn rate(text: &str) -> Result<Ec2Rate, String> {
    let (per_second, burst) = text.split_once('/').unwrap_or((text, text));
    let number = |text: &str| text.parse::<NonZeroU32>();
    match (number(per_second), number(burst)) {
        (Ok(per_second), Ok(burst)) => Ok(Ec2Rate { per_second, burst }),
        _ => Err(
            "expected requests a second, and perhaps how many at once: 100 or 100/500".to_owned(),
        ),
    }
}
