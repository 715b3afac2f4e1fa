//! Where disk images are kept, as arguments say.

use crate::{
    args::Global,
    exit::{Failure, Run},
};
use cloud_atlas::{
    Atlas, Builder, Pools, Session,
    repository::{PoolName, PoolUrl},
};
use core::str::FromStr;
use pollster::FutureExt as _;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// Where disk images are kept.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PoolArgs {
    /// A storage pool, NAME=URL, several separated by blanks: folder:PATH keeps images as chunks,
    /// plain:PATH each as one file, `s3://BUCKET/PREFIX` in an object store, whose keys stand in the usual
    /// variables AWS_… [default: a folder beside the file of the store is `default`]
    #[arg(
        long = "pool-at",
        value_name = "NAME=URL",
        env = "ATLAS_POOLS",
        value_delimiter = ' ',
        hide_env_values = true
    )]
    pools: Vec<PoolAt>,
}

/// One pool of them.
#[derive(Debug, Clone)]
struct PoolAt {
    name: PoolName,
    url: PoolUrl,
}

impl FromStr for PoolAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, url)) = text.split_once('=') else {
            return Err(
                "expected a name, `=` and a URL, such as `default=folder:/srv/images`".into(),
            );
        };
        Ok(Self {
            name: PoolName::parse(name).map_err(|error| error.to_string())?,
            url: PoolUrl::parse(url).map_err(|error| error.to_string())?,
        })
    }
}

impl PoolArgs {
    fn open(&self, global: &Global) -> Result<Pools, Failure> {
        let mut urls = BTreeMap::new();
        for pool in &self.pools {
            if urls.insert(pool.name.clone(), pool.url.clone()).is_some() {
                let told = format!("the storage pool {} is named twice", pool.name);
                return Err(Failure::misused(told));
            }
        }
        if !urls.contains_key(&PoolName::DEFAULT)
            && let Some(folder) = beside(global, "images")?
        {
            make(&folder)?;
            let url = PoolUrl::parse(&format!("folder:{}", folder.display()));
            urls.insert(PoolName::DEFAULT, url.map_err(Failure::misused)?);
        }
        let setting = |name: &str| std::env::var(name).ok();
        let mut pools = Vec::new();
        for (name, url) in urls {
            let opened = url.open(&setting);
            pools.push((
                name,
                opened.map_err(|error| Failure::Trouble(Box::new(error)))?,
            ));
        }
        Ok(Pools::new(pools))
    }

    /// Opens the store and its pools.
    pub(crate) fn atlas(&self, global: &Global) -> Result<Atlas, Failure> {
        self.atlas_by(global, Atlas::builder)
    }

    /// The same as a builder has it.
    pub(crate) fn atlas_by(
        &self,
        global: &Global,
        builder: impl Fn() -> Builder,
    ) -> Result<Atlas, Failure> {
        let pools = self.open(global)?;
        global.when_free(|url| builder().with_pools(pools.clone()).open(url).block_on())
    }

    /// The same as the principal who acts.
    pub(super) fn session(&self, global: &Global) -> Result<Session, Failure> {
        Ok(self.atlas(global)?.act_as(&global.principal))
    }
}

/// The folder of that use which belongs to a store in a file; none where it is no file.
pub(super) fn beside(global: &Global, what: &str) -> Result<Option<PathBuf>, Failure> {
    let url = global.store_url()?;
    let Some(path) = url.strip_prefix("redb:") else {
        return Ok(None);
    };
    // Options begin after the last `?`.
    let path = path.rsplit_once('?').map_or(path, |(path, _)| path);
    Ok(Some(PathBuf::from(format!("{path}.{what}"))))
}

/// Makes such a folder, whose store is there.
fn make(folder: &std::path::Path) -> Run {
    match fs::create_dir(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            let shown = crate::files::shown(folder);
            let told = format!("the folder {shown} for images cannot be made");
            Err(Failure::trouble(told).because(error))
        }
    }
}
