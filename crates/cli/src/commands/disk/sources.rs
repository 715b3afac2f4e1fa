//! Where images come from, as arguments say.

use super::{pools::beside, volumes::VolumesArgs};
use crate::{args::Global, exit::Failure};
use cloud_atlas::{
    BringDisk, FileDisk, UrlDisk, VolumeDisk,
    fetch::{Fetch, FetchPolicy, Fetcher, HostPattern, Network, Roots, Sha256, SourceUrl, Spool},
    image::{AskedDevice, CloudText, ConvertedFrom, DiskFormat, ImageName, OriginText},
    repository::{SnapshotId, VolumeId, VolumeSource},
};
use core::{str::FromStr, time::Duration};
use std::{fs::File, path::PathBuf, sync::Arc};

/// One source.
#[derive(Debug, Clone)]
pub(super) enum SourceArg {
    File(PathBuf),
    Url(SourceUrl),
    Volume(VolumeId),
    Snapshot(SnapshotId),
}

impl FromStr for SourceArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let told = |error: &dyn core::fmt::Display| error.to_string();
        if let Some(id) = text.strip_prefix("volume:") {
            return VolumeId::parse(id)
                .map(Self::Volume)
                .map_err(|error| told(&error));
        }
        if let Some(id) = text.strip_prefix("snapshot:") {
            return SnapshotId::parse(id)
                .map(Self::Snapshot)
                .map_err(|error| told(&error));
        }
        if text.contains("://") {
            return SourceUrl::parse(text)
                .map(Self::Url)
                .map_err(|error| told(&error));
        }
        Ok(Self::File(text.into()))
    }
}

/// How sources are brought.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sources")]
pub(super) struct SourceArgs {
    /// The SHA-256 that what a URL leads to must have
    #[arg(long, value_name = "HEX", value_parser = Sha256::parse)]
    sha256: Option<Sha256>,
    #[command(flatten)]
    fetch: FetchArgs,
    /// The most bytes of what is fetched [default: 64 GiB]
    #[arg(long, value_name = "BYTES")]
    max_fetched_bytes: Option<u64>,
    /// The most seconds of a fetch [default: six hours]
    #[arg(long, value_name = "N")]
    max_fetch_seconds: Option<u64>,
    #[command(flatten)]
    volumes: VolumesArgs,
}

/// From where URLs may be fetched, and where what they lead to lies meanwhile.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sources")]
pub(crate) struct FetchArgs {
    /// Fetch by http too, which anybody on the way can read and change
    #[arg(long, env = "ATLAS_FETCH_HTTP", hide_env_values = true)]
    allow_http: bool,
    /// Fetch from these hosts alone, such as *.example.org
    #[arg(
        long,
        value_name = "HOST",
        env = "ATLAS_FETCH_HOSTS",
        value_delimiter = ' ',
        value_parser = HostPattern::parse,
        hide_env_values = true
    )]
    allow_host: Vec<HostPattern>,
    /// Fetch from these networks too, which are not public, such as 10.1.0.0/16
    #[arg(
        long,
        value_name = "NETWORK",
        env = "ATLAS_FETCH_NETWORKS",
        value_delimiter = ' ',
        value_parser = Network::parse,
        hide_env_values = true
    )]
    allow_network: Vec<Network>,
    /// Fetch from these ports too
    #[arg(
        long,
        value_name = "PORT",
        env = "ATLAS_FETCH_PORTS",
        value_delimiter = ' ',
        hide_env_values = true
    )]
    allow_port: Vec<u16>,
    /// Trust these authorities too: a file of certificates as PEM
    #[arg(
        long,
        value_name = "FILE",
        env = "ATLAS_FETCH_TRUST",
        hide_env_values = true
    )]
    trust: Option<PathBuf>,
    /// Where files lie while they are fetched; what a cut leaves there is used again [default: a folder
    /// beside the file of the store]
    #[arg(
        long,
        value_name = "FOLDER",
        env = "ATLAS_SPOOL",
        hide_env_values = true
    )]
    spool: Option<PathBuf>,
}

impl FetchArgs {
    pub(crate) fn fetcher(&self) -> Result<Fetcher, Failure> {
        let mut policy = FetchPolicy::default();
        policy.is_http_allowed = self.allow_http;
        if !self.allow_host.is_empty() {
            policy.hosts = Some(self.allow_host.iter().cloned().collect());
        }
        policy.networks.extend(self.allow_network.iter().copied());
        policy.ports.extend(&self.allow_port);
        let mut roots = Roots::default();
        if let Some(path) = &self.trust {
            let pem = crate::files::read_text(path, 1 << 20)?;
            roots.add_pem(&pem).map_err(Failure::misused)?;
        }
        Ok(Fetcher::new(policy, &roots))
    }

    /// The folder that was named, or the one beside the store; none where that is no file.
    pub(crate) fn spool(&self, global: &Global) -> Result<Option<Spool>, Failure> {
        let folder = match &self.spool {
            Some(folder) => Some(folder.clone()),
            None => beside(global, "spool")?,
        };
        let opened = folder.map(Spool::open).transpose();
        opened.map_err(|error| Failure::Trouble(Box::new(error)))
    }
}

/// A source that is ready to be brought.
pub(super) struct OpenedSource {
    pub(super) asked: AskedDevice,
    pub(super) bring: Box<dyn BringDisk>,
    /// The name that it gives to an image, if it does.
    pub(super) name: Option<ImageName>,
}

impl SourceArgs {
    pub(super) fn open(
        &self,
        source: &SourceArg,
        declared: Option<DiskFormat>,
        name: Option<&ImageName>,
        pool: CloudText,
        global: &Global,
    ) -> Result<OpenedSource, Failure> {
        let undeclared =
            || Failure::misused("say with --declared what the source is, such as --declared qcow2");
        match source {
            SourceArg::File(path) => {
                let format = declared.ok_or_else(undeclared)?;
                let shown = crate::files::shown(path);
                let file = File::open(path).map_err(|error| {
                    Failure::trouble(format!("{shown} cannot be read")).because(error)
                })?;
                let text = path.file_name().unwrap_or_default().to_string_lossy();
                let name = OriginText::parse(&text).map_err(Failure::misused)?;
                Ok(OpenedSource {
                    asked: AskedDevice::new(ConvertedFrom::File { name }, format, pool),
                    bring: Box::new(FileDisk::new(Arc::new(file))),
                    name: None,
                })
            }
            SourceArg::Url(url) => {
                let format = declared.ok_or_else(undeclared)?;
                let from = ConvertedFrom::url(url.as_str());
                Ok(OpenedSource {
                    asked: AskedDevice::new(from, format, pool),
                    bring: Box::new(self.fetched(url, global)?),
                    name: None,
                })
            }
            SourceArg::Volume(id) => self.volume(&VolumeSource::Volume(id.clone()), name, pool),
            SourceArg::Snapshot(id) => self.volume(&VolumeSource::Snapshot(id.clone()), name, pool),
        }
    }

    fn fetched(&self, url: &SourceUrl, global: &Global) -> Result<UrlDisk, Failure> {
        let mut ask = Fetch::new(url.clone());
        ask.expected = self.sha256;
        if let Some(bytes) = self.max_fetched_bytes {
            ask.limits.bytes = bytes;
        }
        if let Some(seconds) = self.max_fetch_seconds {
            ask.limits.time = Duration::from_secs(seconds);
        }
        let spool = self.fetch.spool(global)?.ok_or_else(|| {
            Failure::misused("name a folder with --spool, where files lie while they are fetched")
        })?;
        Ok(UrlDisk::new(self.fetch.fetcher()?, ask, spool))
    }

    fn volume(
        &self,
        source: &VolumeSource,
        name: Option<&ImageName>,
        pool: CloudText,
    ) -> Result<OpenedSource, Failure> {
        let host = self.volumes.open()?;
        let opened = VolumeDisk::open(&host, source, name, pool);
        let opened = opened.map_err(cloud_atlas::Error::from)?;
        Ok(OpenedSource {
            asked: opened.asked,
            bring: Box::new(opened.bring),
            name: Some(opened.name),
        })
    }
}
