//! Snapshots: told of, and forgotten.

use crate::ec2::{
    asking::{Answer, Asking},
    double::tags,
    fault::About,
    listing::Part,
};
use atlas_ec2::{
    DeleteSnapshot, DescribeSnapshotAttribute, DescribeSnapshots, Ec2Error, Filters, Owner,
    SnapshotAttribute, SnapshotAttributeDescribed, SnapshotField, SnapshotItem, SnapshotRef,
    SnapshotsDescribed,
};
use cloud_atlas::{
    Error, PageCursor, Paging, SnapshotQuery,
    image::{CloudText, ImageDescription, SnapshotError, SnapshotId, SnapshotRecord},
    scope::AccountNumber,
};
use core::num::NonZeroU32;

/// What EC2 names where a snapshot is of no volume.
const NO_VOLUME: &str = "vol-ffffffff";

/// `DescribeSnapshots`: those of the project of the caller, which nobody else sees.
pub(crate) async fn describe(
    asking: &Asking<'_>,
    ask: DescribeSnapshots,
) -> Result<Answer, Ec2Error> {
    let filters = Filters::<SnapshotField>::read(&ask.filters)?;
    let part = Part::of(asking, ask.page_size()?, ask.next_token.as_deref())?;
    asking.before(asking.scope()).await?;
    let owner = asking.account();
    let is_mine = |asked: &[Owner]| asked.is_empty() || asked.iter().any(|one| mine(one, owner));
    let holds = |record: &SnapshotRecord| {
        is_mine(&ask.owners) && is_mine(&ask.restorable_by) && filters.hold(&item(record, owner))
    };
    let (records, next_token) = if ask.snapshot_ids.is_empty() {
        listed(asking, &part, &holds).await?
    } else {
        let mut found = named(asking, &ask.snapshot_ids).await?;
        found.retain(|record| holds(record));
        let found = part.rest(found.into_iter(), |record| record.id.as_str())?;
        part.cut(found, |record| record.id.as_str())
    };
    let snapshots = records.iter().map(|record| item(record, owner)).collect();
    Ok(asking.answer(&SnapshotsDescribed {
        snapshots,
        next_token,
    }))
}

/// Whether an owner that is asked for is the account of the caller.
fn mine(asked: &Owner, account: AccountNumber) -> bool {
    match asked {
        Owner::Myself => true,
        Owner::Account(number) => *number == account,
        _ => false,
    }
}

/// A page of all of them.
async fn listed(
    asking: &Asking<'_>,
    part: &Part,
    holds: &(dyn Fn(&SnapshotRecord) -> bool + Send + Sync),
) -> Result<(Vec<SnapshotRecord>, Option<String>), Ec2Error> {
    let mut query = SnapshotQuery::new(asking.scope().clone());
    query.location = Some(asking.location.clone());
    let after = part.after().map(PageCursor::parse).transpose();
    let after = after.map_err(|_| Ec2Error::invalid_next_token())?;
    let size = part.size().unwrap_or(Paging::MOST);
    let mut paging = Paging::of(size).after(after);
    let mut records = Vec::new();
    loop {
        let page = asking.session.snapshots(&query, &paging, holds).await;
        let page = page.map_err(|error| match error {
            Error::Cursor(_) => Ec2Error::invalid_next_token(),
            error => asking.told(&error, About::Request),
        })?;
        let following = page.following();
        records.extend(page.items);
        match (following, part.size()) {
            (Some(next), None) => paging = next,
            (next, _) => {
                let next = next.and_then(|next| next.after);
                let next = next.map(|cursor| part.token(&cursor.to_string()));
                return Ok((records, next));
            }
        }
    }
}

/// Those of the ids that a request names.
///
/// # Errors
///
/// One of them is not there.
pub(super) async fn named(
    asking: &Asking<'_>,
    asked: &[SnapshotRef],
) -> Result<Vec<SnapshotRecord>, Ec2Error> {
    let missing = |at: usize| {
        let id = asked.get(at).map_or("", SnapshotRef::as_str);
        Ec2Error::snapshot_not_found(id)
    };
    let ids = asked.iter().enumerate();
    let ids = ids.map(|(at, id)| SnapshotId::parse(id.as_str()).map_err(|_| missing(at)));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let (session, location) = (&asking.session, &asking.location);
    let found = session.look_up_snapshots(location, &ids, asking.scope());
    let found = found.await;
    let found = found.map_err(|error| asking.told(&error, About::Request))?;
    let found = found.into_iter().enumerate();
    found
        .map(|(at, record)| record.ok_or_else(|| missing(at)))
        .collect()
}

/// A snapshot as EC2 tells it. What has a record is there, so it is whole.
fn item(record: &SnapshotRecord, owner_id: AccountNumber) -> SnapshotItem<'_> {
    SnapshotItem {
        snapshot_id: record.id.as_str(),
        volume_id: record.volume.as_ref().map_or(NO_VOLUME, CloudText::as_str),
        status: "completed",
        status_message: None,
        start_time: record.created,
        progress: "100%",
        owner_id,
        owner_alias: None,
        description: record
            .description
            .as_ref()
            .map_or("", ImageDescription::as_str),
        volume_size: record.size_gb.map(NonZeroU32::get),
        encrypted: record.encrypted,
        kms_key_id: None,
        storage_tier: Some("standard"),
        tags: tags(&record.labels),
    }
}

/// `DescribeSnapshotAttribute`: nobody else makes volumes of a snapshot, and none has a product code.
pub(crate) async fn describe_attribute(
    asking: &Asking<'_>,
    ask: DescribeSnapshotAttribute,
) -> Result<Answer, Ec2Error> {
    named(asking, core::slice::from_ref(&ask.snapshot_id)).await?;
    asking.before(asking.scope()).await?;
    let wants = |attribute| ask.attribute == attribute;
    Ok(asking.answer(&SnapshotAttributeDescribed {
        snapshot_id: ask.snapshot_id.as_str(),
        product_codes: wants(SnapshotAttribute::ProductCodes).then(Vec::new),
        create_volume_permissions: wants(SnapshotAttribute::CreateVolumePermission).then(Vec::new),
    }))
}

/// `DeleteSnapshot`.
pub(crate) async fn delete(asking: &Asking<'_>, ask: DeleteSnapshot) -> Result<Answer, Ec2Error> {
    let asked = ask.snapshot_id.as_str();
    // It has to be there before the caller is told that it would go.
    let found = named(asking, core::slice::from_ref(&ask.snapshot_id)).await?;
    asking.before(asking.scope()).await?;
    let (session, location) = (&asking.session, &asking.location);
    for record in found {
        let deleted = session.delete_snapshot(location, &record.id, asking.scope());
        deleted.await.map_err(|error| match &error {
            Error::NotFound(_) => Ec2Error::snapshot_not_found(asked),
            Error::Snapshot(SnapshotError::InUse { images, .. }) => {
                let user = images.first().map(ToString::to_string);
                Ec2Error::snapshot_in_use(asked, &user.unwrap_or_default())
            }
            error => asking.told(error, About::Request),
        })?;
    }
    Ok(asking.done())
}
