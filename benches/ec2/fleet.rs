//! The images: each has a name and a tag that it shares with ninety-nine others.

use crate::{Fault, client::Target};
use atlas_benches::seconds;
use serde_json::Value;
use std::thread;

/// How many images share the beginning of their names and their tag.
pub(crate) const GROUP: usize = 100;

/// The images of a server.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// Their ids, in the order of their numbers.
    pub(crate) ids: Vec<String>,
    /// Seconds that one registration took, with all clients at work.
    pub(crate) each: f64,
}

/// The name of the group of an image.
pub(crate) fn group(number: usize) -> String {
    format!("g{:04}", number / GROUP)
}

fn name(number: usize) -> String {
    format!("{}-{number:06}", group(number))
}

/// Registers so many images over HTTP, by so many clients at once.
pub(crate) fn register(target: Target, images: usize, clients: usize) -> Result<Fleet, Fault> {
    let mut ids = Ok(Vec::new());
    let took = seconds(|| ids = by_all(target, images, clients));
    let mut ids = ids?;
    ids.sort_unstable();
    Ok(Fleet {
        ids: ids.into_iter().map(|(_, id)| id).collect(),
        each: took / float(images),
    })
}

type Numbered = Vec<(usize, String)>;

fn by_all(target: Target, images: usize, clients: usize) -> Result<Numbered, Fault> {
    thread::scope(|scope| {
        let all: Vec<_> = (0..clients)
            .map(|first| {
                let numbers = (first..images).step_by(clients);
                scope.spawn(move || by_one(target, numbers).map_err(|fault| fault.to_string()))
            })
            .collect();
        let mut ids = Vec::new();
        for client in all {
            ids.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(ids)
    })
}

fn by_one(target: Target, numbers: impl Iterator<Item = usize>) -> Result<Numbered, Fault> {
    let mut client = target.client();
    let mut ids = Vec::new();
    for number in numbers {
        let group = group(number);
        let request = target.request(&[
            ("Action", "RegisterImage"),
            ("Name", &name(number)),
            ("Architecture", "x86_64"),
            ("VirtualizationType", "hvm"),
            ("RootDeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
            ("TagSpecification.1.ResourceType", "image"),
            ("TagSpecification.1.Tag.1.Key", "team"),
            ("TagSpecification.1.Tag.1.Value", &group),
        ]);
        let answer = client.ask(&request)?;
        let id = answer.split("<imageId>").nth(1);
        let id = id.and_then(|rest| rest.split('<').next());
        ids.push((number, id.ok_or("no id was answered")?.to_owned()));
    }
    Ok(ids)
}

/// The images as moto reads them from a file.
pub(crate) fn for_moto(fleet: &Fleet) -> Value {
    let images = fleet.ids.iter().enumerate().map(|(number, id)| {
        serde_json::json!({
            "ami_id": id,
            "name": name(number),
            "description": "",
            "owner_id": "123456789012",
            "public": true,
            "virtualization_type": "hvm",
            "architecture": "x86_64",
            "state": "available",
            "platform": null,
            "image_type": "machine",
            "hypervisor": "xen",
            "root_device_name": "/dev/sda1",
            "root_device_type": "ebs",
            "sriov": "simple",
        })
    });
    images.collect()
}

/// Gives images the tags that a server did not take when it registered them.
pub(crate) fn tag(target: Target, fleet: &Fleet) -> Result<(), Fault> {
    let mut client = target.client();
    for (number, ids) in fleet.ids.chunks(GROUP).enumerate() {
        let group = group(number * GROUP);
        let names: Vec<_> = (1..=ids.len())
            .map(|at| format!("ResourceId.{at}"))
            .collect();
        let mut parameters = vec![
            ("Action", "CreateTags"),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", &group),
        ];
        parameters.extend(
            names
                .iter()
                .map(String::as_str)
                .zip(ids.iter().map(String::as_str)),
        );
        client.ask(&target.request(&parameters))?;
    }
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures are shown with a few digits"
)]
pub(crate) fn float(of: usize) -> f64 {
    of as f64
}
