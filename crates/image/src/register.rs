//! Registering an image.

mod error;
mod request;

pub(crate) use error::listed;
pub use error::{AlreadyRegistered, RegisterError};
pub use request::{RegisterImage, Via};

use crate::{
    AgentFacts, Audience, Credential, CredentialId, ImageName, ImageRecord, ImageRecordId,
    Lifecycle, Look, Protection, Verification, Warning, guest_warning, record::Fields,
};
use atlas_base::{Name, Timestamp};
use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId, Stability, VmwareImageId};
use atlas_scope::{PrincipalId, Scope, visible};
use std::collections::BTreeSet;

/// What [`register`] must know.
#[derive(Debug, Clone)]
pub struct RegisterFacts<'a> {
    /// The credentials of the scope, of those above it and of those below it.
    pub credentials: &'a [Credential],
    /// The records of the same image in the same location, wherever they are.
    pub same_image: &'a [ImageRecord],
    /// What an inventory of the cloud says of the image.
    pub look: Look,
    /// The id to give.
    pub id: ImageRecordId,
    /// Who registers.
    pub by: PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// A record to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The record.
    pub record: ImageRecord,
    /// What is worth saying about it.
    pub warnings: Vec<Warning>,
}

/// Decides whether an image may be registered, and makes its record.
///
/// Scalr: one record is one image in one location, registered at or below the scope of a
/// credential for its cloud. That the operating system is given by people and never guessed, and
/// which clouds need a name, is Scalr's too.
///
/// Scalr, `RightScale`: where an inventory knows the cloud, the image has to be there, and its size,
/// architecture and name fill in what the request leaves open. Where none was asked the record is
/// unverified.
///
/// # Errors
///
/// See [`RegisterError`].
pub fn register(
    mut request: RegisterImage,
    facts: &RegisterFacts<'_>,
) -> Result<Registered, RegisterError> {
    check_id(&request.image_id)?;
    let mut warnings = Vec::new();
    let location = place(&request, &mut warnings)?;
    request.image_id = request.image_id.at_place().into_owned();
    let credential = choose_credential(
        &location,
        &request.scope,
        request.credential.as_ref(),
        facts.credentials,
    )?;
    let verification = verify(&mut request, &location, facts)?;
    if request.name.is_none() {
        request.name = prefilled(&request.image_id);
    }
    check_words(&request)?;
    check_free(&request, &location, facts.same_image, &mut warnings)?;

    let agent = request.agent.unwrap_or_else(|| match request.via {
        Via::Form => AgentFacts::installed(),
        Via::Bulk | Via::Bundle | Via::Metadata | Via::Ec2 | Via::Repository | Via::Copy => {
            AgentFacts::Unknown
        }
    });
    if agent == AgentFacts::Absent {
        warnings.push(Warning::AgentMissing);
    }
    if request.os.is_none() {
        warnings.push(Warning::OsUnknown);
    }
    let by_default = request.via == Via::Form || request.scope.level().shares_by_default();
    let record = ImageRecord::new(Fields {
        id: facts.id,
        scope: request.scope,
        location,
        image_id: request.image_id,
        credential,
        name: request.name,
        description: request.description,
        os: request.os,
        architecture: request.architecture,
        size_gb: request.size_gb,
        agent,
        init_agent: request.init_agent,
        guest: request.guest,
        firmware: request.firmware,
        virtualization: request.virtualization,
        devices: request.devices,
        ec2: request.ec2,
        shared: request.shared.unwrap_or(by_default),
        lifecycle: Lifecycle::Active,
        origin: request.origin,
        verification,
        protection: Protection::Off,
        tags: request.tags,
        labels: request.labels,
        created: facts.now,
        created_by: facts.by.clone(),
    });
    let guest = guest_warning(&record, Audience::of(&record, &[]));
    warnings.extend(guest.map(Warning::Guest));
    Ok(Registered { record, warnings })
}

/// Whether the id names a machine image by itself.
fn check_id(image_id: &ImageId) -> Result<(), RegisterError> {
    let kind = image_id.kind();
    let image_id = image_id.clone();
    match (kind, image_id.stability()) {
        (IdKind::Kernel | IdKind::Ramdisk, _) => Err(RegisterError::NoMachineImage { image_id }),
        (IdKind::Legacy, _) => Err(RegisterError::Unreadable { image_id }),
        (_, Stability::NeedsDefault) => Err(RegisterError::NoProject { image_id }),
        (_, Stability::Fixed | Stability::Moving) => Ok(()),
    }
}

/// Where the record belongs.
fn place(
    request: &RegisterImage,
    warnings: &mut Vec<Warning>,
) -> Result<CloudLocation, RegisterError> {
    let placed = request.image_id.record_location(&request.location)?;
    let location = placed.location;
    if request.region_assumed {
        warnings.push(Warning::RegionAssumed {
            location: location.clone(),
        });
    }
    if placed.ignored {
        let (given, used) = (request.location.clone(), location.clone());
        warnings.push(Warning::LocationIgnored { given, used });
    }
    if request.image_id.stability() == Stability::Moving {
        warnings.push(Warning::MovingId {
            image_id: request.image_id.clone(),
        });
    }
    Ok(location)
}

/// Holds a request against what the inventory says, and fills in what it leaves open.
fn verify(
    request: &mut RegisterImage,
    location: &CloudLocation,
    facts: &RegisterFacts<'_>,
) -> Result<Verification, RegisterError> {
    let image_id = &request.image_id;
    match &facts.look {
        Look::Unasked => Ok(Verification::Unverified),
        Look::Missing if request.unverified && location.cloud() == Cloud::Vmware => {
            Ok(Verification::Unverified)
        }
        Look::Missing => Err(RegisterError::NotInCloud {
            image_id: image_id.clone(),
            location: location.clone(),
        }),
        Look::Found(image) if image.closed => Err(RegisterError::NoAccess {
            image_id: image_id.clone(),
            location: location.clone(),
        }),
        Look::Found(image) => {
            if let (Some(stated), Some(found)) = (request.architecture, image.architecture)
                && stated != found
            {
                return Err(RegisterError::OtherArchitecture {
                    image_id: image_id.clone(),
                    stated,
                    found,
                });
            }
            request.architecture = request.architecture.or(image.architecture);
            request.size_gb = request.size_gb.or(image.size_gb);
            request.name = request.name.take().or_else(|| image.name.clone());
            Ok(Verification::Verified { at: facts.now })
        }
    }
}

/// Which credential is used at a scope for a location: the one that was named, or the only one that
/// fits (Scalr). The image repository needs none (Symphony). `credentials` are those of the scope, of
/// those above it and of those below it.
///
/// # Errors
///
/// None fits, several do and none was named, or the one that was named does not.
pub fn choose_credential(
    location: &CloudLocation,
    scope: &Scope,
    named: Option<&Name>,
    credentials: &[Credential],
) -> Result<Option<CredentialId>, RegisterError> {
    if location.cloud() == Cloud::Local && named.is_none() {
        return Ok(None);
    }
    let fitting = fitting_credentials(location, scope, credentials);
    let told = || {
        fitting
            .iter()
            .map(|credential| credential.name().clone())
            .collect()
    };
    let (location, scope) = (location.clone(), scope.clone());
    match (named, fitting.as_slice()) {
        (Some(name), fitting) if !fitting.is_empty() || location.cloud() == Cloud::Local => {
            let found = fitting.iter().find(|credential| credential.name() == name);
            found
                .map(|credential| Some(credential.id()))
                .ok_or_else(|| {
                    let (name, fitting) = (name.clone(), told());
                    RegisterError::NoSuchCredential {
                        name,
                        location,
                        scope,
                        fitting,
                    }
                })
        }
        (_, []) => Err(RegisterError::NoCredential {
            possible: possible(credentials, &location, &scope),
            location,
            scope,
        }),
        (_, [only]) => Ok(Some(only.id())),
        (_, _) => Err(RegisterError::SeveralCredentials {
            fitting: told(),
            location,
            scope,
        }),
    }
}

/// The credentials that can be used at a scope for a location, the nearest first; a name stands for
/// the nearest that has it.
pub fn fitting_credentials<'a>(
    location: &CloudLocation,
    scope: &Scope,
    credentials: &'a [Credential],
) -> Vec<&'a Credential> {
    let mut fitting: Vec<_> = credentials
        .iter()
        .filter(|credential| credential.reaches(location, scope))
        .collect();
    // They lie on one branch, where the greater scope is the nearer one.
    fitting.sort_by(|a, b| b.scope().cmp(a.scope()).then(a.name().cmp(b.name())));
    let mut seen = BTreeSet::new();
    fitting.retain(|credential| seen.insert(credential.name()));
    fitting
}

/// The scopes below `scope` at which the image could be registered. Scopes beside it are not
/// named: siblings never see each other.
fn possible(credentials: &[Credential], location: &CloudLocation, scope: &Scope) -> Vec<Scope> {
    let below = credentials
        .iter()
        .filter(|credential| credential.is_for(location) && scope.contains(credential.scope()))
        .map(|credential| credential.scope().clone());
    below.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The name that an image has in the list of its cloud (Scalr: it is prefilled for VMware, and can be
/// amended).
fn prefilled(image_id: &ImageId) -> Option<ImageName> {
    let name = match image_id {
        ImageId::Vmware(VmwareImageId::Template(path)) => path.readable().to_string(),
        ImageId::Vmware(VmwareImageId::LibraryItem(item)) => item.readable().to_string(),
        _ => return None,
    };
    ImageName::parse(&name).ok()
}

/// Whether everything is said that a person must say, and nothing that means nothing there.
fn check_words(request: &RegisterImage) -> Result<(), RegisterError> {
    let cloud = request.image_id.cloud();
    if !matches!(cloud, Cloud::Aws | Cloud::Local) && !request.ec2.is_empty() {
        return Err(RegisterError::NotOfEc2 { cloud });
    }
    let named = matches!(cloud, Cloud::Gcp | Cloud::OpenStack | Cloud::Vmware);
    if named && request.name.is_none() {
        return Err(RegisterError::NameMissing { cloud });
    }
    let by_people = matches!(
        request.via,
        Via::Form | Via::Bundle | Via::Bulk | Via::Metadata
    );
    if by_people && request.os.is_none() {
        return Err(RegisterError::OsMissing);
    }
    let unsaid = request
        .agent
        .as_ref()
        .is_none_or(|agent| agent.is_installed().is_none());
    if request.via == Via::Bulk && unsaid {
        return Err(RegisterError::AgentNotStated);
    }
    Ok(())
}

/// Whether neither the scope nor one above it has a record of the image. Lower scopes may (ours):
/// they keep using their own.
fn check_free(
    request: &RegisterImage,
    location: &CloudLocation,
    same_image: &[ImageRecord],
    warnings: &mut Vec<Warning>,
) -> Result<(), RegisterError> {
    let same = same_image.iter().filter(|record| {
        record.location() == location
            && *record.image_id() == request.image_id
            && !record.lifecycle().is_deleted()
    });
    let mut below = BTreeSet::new();
    for record in same {
        if record.scope().contains(&request.scope) {
            let seen = visible(record.scope(), record.shared(), &request.scope);
            return Err(RegisterError::AlreadyRegistered(Box::new(
                AlreadyRegistered {
                    image_id: request.image_id.clone(),
                    location: location.clone(),
                    holder: seen.then(|| (record.id(), record.scope().clone())),
                },
            )));
        }
        if request.scope.contains(record.scope()) {
            below.insert(record.scope().clone());
        }
    }
    if !below.is_empty() {
        warnings.push(Warning::ShadowedBelow {
            scopes: below.into_iter().collect(),
        });
    }
    Ok(())
}
