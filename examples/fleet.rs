//! The main job on real data: eight releases of Fedora CoreOS of 2026 become versioned MultiCloud
//! Images in an embedded store, and every location resolves to one exact image.
//!
//! Run it with `cargo run --example fleet`. It works in a temporary folder and leaves nothing.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example reads its data, takes the time and talks to a person"
)]

use cloud_atlas::{
    AddCredential, Atlas, ImportOptions, ImportReport, LaunchSubject, Paging, Session,
    history::RevisionNumber,
    image_id::Cloud,
    mci::InstanceType,
    scope::Scope,
    streams,
    template::{LaunchPlan, Reference, Selector},
};
use std::{collections::BTreeSet, error::Error, fs, path::Path, time::Instant};

type Done = Result<(), Box<dyn Error>>;

/// The releases, as `atlas export stream` wrote them: see data/README.md.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/fedora-coreos");

fn main() -> Done {
    pollster::block_on(run())
}

async fn run() -> Done {
    let folder = tempfile::tempdir()?;
    let store = format!("redb:{}", folder.path().join("fleet.redb").display());
    let atlas = Atlas::init(&store).await?;
    let admin = atlas.act_as(&"admin".parse()?);
    let scope: Scope = "/acme".parse()?;
    admin.add_scope(&scope).await?;

    add_credentials(&admin, &scope).await?;
    import_releases(&admin, &scope).await?;
    let x86: Reference = "fedora-coreos-x86_64".parse()?;
    let arm: Reference = "fedora-coreos-aarch64".parse()?;
    println!("\n3. Coverage: where each release can be launched");
    let coverage = admin.coverage(&[x86.clone(), arm.clone()], &scope).await?;
    print!("{}", coverage.picture(80));
    show_change(&admin, &scope, &x86).await?;
    resolve_everything(&admin, &scope, &[x86.clone(), arm]).await?;
    lock(&admin, &scope, &x86, &folder.path().join("fleet.lock.json")).await
}

async fn add_credentials(admin: &Session, scope: &Scope) -> Done {
    println!("1. Credentials: an image is registered only where one for its cloud reaches");
    for (cloud, secret) in [
        (Cloud::Aws, "vault:acme/aws"),
        (Cloud::Gcp, "vault:acme/gcp"),
    ] {
        let name = cloud.as_str().parse()?;
        let credential = AddCredential::new(scope.clone(), cloud, name, secret.parse()?);
        admin.add_credential(credential).await?;
        println!("   {:<4} (the secret stays at {secret})", cloud.as_str());
    }
    Ok(())
}

async fn import_releases(admin: &Session, scope: &Scope) -> Done {
    println!("\n2. Import: every image a record, every release a revision");
    let started = Instant::now();
    let report = import(admin, scope).await?;
    for release in &report.releases {
        let name = format!("{} {}", release.stream, release.release);
        let revision = release.revision.map_or(0, RevisionNumber::get);
        let places = release.locations;
        println!(
            "   {name:<24} → {:<22} revision {revision}, {places} locations",
            release.mci
        );
    }
    let warnings: BTreeSet<_> = report.warnings.iter().map(ToString::to_string).collect();
    for warning in warnings {
        println!("   warning: {warning}");
    }
    println!(
        "   {} records in {:.1?}",
        report.registered,
        started.elapsed()
    );
    let again = import(admin, scope).await?;
    assert!(again.registered == 0 && again.releases.iter().all(|release| release.unchanged));
    println!("   the same import again: nothing changed");
    Ok(())
}

/// Reads the documents and imports them in one go.
async fn import(admin: &Session, scope: &Scope) -> Result<ImportReport, Box<dyn Error>> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(Path::new(DATA))? {
        let text = fs::read(entry?.path())?;
        documents.push(streams::parse(&text, &streams::Limits::default())?.document);
    }
    let mut options = ImportOptions::new(scope.clone(), "fedora-coreos".parse()?);
    options.commit = true;
    Ok(admin.import_streams(&documents, &options, &|_| {}).await?)
}

/// What changed between the last two revisions of the channel `stable`.
async fn show_change(admin: &Session, scope: &Scope, mci: &Reference) -> Done {
    println!("\n4. What the newest stable release changed");
    let log = admin.mci_log(mci, scope, &Paging::default()).await?;
    let stable = |message: &str| message.starts_with("stable ");
    let mut releases = log.items.iter().map(|entry| &entry.revision);
    let mut next = || releases.find(|revision| stable(revision.message().as_str()));
    let (Some(newest), Some(before)) = (next(), next()) else {
        return Err("the data has two stable releases at least".into());
    };
    let at = |number| mci.clone().at(Selector::Number(number));
    let diff = admin
        .mci_diff(&at(before.number()), &at(newest.number()), scope)
        .await?;
    let (diff, coverage) = (diff.diff, diff.report.coverage);
    println!("   {} → {}", before.message(), newest.message());
    let (other, gained, lost) = (
        diff.modified().len(),
        coverage.gained.len(),
        coverage.lost.len(),
    );
    println!("   {other} locations have another image, {gained} were gained, {lost} lost; such as");
    for row in diff
        .rows()
        .iter()
        .filter(|row| row.field == "image")
        .take(4)
    {
        let location = row
            .location
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let text = |side: &Option<String>| side.clone().unwrap_or_default();
        println!(
            "   {location:<19} {} → {}",
            text(&row.before),
            text(&row.after)
        );
    }
    Ok(())
}

async fn resolve_everything(admin: &Session, scope: &Scope, mcis: &[Reference]) -> Done {
    println!("\n5. Resolve: the exact image at every location, by channel");
    for mci in mcis {
        for channel in ["stable", "testing", "next"] {
            let reference = mci.clone().at(Selector::Channel(channel.parse()?));
            let subject = LaunchSubject::mci(reference.clone(), scope.clone());
            let matrix = admin.resolve_all(&subject).await?;
            let first = matrix.rows().first().ok_or("no locations")?;
            let launch = admin.resolve(&subject.at(first.location.clone())).await?;
            println!(
                "   {:<30} {} locations, such as {}",
                reference.to_string(),
                matrix.launched(),
                describe(&launch.plan)
            );
        }
    }
    Ok(())
}

fn describe(plan: &LaunchPlan) -> String {
    let instance_type = plan.instance_type.as_ref().map_or("", InstanceType::as_str);
    format!("{} {} as {instance_type}", plan.location, plan.image)
}

async fn lock(admin: &Session, scope: &Scope, mci: &Reference, path: &Path) -> Done {
    println!("\n6. Lock: the same answer for ever");
    let stable = mci.clone().at(Selector::Channel("stable".parse()?));
    let lock = admin.lock(&stable, scope, None).await?;
    fs::write(path, lock.to_text()?)?;
    let (places, digest) = (lock.locations().len(), lock.revision_digest().short());
    println!(
        "   {places} locations of revision {} ({digest})",
        lock.revision()
    );
    for line in fs::read_to_string(path)?.lines().take(12) {
        println!("   {line}");
    }
    println!("   …");
    Ok(())
}
