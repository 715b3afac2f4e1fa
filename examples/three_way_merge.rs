//! Downstream follows upstream on real data: the images of Fedora CoreOS are cloned, two regions are
//! pinned, tags and user data are added; upstream moves on three releases; a merge takes upstream's
//! changes and keeps downstream's, and asks about the one region that both changed.
//!
//! Run it with `cargo run --example three_way_merge`. It keeps everything in memory.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example reads its data and talks to a person"
)]

use cloud_atlas::{
    AddCredential, Atlas, CloneMci, Error as AtlasError, GraphBounds, ImportOptions, LaunchRequest,
    MciMerge, MergeMci, Session,
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, MergePath, Setting, SettingPart, Side, Take, UserData},
    scope::Scope,
    streams,
    template::{Reference, Selector},
};
use std::{error::Error, fs, path::Path};

type Done = Result<(), Box<dyn Error>>;

/// The releases, as `atlas export stream` wrote them: see data/README.md.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/fedora-coreos");
/// Pinned here, and moved on by every release of upstream.
const BOTH: &str = "aws/eu-central-1";
/// Pinned here, where upstream has one image for all regions.
const OURS: &str = "gcp/europe-west3";
/// Where user data is added to upstream's image.
const BOOT: &str = "aws/us-east-1";

fn main() -> Done {
    pollster::block_on(run())
}

async fn run() -> Done {
    let atlas = Atlas::init("memory:").await?;
    let admin = atlas.act_as(&"admin".parse()?);
    let scope: Scope = "/acme".parse()?;
    admin.add_scope(&scope).await?;
    for cloud in [Cloud::Aws, Cloud::Gcp] {
        let (name, secret) = (cloud.as_str().parse()?, "vault:acme/cloud".parse()?);
        let credential = AddCredential::new(scope.clone(), cloud, name, secret);
        admin.add_credential(credential).await?;
    }
    let upstream: Reference = "fedora-coreos-x86_64".parse()?;
    let web: Reference = "web".parse()?;
    let releases = releases()?;
    let (first, next) = releases.split_at(3);

    println!("1. Upstream: three releases, a revision each");
    import(&admin, &scope, first).await?;

    println!("\n2. Downstream: a clone of revision 3 with images, tags and user data of its own");
    downstream(&admin, &scope, &upstream, &web).await?;

    println!("\n3. Upstream moves on three releases");
    import(&admin, &scope, next).await?;

    println!("\n4. Downstream merges the newest");
    let ask = MergeMci::new(web.clone(), upstream.clone(), scope.clone());
    let settled = ask_once(&admin, ask).await?;
    let revision = admin
        .commit_mci(
            &web,
            &scope,
            "take upstream's three releases".parse()?,
            None,
        )
        .await?;
    println!(
        "   committed as revision {}: {} parents",
        revision.number(),
        revision.parents().len()
    );
    assert_eq!(revision.parents().len(), 2);

    println!("\n5. What is launched now");
    show_launches(&admin, &scope, &upstream, &web).await?;

    println!("\n6. What the merge changed: upstream's changes and nothing else");
    let at = |number| web.clone().at(Selector::Number(number));
    let before = revision
        .parents()
        .first()
        .map(|parent| parent.revision.number);
    let before = before.ok_or("a merge has a revision before it")?;
    let compared = admin
        .mci_diff(&at(before), &at(revision.number()), &scope)
        .await?;
    for line in compared.unified().to_string().lines().take(14) {
        println!("   {line}");
    }
    println!("   …");
    assert_eq!(compared.diff.modified(), settled.diff.modified());

    println!("\n7. How it all came about");
    let drawn = admin
        .mci_graph(&web, &scope, GraphBounds::default())
        .await?;
    for line in drawn.graph.lanes(8).to_string().lines() {
        println!("   {line}");
    }
    Ok(())
}

/// Which image each side launches at a few places.
async fn show_launches(
    admin: &Session,
    scope: &Scope,
    upstream: &Reference,
    web: &Reference,
) -> Done {
    let mut whose = Vec::new();
    for place in [BOTH, OURS, BOOT, "aws/us-west-2"] {
        let at = |mci: &Reference| -> Result<_, Box<dyn Error>> {
            Ok(LaunchRequest::new(
                mci.clone(),
                place.parse()?,
                scope.clone(),
            ))
        };
        let here = &admin.resolve(&at(web)?).await?.plan;
        let theirs = &admin.resolve(&at(upstream)?).await?.plan;
        let side = if here.image == theirs.image {
            "theirs"
        } else {
            "ours"
        };
        let data = here
            .user_data
            .as_ref()
            .map_or("", |_| ", with our user data");
        println!("   {place:<17} {side:<7} {}{data}", here.image);
        whose.push(side);
    }
    assert_eq!(whose, ["ours", "ours", "theirs", "theirs"]);
    Ok(())
}

/// The stable releases, oldest first.
fn releases() -> Result<Vec<streams::StreamDocument>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(Path::new(DATA))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.to_string_lossy().contains("/stable-"));
    paths.sort();
    let read = |path| -> Result<_, Box<dyn Error>> {
        Ok(streams::parse(&fs::read(path)?, &streams::Limits::default())?.document)
    };
    paths.into_iter().map(read).collect()
}

async fn import(admin: &Session, scope: &Scope, releases: &[streams::StreamDocument]) -> Done {
    let mut options = ImportOptions::new(scope.clone(), "fedora-coreos".parse()?);
    options.commit = true;
    let report = admin.import_streams(releases, &options, &|_| {}).await?;
    let x86 = report
        .releases
        .iter()
        .filter(|release| release.mci.as_str().ends_with("x86_64"));
    for release in x86 {
        let number = release.revision.ok_or("each release is committed")?;
        println!(
            "   {} {} is {}@{number}",
            release.stream, release.release, release.mci
        );
    }
    Ok(())
}

async fn downstream(admin: &Session, scope: &Scope, upstream: &Reference, web: &Reference) -> Done {
    let third = upstream.clone().at(Selector::Number("3".parse()?));
    let mut ask = CloneMci::new(third, scope.clone());
    ask.name = Some("web".parse()?);
    let clone = admin.clone_mci(&ask).await?;
    println!("   {}", clone.advice());
    let held = clone.mci.content.settings();
    let boot = held
        .get(&BOOT.parse()?)
        .ok_or("upstream has an image there")?;
    let data = UserData::new(b"#!/bin/sh\nexec /usr/bin/join-fleet\n");
    let own = |image, kind: &str| -> Result<_, Box<dyn Error>> {
        Ok(Setting::new(image).with_instance_type(kind.parse()?))
    };
    let hardened = ImageId::parse(Cloud::Aws, "ami-0aaaabbbbccccdddd")?;
    let europe = ImageId::parse(
        Cloud::Gcp,
        "projects/acme-images/global/images/web-hardened-1",
    )?;
    let edits = vec![
        HeadEdit::set(BOTH.parse()?, own(hardened, "m7i.large")?),
        HeadEdit::set(OURS.parse()?, own(europe, "n2-standard-4")?),
        HeadEdit::set(BOOT.parse()?, boot.clone().with_user_data(data)),
        HeadEdit::AddTag("team:owner=web".parse()?),
    ];
    admin.edit_mci(web, scope, edits, None).await?;
    let message = "pin two regions, boot into the fleet".parse()?;
    let revision = admin.commit_mci(web, scope, message, None).await?;
    println!("   pinned {BOTH} and {OURS}, added user data at {BOOT} and a tag");
    println!("   committed as web@{}", revision.number());
    Ok(())
}

/// Merges: first as it comes, then with the one conflict settled for our image.
async fn ask_once(admin: &Session, mut ask: MergeMci) -> Result<MciMerge, Box<dyn Error>> {
    let open = match admin.merge_mci(&ask).await {
        Err(AtlasError::OpenConflicts(open)) => open,
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("both sides changed a region".into()),
    };
    println!("   {}", open.explanation);
    println!(
        "   nothing is merged yet, {} conflict is open:",
        open.conflicts.len()
    );
    for conflict in &open.conflicts {
        let row = conflict.row();
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        println!("   {}: {}", row.path, row.why);
        println!("     base   {}", text(row.base));
        println!("     ours   {}", text(row.ours));
        println!("     theirs {}", text(row.theirs));
    }
    assert_eq!(open.conflicts.len(), 1);
    let path = MergePath::Setting {
        location: BOTH.parse()?,
        part: SettingPart::Image,
    };
    println!("   settled: {path} stays ours");
    ask.choices = ask.choices.with(path, Take::Side(Side::Ours));
    let merged = admin.merge_mci(&ask).await?;
    println!(
        "   merged: {} locations changed, ours are kept",
        merged.diff.modified().len()
    );
    Ok(merged)
}
