//! A fleet of image records that a generator makes, as lines of a file: always the same for a
//! number.

use crate::{CACHE_MIB, Fault};
use cloud_atlas::{
    AddCredential, Atlas, RegisterImage, Session,
    image::{BulkFormat, BulkLimits, BulkReader},
    image_id::Cloud,
    scope::{Role, Scope},
};
use pollster::block_on;
use std::path::Path;

/// Environments of each account.
pub(crate) const ENVIRONMENTS: u64 = 10;
/// Who may look at the first account and at nothing else.
pub(crate) const OBSERVER: &str = "dana";
const FAMILIES: [&str; 5] = ["ubuntu", "debian", "fedora-coreos", "rhel", "amazon-linux"];
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-central-1", "ap-south-1"];
const ROLES: [&str; 4] = ["web", "database", "builder", "bastion"];
const ARCHITECTURES: [&str; 2] = ["x86_64", "arm64"];
/// The most image records of a commit.
const BATCH: usize = 2_000;

/// How many accounts and images there are. The first environment of the first account has many of
/// them, so that filters have something to choose from; all others have equally many.
pub(crate) struct Fleet {
    accounts: u64,
    large: u64,
    pub(crate) images: u64,
}

impl Fleet {
    pub(crate) fn new(accounts: u64, large: u64, images: u64) -> Self {
        Self {
            accounts,
            large,
            images,
        }
    }

    /// The environment that has many.
    pub(crate) fn large() -> Result<Scope, Fault> {
        Ok(environment(0, 0).parse()?)
    }

    /// One that has as many as the others, of the same account.
    pub(crate) fn ordinary() -> Result<Scope, Fault> {
        Ok(environment(0, 1).parse()?)
    }

    /// Where the image of a number is registered.
    fn scope(&self, number: u64) -> String {
        let Some(rest) = number.checked_sub(self.large) else {
            return environment(0, 0);
        };
        let each = (self.images - self.large) / self.accounts;
        environment(rest / each, rest % ENVIRONMENTS)
    }

    /// Makes a store of all of it, and says how to open it.
    pub(crate) fn make(&self, folder: &Path) -> Result<String, Fault> {
        let path = folder.join("fleet.redb");
        let url = format!("redb:{}?cache={CACHE_MIB}MiB", path.display());
        // Making it may take more memory than what is measured afterwards.
        let wide = format!("redb:{}?cache=2GiB", path.display());
        let admin = block_on(Atlas::init(&wide))?.act_as(&"admin".parse()?);
        block_on(async {
            for account in 0..self.accounts {
                furnish(&admin, account).await?;
            }
            let observer = OBSERVER.parse()?;
            admin.add_principal(&observer).await?;
            let account: Scope = account(0).parse()?;
            admin
                .grant(&observer, &Role::OBSERVER, &account, None)
                .await?;
            Ok::<_, Fault>(())
        })?;
        let mut number = 0;
        while number < self.images {
            let end = self.images.min(number + u64::try_from(BATCH)?);
            let lines: Vec<_> = (number..end)
                .map(|number| line(number, &self.scope(number)))
                .collect();
            let requests = requests(lines.concat().as_bytes(), &Scope::global())?;
            block_on(admin.register_images(requests))?;
            number = end;
        }
        Ok(url)
    }
}

fn account(number: u64) -> String {
    format!("/account-{number}")
}

pub(crate) fn environment(account_number: u64, number: u64) -> String {
    format!("{}/env-{number}", account(account_number))
}

/// Makes an account with its credentials and its environments.
pub(crate) async fn furnish(admin: &Session, number: u64) -> Result<(), Fault> {
    let account: Scope = account(number).parse()?;
    admin.add_scope(&account).await?;
    for cloud in [Cloud::Aws, Cloud::Gcp] {
        let name = cloud.as_str().parse()?;
        let credential = AddCredential::new(account.clone(), cloud, name, "vault:fleet".parse()?);
        admin.add_credential(credential).await?;
    }
    for nth in 0..ENVIRONMENTS {
        admin.add_scope(&environment(number, nth).parse()?).await?;
    }
    Ok(())
}

/// The image of a number, as a line of a file: most are AMIs, every fifth is of Google's cloud.
pub(crate) fn line(number: u64, scope: &str) -> String {
    let nth = |names: &[&'static str], of: u64| {
        let count = u64::try_from(names.len()).unwrap_or(1);
        let at = usize::try_from(of % count).unwrap_or_default();
        names.get(at).copied().unwrap_or_default()
    };
    // Everything that filters ask for comes in no order, and independently of the rest.
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = mixed ^ (mixed >> 29);
    let (location, image) = if mixed % 5 == 4 {
        let image = format!("projects/team-images/global/images/image-{number}");
        ("gcp".to_owned(), image)
    } else {
        let region = nth(&REGIONS, mixed >> 8);
        let image = format!("ami-0{:010x}{:06x}", mixed >> 24, number);
        (format!("aws/{region}"), image)
    };
    let family = nth(&FAMILIES, mixed >> 16);
    let generation = 20 + (mixed >> 24) % 7;
    let version = format!("{generation}.{}", (mixed >> 32) % 100);
    let architecture = nth(&ARCHITECTURES, mixed >> 40);
    let role = nth(&ROLES, mixed >> 48);
    let line = serde_json::json!({
        "scope": scope,
        "location": location,
        "image": image,
        "name": format!("{family} {version} build {number} {architecture}"),
        "os": format!("{family}/{generation}/{version}"),
        "architecture": architecture,
        "agent": "installed",
        "size_gb": 8 + mixed % 60,
        "tags": [format!("team:role={role}")],
    });
    format!("{line}\n")
}

/// The requests of a file, read as the command reads it.
pub(crate) fn requests(file: &[u8], scope: &Scope) -> Result<Vec<RegisterImage>, Fault> {
    let format = BulkFormat::detect(file);
    let lines = BulkReader::new(file, format, scope.clone(), BulkLimits::default())?;
    lines.map(|line| Ok(line.read?)).collect()
}
