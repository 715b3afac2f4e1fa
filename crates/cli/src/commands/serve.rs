//! `atlas serve`: what clients reach over a network.

mod config;
#[cfg(unix)]
mod control;
mod keys;
mod known;
mod log;
mod network;
mod running;
pub(crate) mod seal;

pub(crate) use self::config::with_file;
use self::{config::ConfigArgs, log::LogForm, network::NetworkArgs, running::Running};
use super::disk::{FetchArgs, PoolArgs};
use crate::{
    args::{Args, Global},
    exit::{Failure, Run},
    files::write_text,
    print::Out,
};
use atlas_server::{Ec2Imports, ImageApi};
use clap::{CommandFactory as _, Subcommand};
use cloud_atlas::{Atlas, ImportDiskOptions, image::CloudText};
use std::path::PathBuf;

/// How many instances of an account a region has at most: no suite launches more.
const INSTANCES: usize = 1000;

/// Memory for pages of a store in a file, in bytes, unless its address says how much: a server runs for
/// long and has read all of it some day, and the system keeps in memory what it needs often.
const PAGES: usize = 32 << 20;

/// Serve the store over a network
#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    Ec2(ServeEc2),
}

/// Serve the EC2-compatible API of images
///
/// Clients of EC2 register, find, share, edit, deregister the images of the repository (`local`): the
/// region that they sign for is the region of the repository. Without a certificate it speaks HTTP
/// without TLS: a network that others see wants one, or a proxy before it. It ends on SIGINT and SIGTERM,
/// when requests that are under way have their answers.
#[derive(Debug, clap::Args)]
#[command(args_override_self = true)]
pub(crate) struct ServeEc2 {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// Who may ask: TOML with a table `[[key]]` for each access key, with `access_key_id`,
    /// `secret_access_key`, `account` (its 12 digits), `principal` and `scope` (where its images are
    /// registered); nobody else may read it (mode 0600); SIGHUP reads it again
    #[arg(long, value_name = "FILE", required_unless_present_any = ["seal_key", "print_config"])]
    access_keys: Option<PathBuf>,
    /// Know the access keys of the store too, which `atlas key` adds, rotates and removes: their secrets
    /// are sealed with the keys of this file; SIGHUP reads it again
    #[arg(
        long,
        value_name = "FILE",
        env = "ATLAS_SEAL_KEY",
        hide_env_values = true
    )]
    seal_key: Option<PathBuf>,
    /// Answer `atlas key --control` at this socket, for whoever may open the store: so that keys can be
    /// changed while a file is served, which is open to one process at a time
    #[cfg(unix)]
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
    /// Write a line to stderr for each request, in this form; without it there is only what fails for a
    /// reason that is no client's
    #[arg(long, value_name = "FORM")]
    log: Option<LogForm>,
    /// Have instances too, which run nothing: suites launch some, and make images of them; they are gone
    /// with the server
    #[arg(long)]
    with_instances: bool,
    /// Let several images of an owner have one name in a region, which EC2 refuses
    #[arg(long)]
    allow_duplicate_names: bool,
    /// Make ids of images with 32 hex digits; ids of 8 and 17 are read all the same
    #[arg(long)]
    symphony_ids: bool,
    /// Import the files of this folder too, which clients name as `file:///NAME`
    #[arg(long, value_name = "FOLDER")]
    import_folder: Option<PathBuf>,
    /// The storage pool that keeps what is imported
    #[arg(long, value_name = "NAME", default_value = "default")]
    import_pool: CloudText,
    /// How many imports are under way at a time
    #[arg(long, value_name = "N", default_value_t = 2)]
    imports: usize,
    #[command(flatten)]
    fetch: FetchArgs,
    #[command(flatten)]
    pools: PoolArgs,
}

pub(crate) fn run(command: ServeCommand, global: &Global, out: &mut Out) -> Run {
    let ServeCommand::Ec2(command) = command;
    command.run(global, out)
}

impl ServeEc2 {
    fn run(&self, global: &Global, out: &mut Out) -> Run {
        if self.config.print_config {
            let text = config::template(&mut Args::command());
            return write_text(None, &text);
        }
        let keys = self.access_keys.as_deref().map(keys::read);
        let keys = keys.transpose()?.unwrap_or_default();
        let seal = self.seal_key.as_deref().map(seal::read).transpose()?;
        let tls = self.network.tls()?;
        // While this is checked another server may have the sockets.
        let sockets = (!self.config.check)
            .then(|| self.network.bind())
            .transpose()?;
        let builder = || Atlas::builder().page_cache(PAGES);
        let atlas = self.pools.atlas_by(global, builder)?;
        let session = atlas.act_as(&global.principal);
        keys::check(&keys, &session)?;
        if let Some(seal) = &seal {
            seal::check(seal, &session)?;
        }
        let imports = self.imports(global)?;
        let Some(sockets) = sockets else {
            return Ok(());
        };
        #[cfg(unix)]
        let control = self.control(&atlas)?;
        if let Some(form) = self.log {
            log::begin(form);
        }
        let running = Running {
            api: self.api(atlas.clone(), imports.clone()),
            atlas,
            keys,
            seal,
            tls,
            imports,
            sockets,
        };
        let served = running.serve(self, out);
        #[cfg(unix)]
        drop(control);
        served
    }

    #[cfg(unix)]
    fn control(&self, atlas: &Atlas) -> Result<Option<control::Control>, Failure> {
        let control = self.control.as_deref().map(control::Control::bind);
        let mut control = control.transpose()?;
        if let Some(control) = &mut control {
            control.answer(atlas.clone());
        }
        Ok(control)
    }

    /// What is answered.
    fn api(&self, atlas: Atlas, imports: Ec2Imports) -> ImageApi {
        let has_log = self.log.is_some();
        let mut api = ImageApi::new(atlas).with_imports(imports);
        api = api.on_failure(move |failure| log::failed(failure, has_log));
        if self.allow_duplicate_names {
            api = api.allow_duplicate_names();
        }
        if self.symphony_ids {
            api = api.symphony_ids();
        }
        if self.with_instances {
            api = api.with_instance_double(INSTANCES);
        }
        api
    }

    /// What may be imported: what URLs lead to, where there is a place for it meanwhile, and files.
    fn imports(&self, global: &Global) -> Result<Ec2Imports, Failure> {
        let mut imports = Ec2Imports::new(self.imports, self.import_pool.clone());
        if let Some(spool) = self.fetch.spool(global)? {
            imports = imports.with_fetcher(self.fetch.fetcher()?, spool);
        }
        if let Some(folder) = &self.import_folder {
            imports = imports.with_folder(folder);
        }
        let mut options = ImportDiskOptions::default();
        concat!("atlas ", env!("CARGO_PKG_VERSION")).clone_into(&mut options.tool);
        Ok(imports.with_options(options))
    }
}
