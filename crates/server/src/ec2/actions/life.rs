//! The life of images: deregistered, disabled, deprecated, protected.

use super::describe::unfinished;
use crate::ec2::{
    asking::{Answer, Asking},
    fault::About,
};
use atlas_ec2::{
    DeletedSnapshot, DeregisterImage, DisableImage, DisableImageDeprecation,
    DisableImageDeregistrationProtection, Ec2Error, EnableImage, EnableImageDeprecation,
    EnableImageDeregistrationProtection, ErrorCode, ImageDeregistered, ImageRef,
};
use cloud_atlas::{
    Error, Retention, SnapshotFate,
    base::Timestamp,
    image::{ImageRecordId, LifeError},
};

/// Answers `DeregisterImage`: the record goes to the recycle bin, unless something refers to it (E08).
/// What the repository makes or could not make has none, and goes with what there is of it.
pub(in crate::ec2) async fn deregister(
    asking: &Asking<'_>,
    ask: DeregisterImage,
) -> Result<Answer, Ec2Error> {
    let id = ask.image_id.as_str();
    let with_snapshots = ask.delete_associated_snapshots;
    let image = match asking.owned(&ask.image_id).await {
        Err(missing) if missing.code() == ErrorCode::InvalidAmiIdNotFound => {
            return Box::pin(give_up(asking, &ask, missing)).await;
        }
        owned => owned?,
    };
    asking.before(image.record.scope()).await?;
    let (record, keep) = (image.record.id(), Retention::default());
    let done = asking
        .session
        .deregister_image(record, asking.scope(), None, keep, with_snapshots);
    let done = done
        .await
        .map_err(|error| asking.told(&error, About::Image(id)))?;
    let snapshots = done
        .snapshots
        .iter()
        .map(|(snapshot, fate)| DeletedSnapshot {
            snapshot_id: snapshot.as_str(),
            return_code: match fate {
                SnapshotFate::Deleted => "success",
                SnapshotFate::InUse(_) => "skipped",
                _ => "client-error",
            },
        });
    Ok(asking.answer(&ImageDeregistered {
        is_done: true,
        snapshots: with_snapshots.then(|| snapshots.collect()),
    }))
}

/// Gives an image up that is being made or failed; any other is missing.
async fn give_up(
    asking: &Asking<'_>,
    ask: &DeregisterImage,
    missing: Ec2Error,
) -> Result<Answer, Ec2Error> {
    let Some(image) = unfinished(asking, &ask.image_id).await? else {
        return Err(missing);
    };
    let needs = "DeregisterImage:unfinished";
    asking.before_attribute(needs, &image.scope).await?;
    let gone = asking
        .session
        .delete_disk_image(image.id, asking.scope(), None);
    gone.await
        .map_err(|error| asking.told(&error, About::Image(ask.image_id.as_str())))?;
    Ok(asking.answer(&ImageDeregistered {
        is_done: true,
        snapshots: ask.delete_associated_snapshots.then(Vec::new),
    }))
}

/// Answers `DisableImage`; one that is disabled stays so (AWS).
pub(in crate::ec2) async fn disable(
    asking: &Asking<'_>,
    ask: DisableImage,
) -> Result<Answer, Ec2Error> {
    let record = owned(asking, &ask.image_id).await?;
    let done = asking
        .session
        .disable_image(record, asking.scope(), None)
        .await;
    step(asking, &ask.image_id, done)
}

/// Answers `EnableImage`; one that can be launched stays so (AWS).
pub(in crate::ec2) async fn enable(
    asking: &Asking<'_>,
    ask: EnableImage,
) -> Result<Answer, Ec2Error> {
    let record = owned(asking, &ask.image_id).await?;
    let done = asking.session.enable_image(record, asking.scope()).await;
    step(asking, &ask.image_id, done)
}

/// Answers `EnableImageDeprecation`; another date takes the place of the one before (AWS).
pub(in crate::ec2) async fn deprecate(
    asking: &Asking<'_>,
    ask: EnableImageDeprecation,
) -> Result<Answer, Ec2Error> {
    let at = deprecate_at(ask.deprecate_at, asking.now)?;
    let image = asking.owned(&ask.image_id).await?;
    asking.before(image.record.scope()).await?;
    let (record, scope) = (image.record.id(), asking.scope());
    let done = asking.session.deprecate_image_anew(record, scope, at);
    let done = done
        .await
        .map_err(|error| asking.told(&error, About::Image(ask.image_id.as_str())));
    done.map(|_| asking.done())
}

/// Answers `DisableImageDeprecation`; where there is no date there is none to take back (AWS).
pub(in crate::ec2) async fn undeprecate(
    asking: &Asking<'_>,
    ask: DisableImageDeprecation,
) -> Result<Answer, Ec2Error> {
    let record = owned(asking, &ask.image_id).await?;
    let done = asking
        .session
        .undeprecate_image(record, asking.scope())
        .await;
    step(asking, &ask.image_id, done)
}

/// Answers `EnableImageDeregistrationProtection`.
pub(in crate::ec2) async fn protect(
    asking: &Asking<'_>,
    ask: EnableImageDeregistrationProtection,
) -> Result<Answer, Ec2Error> {
    let record = owned(asking, &ask.image_id).await?;
    let done = asking
        .session
        .protect_image(record, asking.scope(), ask.with_cooldown)
        .await;
    step(asking, &ask.image_id, done)
}

/// Answers `DisableImageDeregistrationProtection`.
pub(in crate::ec2) async fn unprotect(
    asking: &Asking<'_>,
    ask: DisableImageDeregistrationProtection,
) -> Result<Answer, Ec2Error> {
    let record = owned(asking, &ask.image_id).await?;
    let done = asking.session.unprotect_image(record, asking.scope()).await;
    step(asking, &ask.image_id, done)
}

/// The record of an image of the caller's, with which something is to be done that is more than tried.
async fn owned(asking: &Asking<'_>, id: &ImageRef) -> Result<ImageRecordId, Ec2Error> {
    let image = asking.owned(id).await?;
    asking.before(image.record.scope()).await?;
    Ok(image.record.id())
}

/// What has become of a step; one that was taken before is no mistake.
fn step<T>(asking: &Asking<'_>, id: &ImageRef, done: Result<T, Error>) -> Result<Answer, Ec2Error> {
    match done {
        Ok(_) | Err(Error::Life(LifeError::Already { .. } | LifeError::NotIn { .. })) => {
            Ok(asking.done())
        }
        Err(error) => Err(asking.told(&error, About::Image(id.as_str()))),
    }
}

const MINUTE: i64 = 60_000_000;
/// AWS: ten years; ours: of 366 days.
const LONGEST: i64 = 10 * 366 * 24 * 60 * MINUTE;

/// To the nearest minute, and ahead (AWS).
fn deprecate_at(asked: Timestamp, now: Timestamp) -> Result<Timestamp, Ec2Error> {
    let (asked_at, now) = (asked.as_micros(), now.as_micros());
    let refuse = || {
        let message = "The deprecation time must be in the future and at most 10 years from now.";
        Ec2Error::invalid_value(message)
    };
    if asked_at < now || asked_at > now.saturating_add(LONGEST) {
        return Err(refuse());
    }
    let minute = asked_at.saturating_add(MINUTE / 2) / MINUTE * MINUTE;
    Timestamp::from_micros(minute).ok_or_else(refuse)
}
