//! Appliances: a descriptor and its disks in one archive.

use crate::{disks::qemu_img, program::Program};
use core::fmt::Write as _;
use std::{fs, process::Command};

/// A disk of a machine.
pub(crate) struct Drive {
    /// `NAME.raw` becomes `NAME.vmdk` in the archive.
    name: &'static str,
}

impl Drive {
    pub(crate) fn of(name: &'static str) -> Self {
        Self { name }
    }
}

/// Makes `machine.ova` of RAW disks, which the machine has in their order. In the archive they are the
/// other way round, and other files are between them and the descriptor. The descriptor is wrong about
/// the length of each file.
pub(crate) fn archive(program: &Program, firmware: &str, drives: &[Drive], others: &[&str]) {
    let mut members = vec!["machine.ovf".to_owned()];
    members.extend(others.iter().copied().map(str::to_owned));
    let (mut files, mut disks, mut items) = (String::new(), String::new(), String::new());
    for (number, Drive { name }) in drives.iter().enumerate().rev() {
        let (from, to) = (format!("{name}.raw"), format!("{name}.vmdk"));
        let stream = "subformat=streamOptimized";
        let args = [
            "convert", "-f", "raw", "-O", "vmdk", "-o", stream, &from, &to,
        ];
        qemu_img(program, &args);
        let size = fs::metadata(program.path(&from)).unwrap().len();
        write!(
            files,
            r#"<File ovf:id="{name}" ovf:href="{to}" ovf:size="1"/>"#
        )
        .unwrap();
        write!(
            disks,
            r#"<Disk ovf:diskId="{name}" ovf:fileRef="{name}" ovf:capacity="{size}" ovf:format="{STREAM}"/>"#
        )
        .unwrap();
        write!(
            items,
            "<Item><rasd:AddressOnParent>{number}</rasd:AddressOnParent><rasd:ElementName>{name}</rasd:ElementName>\
             <rasd:HostResource>ovf:/disk/{name}</rasd:HostResource><rasd:InstanceID>1{number}</rasd:InstanceID>\
             <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>"
        )
        .unwrap();
        members.push(to);
    }
    let text = OVF
        .replace("FILES", &files)
        .replace("DISKS", &disks)
        .replace("ITEMS", &items)
        .replace("FIRMWARE", firmware);
    program.file("machine.ovf", text);
    let made = Command::new("tar")
        .args(["--format=ustar", "-cf", "machine.ova"])
        .args(members)
        .current_dir(program.path(""))
        .status();
    assert!(made.expect("tar is needed: apt-get install tar").success());
}

const STREAM: &str = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";

const OVF: &str = r#"<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
    xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>FILES</References>
  <DiskSection><Info>Disks</Info>DISKS</DiskSection>
  <VirtualSystem ovf:id="web">
    <Info>A machine</Info>
    <Name>web</Name>
    <OperatingSystemSection ovf:id="96"><Info>System</Info><Description>Debian 12 (64-bit)</Description></OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <Item><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2048</rasd:VirtualQuantity></Item>
      <Item><rasd:Address>0</rasd:Address><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>6</rasd:ResourceType></Item>
      ITEMS
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="FIRMWARE"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"#;
