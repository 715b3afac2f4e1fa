//! The actions of the instance double (E08). Without it they are not offered.

use crate::ec2::{
    asking::{Answer, Asking},
    double::{self, Instance, InstanceDouble, Launch, value},
    listing::Part,
};
use atlas_ec2::{
    DescribeInstances, DescribeVolumes, Ec2Error, ErrorCode, Filters, ImageRef, InstanceAttribute,
    InstanceChangeItem, InstanceField, InstanceItem, InstanceRef, InstanceStateItem,
    InstancesDescribed, InstancesRun, InstancesTerminated, ModifyInstanceAttribute,
    ReservationItem, ReservedInstance, RunInstances, TerminateInstances, TextValue, VolumeField,
    VolumeRef, VolumesDescribed,
};
use cloud_atlas::{LaunchableImage, image::CloudText};

/// The double, where there is one.
///
/// # Errors
///
/// `UnsupportedOperation`: there is none.
fn offered<'a>(asking: &'a Asking<'_>) -> Result<&'a InstanceDouble, Ec2Error> {
    asking.api.double.as_deref().ok_or_else(|| {
        let message = format!("The action {} is not offered here.", asking.action);
        Ec2Error::new(ErrorCode::UnsupportedOperation, message)
    })
}

/// An image that the caller may launch: what she sees and what is not disabled.
async fn launchable(asking: &Asking<'_>, id: &ImageRef) -> Result<LaunchableImage, Ec2Error> {
    let image = asking.seen(id).await?;
    if image.record.lifecycle().is_usable() {
        return Ok(image);
    }
    Err(Ec2Error::image_unavailable(id.as_str()))
}

/// `RunInstances`.
pub(crate) async fn run(asking: &Asking<'_>, ask: RunInstances) -> Result<Answer, Ec2Error> {
    let double = offered(asking)?;
    let Some(id) = &ask.image_id else {
        return Err(Ec2Error::missing_parameter("ImageId"));
    };
    let image = launchable(asking, id).await?;
    let (session, region) = (&asking.session, asking.region());
    let launch = Launch::read(&ask, &image.record, session, region, asking.now)?;
    asking.before(asking.scope()).await?;
    let launched = double.launch(asking.caller, &launch)?;
    let items = launched.iter();
    let answer = InstancesRun {
        reservation_id: launched.first().map_or("", |one| &one.reservation),
        owner_id: asking.account(),
        groups: Vec::new(),
        instances: items
            .map(|one| one.item(InstanceStateItem::PENDING))
            .collect(),
    };
    Ok(asking.answer(&answer))
}

/// `DescribeInstances`.
pub(crate) async fn describe(
    asking: &Asking<'_>,
    ask: DescribeInstances,
) -> Result<Answer, Ec2Error> {
    let double = offered(asking)?;
    let filters = Filters::<InstanceField>::read(&ask.filters)?;
    let part = Part::of(asking, ask.page_size()?, ask.next_token.as_deref())?;
    asking.before(asking.scope()).await?;
    let all = double.all(asking.caller);
    let ids = ask.instance_ids.iter().map(InstanceRef::as_str);
    double::missing(&all, ids.clone())?;
    let wanted =
        |one: &Instance| ids.clone().next().is_none() || ids.clone().any(|id| id == one.id);
    let rest = part.rest(all.iter(), |one| &one.id)?;
    let items: Vec<_> = rest
        .into_iter()
        .filter(|one| wanted(one))
        .map(|one| (one, one.item(one.state())))
        .filter(|(one, item)| {
            filters.hold(&ReservedInstance {
                instance: item,
                reservation_id: &one.reservation,
                owner_id: asking.account(),
            })
        })
        .collect();
    let (items, next_token) = part.cut(items, |(one, _)| &one.id);
    let mut reservations: Vec<ReservationItem<'_>> = Vec::new();
    for (one, item) in items {
        match reservations.last_mut() {
            Some(last) if last.reservation_id == one.reservation => last.instances.push(item),
            _ => reservations.push(reservation(asking, one, item)),
        }
    }
    Ok(asking.answer(&InstancesDescribed {
        reservations,
        next_token,
    }))
}

fn reservation<'a>(
    asking: &Asking<'_>,
    one: &'a Instance,
    item: InstanceItem<'a>,
) -> ReservationItem<'a> {
    ReservationItem {
        reservation_id: &one.reservation,
        owner_id: asking.account(),
        groups: Vec::new(),
        instances: vec![item],
    }
}

/// `TerminateInstances`: all of them or none.
pub(crate) async fn terminate(
    asking: &Asking<'_>,
    ask: TerminateInstances,
) -> Result<Answer, Ec2Error> {
    let double = offered(asking)?;
    let ids = ask.instance_ids.iter().map(InstanceRef::as_str);
    let check = |all: &[Instance]| {
        double::missing(all, ids.clone())?;
        let named = |one: &&Instance| ids.clone().any(|id| id == one.id);
        match all.iter().filter(named).find(|one| one.is_protected) {
            Some(one) => Err(kept(&one.id)),
            None => Ok(()),
        }
    };
    check(&double.all(asking.caller))?;
    asking.before(asking.scope()).await?;
    let before = double.change(asking.caller, |all| {
        check(all)?;
        let mut before = Vec::new();
        for one in all.iter_mut() {
            if ids.clone().any(|id| id == one.id) {
                before.push((one.id.clone(), one.state()));
                one.is_terminated = true;
            }
        }
        Ok(before)
    })?;
    let instances = before.iter().map(|(id, state)| InstanceChangeItem {
        instance_id: id,
        current_state: if *state == InstanceStateItem::TERMINATED {
            *state
        } else {
            InstanceStateItem::SHUTTING_DOWN
        },
        previous_state: *state,
    });
    let instances = instances.collect();
    Ok(asking.answer(&InstancesTerminated { instances }))
}

/// `OperationNotPermitted`.
fn kept(id: &str) -> Ec2Error {
    let message = format!(
        "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance \
         attribute and try again."
    );
    Ec2Error::new(ErrorCode::OperationNotPermitted, message)
}

/// `ModifyInstanceAttribute`.
pub(crate) async fn modify(
    asking: &Asking<'_>,
    ask: ModifyInstanceAttribute,
) -> Result<Answer, Ec2Error> {
    let double = offered(asking)?;
    let id = ask.instance_id.as_str();
    // It is tried first, on what would be thrown away.
    let mut tried = double.all(asking.caller);
    modified(&mut tried, id, &ask)?;
    asking.before(asking.scope()).await?;
    double.change(asking.caller, |all| modified(all, id, &ask))?;
    Ok(asking.done())
}

/// Changes one instance as it is asked for.
fn modified(all: &mut [Instance], id: &str, ask: &ModifyInstanceAttribute) -> Result<(), Ec2Error> {
    let mut instances = all.iter_mut();
    let found = instances.find(|one| one.id == id && !one.is_terminated);
    let one = found.ok_or_else(|| Ec2Error::instances_not_found(&[id]))?;
    let flag = |named: Option<&atlas_ec2::FlagValue>| named.and_then(|flag| flag.value);
    let set = |kept: &mut Option<CloudText>, name, text: Option<&TextValue>| {
        if let Some(text) = text {
            *kept = value(name, text.value.as_deref().unwrap_or_default())?;
        }
        Ok::<_, Ec2Error>(())
    };
    let mut kind = Some(one.kind.clone());
    set(&mut kind, "InstanceType", ask.instance_type.as_ref())?;
    set(&mut one.facts.kernel, "Kernel", ask.kernel.as_ref())?;
    set(&mut one.facts.ramdisk, "Ramdisk", ask.ramdisk.as_ref())?;
    let sriov = ask.sriov_net_support.as_ref();
    set(&mut one.facts.sriov_net_support, "SriovNetSupport", sriov)?;
    if let Some(attribute) = ask.attribute {
        let text = ask.value.as_deref().unwrap_or_default();
        let is_on = text == "true";
        match attribute {
            InstanceAttribute::InstanceType => kind = value("Value", text)?,
            InstanceAttribute::Kernel => one.facts.kernel = value("Value", text)?,
            InstanceAttribute::Ramdisk => one.facts.ramdisk = value("Value", text)?,
            InstanceAttribute::DisableApiTermination => one.is_protected = is_on,
            InstanceAttribute::SourceDestCheck => one.source_dest_check = is_on,
            InstanceAttribute::EbsOptimized => one.is_ebs_optimized = is_on,
            InstanceAttribute::EnaSupport => one.facts.ena_support = Some(is_on),
            // What no image is made of, and nobody asks for.
            _ => {}
        }
    }
    let unknown = || Ec2Error::invalid_parameter("InstanceType", "", "It names none.");
    one.kind = kind.ok_or_else(unknown)?;
    let protected = flag(ask.disable_api_termination.as_ref());
    one.is_protected = protected.unwrap_or(one.is_protected);
    let checked = flag(ask.source_dest_check.as_ref());
    one.source_dest_check = checked.unwrap_or(one.source_dest_check);
    let optimized = flag(ask.ebs_optimized.as_ref());
    one.is_ebs_optimized = optimized.unwrap_or(one.is_ebs_optimized);
    one.facts.ena_support = flag(ask.ena_support.as_ref()).or(one.facts.ena_support);
    for device in &ask.block_device_mappings {
        let name = device.device_name.as_deref().unwrap_or_default();
        let mut volumes = one.volumes.iter_mut();
        let Some(volume) = volumes.find(|volume| volume.name() == name) else {
            let message = format!("No device is currently mapped at {name}");
            return Err(Ec2Error::invalid_value(message));
        };
        let goes = device
            .ebs
            .as_ref()
            .and_then(|ebs| ebs.delete_on_termination);
        volume.device.delete_on_termination = goes.or(volume.device.delete_on_termination);
    }
    Ok(())
}

/// `DescribeVolumes`: those of instances.
pub(crate) async fn volumes(asking: &Asking<'_>, ask: DescribeVolumes) -> Result<Answer, Ec2Error> {
    let double = offered(asking)?;
    let filters = Filters::<VolumeField>::read(&ask.filters)?;
    let part = Part::of(asking, ask.page_size()?, ask.next_token.as_deref())?;
    asking.before(asking.scope()).await?;
    let all = double.all(asking.caller);
    let ids = ask.volume_ids.iter().map(VolumeRef::as_str);
    let is_there = |id: &str| {
        let mut left = all.iter().flat_map(Instance::volumes_left);
        left.any(|volume| volume.id == id)
    };
    if let Some(missing) = ids.clone().find(|id| !is_there(id)) {
        return Err(Ec2Error::volume_not_found(missing));
    }
    let every = all.iter().flat_map(|one| {
        let volumes = one.volumes.iter();
        volumes.map(move |volume| (one, volume))
    });
    let rest = part.rest(every, |(_, volume)| &volume.id)?;
    let items: Vec<_> = rest
        .into_iter()
        .filter(|(one, volume)| one.has(volume))
        .map(|(one, volume)| one.volume(volume))
        .filter(|item| {
            let named = ask.volume_ids.is_empty() || ids.clone().any(|id| id == item.volume_id);
            named && filters.hold(item)
        })
        .collect();
    let (volumes, next_token) = part.cut(items, |item| item.volume_id);
    Ok(asking.answer(&VolumesDescribed {
        volumes,
        next_token,
    }))
}
