//! The main job on real data: eight releases of Fedora CoreOS of 2026 become versioned MultiCloud
//! Images in an embedded store, and every location resolves to one exact image.
//!
//! Run it with `cargo run --example fleet`. It works in a temporary folder and leaves nothing.

use cloud_atlas::{
    AddCredential, Atlas, ImportOptions, ImportReport, Session,
    image_id::Cloud,
    mci::InstanceDefaults,
    scope::Scope,
    streams,
    template::{Reference, Selector},
};
use std::{error::Error, fs, path::Path, time::Instant};

/// The releases, as `atlas export stream` wrote them: see data/README.md.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/fedora-coreos");

fn main() -> Result<(), Box<dyn Error>> {
    pollster::block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = format!("redb:{}", folder.path().join("fleet.redb").display());
    let atlas = Atlas::init(&url).await?;
    let admin = atlas.act_as(&"admin".parse()?);
    let scope: Scope = "/acme".parse()?;
    admin.add_scope(&scope).await?;

    heading("1. Credentials: an image is registered only where a credential for its cloud reaches");
    for (cloud, secret) in [
        (Cloud::Aws, "vault:acme/aws"),
        (Cloud::Gcp, "vault:acme/gcp"),
    ] {
        let name = cloud.as_str().parse()?;
        let credential = AddCredential::new(scope.clone(), cloud, name, secret.parse()?);
        admin.add_credential(credential).await?;
        println!("   {:<4} (the secret stays at {secret})", cloud.as_str());
    }

    heading("2. Import: every image a record, every release a revision");
    let started = Instant::now();
    let report = import(&admin, &scope).await?;
    print_report(&report);
    println!(
        "   {} records in {:.1?}",
        report.registered,
        started.elapsed()
    );
    let again = import(&admin, &scope).await?;
    assert!(again.registered == 0 && again.releases.iter().all(|release| release.unchanged));
    println!("   the same import again: nothing changed");

    heading("3. Coverage: where each release can be launched");
    let lanes: Vec<Reference> = vec![
        "fedora-coreos-x86_64".parse()?,
        "fedora-coreos-aarch64".parse()?,
    ];
    println!("{}", admin.coverage(&lanes, &scope).await?);

    heading("4. What the newest stable release changed");
    let log = admin.mci_log(&lanes[0], &scope).await?;
    let stable: Vec<_> = log
        .iter()
        .filter(|entry| entry.revision.message().as_str().starts_with("stable "))
        .collect();
    let [newest, before, ..] = stable.as_slice() else {
        return Err("two stable releases".into());
    };
    let at = |number| lanes[0].clone().at(Selector::Number(number));
    let (old, new) = (at(before.revision.number()), at(newest.revision.number()));
    let diff = admin.mci_diff(&old, &new, &scope).await?;
    println!(
        "   {} → {}",
        before.revision.message(),
        newest.revision.message()
    );
    println!(
        "   {} locations have another image, {} were gained, {} lost; for example",
        diff.modified().len(),
        diff.gained().len(),
        diff.lost().len(),
    );
    for row in diff
        .rows()
        .iter()
        .filter(|row| row.field == "image")
        .take(4)
    {
        let location = row
            .location
            .as_ref()
            .map_or("", |location| location.as_str());
        let (before, after) = (
            row.before.as_deref().unwrap_or("-"),
            row.after.as_deref().unwrap_or("-"),
        );
        println!("   {location:<15} {before} → {after}");
    }

    heading("5. Resolve: the exact image at every location, by channel");
    for lane in &lanes {
        for channel in ["stable", "testing", "next"] {
            let reference = lane.clone().at(Selector::Channel(channel.parse()?));
            let plans = admin.resolve_all(&reference, &scope).await?;
            let Some(plan) = plans.first() else {
                return Err("no plan".into());
            };
            let (name, revision) = (
                reference.to_string(),
                plan.revision.map_or(0, |number| number.get()),
            );
            println!(
                "   {name:<30} revision {revision}: {} locations, e.g. {} {} as {}",
                plans.len(),
                plan.location,
                plan.image,
                plan.instance_type.as_ref().map_or("-", |t| t.as_str()),
            );
        }
    }

    heading("6. Lock: the same answer for ever");
    let path = folder.path().join("fleet.lock.json");
    let stable = lanes[0].clone().at(Selector::Channel("stable".parse()?));
    let lock = admin.lock(&stable, &scope, &[]).await?;
    fs::write(&path, lock.to_text()?)?;
    println!(
        "   {} locations of revision {} ({})",
        lock.locations().len(),
        lock.revision(),
        lock.revision_digest().short()
    );
    let text = fs::read_to_string(&path)?;
    for line in text.lines().take(12) {
        println!("   {line}");
    }
    println!("   …");
    Ok(())
}

/// Reads the documents and imports them in one go.
async fn import(session: &Session, scope: &Scope) -> Result<ImportReport, Box<dyn Error>> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(Path::new(DATA))? {
        let text = fs::read(entry?.path())?;
        documents.push(streams::parse(&text, &streams::Limits::default())?.document);
    }
    let options = ImportOptions {
        scope: scope.clone(),
        name: "fedora-coreos".parse()?,
        commit: true,
        instance_types: InstanceDefaults::default(),
    };
    Ok(session
        .import_streams(&documents, &options, &|_| {})
        .await?)
}

fn print_report(report: &ImportReport) {
    for release in &report.releases {
        let revision = release.revision.map_or(0, |number| number.get());
        println!(
            "   {:<8} {:<16} → {:<22} revision {revision}, {} locations",
            release.stream, release.release, release.mci, release.locations,
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    for warning in report.warnings.iter().map(ToString::to_string) {
        if seen.insert(warning.clone()) {
            println!("   warning: {warning}");
        }
    }
}

fn heading(text: &str) {
    println!("\n{text}");
}
