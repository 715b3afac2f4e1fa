//! What is known of the image that a setting names.

use super::{LaunchWarning, ResolveError, TraceStep, Witness};
use atlas_base::Timestamp;
use atlas_image::{
    DeclaredGuest, ImageRecord, ImageRecordId, Lifecycle, Nearest, Records, guest_warning,
    nearest_or_opened,
};
use atlas_image_id::{CloudLocation, ImageId, Stability};
use atlas_mci::{Fit, InstanceTypes, Setting};
use atlas_scope::Scope;

/// What a decision about one image depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImageAsk<'a> {
    pub(crate) records: Records<'a>,
    /// What is told of the guest where no record is seen.
    pub(crate) told: Option<&'a DeclaredGuest>,
    pub(crate) types: &'a InstanceTypes,
    pub(crate) viewer: &'a Scope,
    pub(crate) now: Timestamp,
}

/// What is known of an image that may be launched.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownInside {
    /// The record of the image, the nearest that the viewer sees.
    pub(crate) record: Option<ImageRecordId>,
    /// How a server of it is reached.
    pub(crate) guest: DeclaredGuest,
}

impl ImageAsk<'_> {
    /// The records of an image that the viewer sees; the nearest counts (ours).
    pub(crate) fn found(&self, served_by: &CloudLocation, image: &ImageId) -> Option<Nearest<'_>> {
        // A record of an id that is common to all regions stands at the cloud alone (Scalr; I02).
        let placed = image.record_location(served_by);
        let at = placed.as_ref().map_or(served_by, |placed| &placed.location);
        let known_as = image.at_place();
        let fitting =
            |record: &&ImageRecord| record.location() == at && record.image_id() == &*known_as;
        let Records { held, opened, .. } = self.records;
        let (held, opened) = (held.iter().filter(fitting), opened.iter().filter(fitting));
        nearest_or_opened(held, opened, self.viewer)
    }

    /// Judges the image by the record that counts, if there is one.
    pub(crate) fn known(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        warnings: &mut Vec<LaunchWarning>,
        witness: Witness<'_>,
    ) -> Result<KnownInside, ResolveError> {
        let (image, viewer) = (setting.image(), self.viewer);
        if image.stability() == Stability::Moving {
            warnings.push(LaunchWarning::MovingId {
                image: image.clone(),
            });
        }
        let Some(found) = self.found(served_by, image) else {
            witness(&|| TraceStep::NoRecord {
                image: image.clone(),
                viewer: viewer.clone(),
            });
            warnings.push(LaunchWarning::Unregistered {
                image: image.clone(),
            });
            let (guest, _) = self.guest(None);
            tell(&guest, witness);
            return Ok(KnownInside {
                record: None,
                guest,
            });
        };
        let record = found.record;
        witness(&|| TraceStep::Record {
            record: record.id(),
            scope: record.scope().clone(),
            shadows: found
                .shadows
                .iter()
                .map(|record| record.scope().clone())
                .collect(),
        });
        if !record.lifecycle().is_usable() {
            return Err(ResolveError::ImageUnusable {
                image: image.clone(),
                location: served_by.clone(),
                state: record.lifecycle().as_str(),
            });
        }
        if let Lifecycle::Deprecated {
            reason,
            replacement,
            from,
        } = record.lifecycle()
            && *from <= self.now
        {
            warnings.push(LaunchWarning::ImageDeprecated {
                record: record.id(),
                reason: reason.as_ref().map(ToString::to_string),
                replacement: *replacement,
            });
        }
        self.judge(served_by, setting, record, warnings, &mut *witness)?;
        let (guest, unknown) = self.guest(Some(record));
        tell(&guest, witness);
        warnings.extend(unknown);
        Ok(KnownInside {
            record: Some(record.id()),
            guest,
        })
    }

    /// How a server of the image is reached, by the record that counts, and what nobody said of it
    /// (Symphony).
    pub(crate) fn guest(
        &self,
        record: Option<&ImageRecord>,
    ) -> (DeclaredGuest, Option<LaunchWarning>) {
        let Some(record) = record else {
            return (self.told.cloned().unwrap_or_default(), None);
        };
        let unknown = guest_warning(record, self.records.audience(record));
        let unknown = unknown.map(LaunchWarning::Guest);
        (DeclaredGuest::of(record), unknown)
    }

    /// Whether the instance type takes the image (RightScale: 32-bit and 64-bit types).
    fn judge(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        record: &ImageRecord,
        warnings: &mut Vec<LaunchWarning>,
        witness: Witness<'_>,
    ) -> Result<(), ResolveError> {
        let architecture = record.architecture();
        let fit = self.types.judge_setting(served_by, setting, architecture)?;
        if let (Some(instance_type), Some(architecture)) = (setting.instance_type(), architecture) {
            witness(&|| TraceStep::InstanceType {
                instance_type: instance_type.clone(),
                architecture,
                verdict: fit.clone(),
            });
        }
        if let Fit::Late(late) = fit {
            warnings.push(LaunchWarning::LateFit(late));
        }
        Ok(())
    }
}

/// Shows whoever asks why how a server is reached, as far as anybody said (Symphony).
fn tell(guest: &DeclaredGuest, witness: Witness<'_>) {
    if !guest.is_empty() {
        witness(&|| TraceStep::Guest {
            guest: guest.clone(),
        });
    }
}
