//! `atlas serve`: what clients reach over a network.

mod keys;

use super::disk::{FetchArgs, PoolArgs};
use crate::{
    args::Global,
    exit::{Failure, Run},
    print::{Out, note, warn},
};
use atlas_server::{AccessKeys, Ec2, Ec2Imports, Ec2Limits, ImageApi, ServeLimits, Served, serve};
use clap::Subcommand;
use cloud_atlas::{ImportDiskOptions, image::CloudText};
use core::net::SocketAddr;
use serde::Serialize;
use std::{net::TcpListener, path::PathBuf, sync::Arc};
use tokio::{runtime, sync::Notify};

/// How many instances of an account a region has at most: no suite launches more.
const INSTANCES: usize = 1000;

/// Serve the store over a network
#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    Ec2(ServeEc2),
}

/// Serve the EC2-compatible API of images
///
/// Clients of EC2 register, find, share, edit, deregister the images of the repository (`local`): the
/// region that they sign for is the region of the repository. It speaks HTTP without TLS: a network that
/// others see wants a proxy before it. It ends on SIGINT and SIGTERM, when requests that are under way
/// have their answers.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeEc2 {
    /// The address and port that clients reach, such as 127.0.0.1:8773; port 0 takes one that is free
    #[arg(long, value_name = "ADDR", value_parser = address)]
    listen: String,
    /// Who may ask: TOML with a table `[[key]]` for each access key, with `access_key_id`,
    /// `secret_access_key`, `account` (its 12 digits), `principal` and `scope` (where its images are
    /// registered); nobody else may read it (mode 0600)
    #[arg(long, value_name = "FILE")]
    access_keys: PathBuf,
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

/// That clients may come.
#[derive(Serialize)]
struct Listening {
    address: SocketAddr,
    url: String,
}

pub(crate) fn run(command: ServeCommand, global: &Global, out: &mut Out) -> Run {
    let ServeCommand::Ec2(command) = command;
    command.run(global, out)
}

impl ServeEc2 {
    fn run(&self, global: &Global, out: &mut Out) -> Run {
        let keys = keys::read(&self.access_keys)?;
        let listener = self.bind()?;
        let atlas = self.pools.atlas(global)?;
        keys::check(&keys, &atlas.act_as(&global.principal))?;
        let mut api = ImageApi::new(atlas).on_failure(|failure| {
            let (action, request) = (failure.action, failure.request);
            warn(format_args!("{action} failed, request {request}"));
            crate::exit::say(failure.error);
        });
        if self.allow_duplicate_names {
            api = api.allow_duplicate_names();
        }
        if self.symphony_ids {
            api = api.symphony_ids();
        }
        if self.with_instances {
            api = api.with_instance_double(INSTANCES);
        }
        let imports = self.imports(global)?;
        let api = api.with_imports(imports.clone());
        Self::serve(listener, keys, api, &imports, out)
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

    fn bind(&self) -> Result<TcpListener, Failure> {
        let bound = TcpListener::bind(&self.listen);
        bound.map_err(|error| {
            Failure::trouble(format!("nothing can be served at {}", self.listen)).because(error)
        })
    }

    fn serve(
        listener: TcpListener,
        keys: AccessKeys,
        api: ImageApi,
        imports: &Ec2Imports,
        out: &mut Out,
    ) -> Run {
        let stop = Arc::new(Notify::new());
        let asked = Arc::clone(&stop);
        // A stop that is asked for before somebody waits for it is kept.
        let handled = ctrlc::set_handler(move || asked.notify_one());
        handled.map_err(|error| {
            Failure::trouble("signals that end it cannot be heard").because(error)
        })?;
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        listener.set_nonblocking(true)?;
        let served = runtime.block_on(async {
            let address = listener.local_addr()?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let url = format!("http://{address}");
            let listening = Listening { address, url };
            out.one(&listening, |out| writeln!(out, "listening at {}", listening.url))?;
            if !address.ip().is_loopback() {
                warn("what is asked and answered can be read on the way: put a proxy that speaks TLS before it");
            }
            let router = Ec2::new(keys, api, Ec2Limits::default()).router();
            let stop = async move { stop.notified().await };
            let served = serve(listener, router, ServeLimits::default(), stop).await;
            imports.stop().await;
            Ok::<_, Failure>(served)
        })?;
        if let Served::Cut(count) = served {
            note(format_args!(
                "{count} connections were cut, which took too long"
            ));
        }
        Ok(())
    }
}

/// An address that has a host and a port; whether there is such a host is found out when it is used.
fn address(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    match port.map(|(_, port)| port.parse::<u16>()) {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err("expected an address and a port, such as 127.0.0.1:8773".to_owned()),
    }
}
