//! What appliances tell of their machines.

use crate::ova_file::{Ovf, RAW, good, iso, raw, read};
use atlas_disk::{Bus, Firmware, Limits, Warning};

#[test]
fn b10_disks_come_in_the_order_of_the_hardware() {
    let (a, b, c, d) = (
        raw(512, "a"),
        raw(1024, "b"),
        raw(1536, "c"),
        raw(2048, "d"),
    );
    let ovf = Ovf::new()
        .file("fa", "a.raw", "")
        .file("fb", "b.raw", "")
        .file("fc", "c.raw", "")
        .file("fd", "d.raw", "")
        .disk("a", 512, "fa", RAW)
        .disk("b", 1024, "fb", RAW)
        .disk("c", 1536, "fc", RAW)
        .disk("d", 2048, "fd", RAW)
        .drive(17, "21", 0, "ovf:/disk/a")
        .drive(17, "10", 10, "/disk/b")
        .drive(17, "20", 1, "ovf:/disk/c")
        .drive(17, "10", 9, "ovf:/disk/d");
    let archive = ovf.with(&[("a.raw", &a), ("b.raw", &b), ("c.raw", &c), ("d.raw", &d)]);
    let image = good(&archive);
    let found = read(&image, &Limits::default()).unwrap();
    assert!(found == [d, b, c, a]);
    let places = image.disks().iter().map(|disk| {
        let device = disk.device().unwrap();
        (
            device.bus.unwrap(),
            device.bus_number.unwrap(),
            device.unit.unwrap(),
        )
    });
    let wanted = [
        (Bus::Scsi, 0, 9),
        (Bus::Scsi, 0, 10),
        (Bus::Ide, 0, 1),
        (Bus::Ide, 1, 0),
    ];
    assert_eq!(places.collect::<Vec<_>>(), wanted);
    let name = image.disks()[0].device().unwrap().name.clone();
    assert_eq!(name.unwrap(), "drive of ovf:/disk/d");
}

#[test]
fn b10_drives_without_a_controller_come_last_as_they_are_listed() {
    let drive = |id: &str| {
        format!(
            "<rasd:HostResource>ovf:/disk/{id}</rasd:HostResource>\
             <rasd:ResourceType>17</rasd:ResourceType>"
        )
    };
    let ovf = Ovf::new()
        .disk("a", 512, "", RAW)
        .disk("b", 1024, "", RAW)
        .disk("c", 1536, "", RAW)
        .item(&drive("b"))
        .item(&drive("a"))
        .drive(17, "10", 3, "ovf:/disk/c");
    let sizes = good(&ovf.with(&[]));
    let sizes: Vec<_> = sizes
        .disks()
        .iter()
        .map(atlas_disk::Disk::virtual_size)
        .collect();
    assert_eq!(sizes, [1536, 1024, 512]);
}

#[test]
fn b04_the_descriptor_tells_the_firmware() {
    let disk = raw(4096, "hello ");
    let vmware = |key: &str, value: &str| {
        format!("<vmw:Config ovf:required='false' vmw:key='{key}' vmw:value='{value}'/>")
    };
    let differ = [Warning::OtherFirmware {
        told: Firmware::Uefi,
        shown: Firmware::Bios,
    }];
    let secure = vmware("firmware", "efi") + &vmware("bootOptions.efiSecureBootEnabled", "true");
    let machine = |kind: &str| {
        format!(
            "<vbox:Machine><Hardware xmlns='http://www.virtualbox.org/ovf/machine'><Firmware type='{kind}'/></Hardware></vbox:Machine>"
        )
    };
    for (hardware, system, firmware, is_secure, warnings) in [
        (
            String::new(),
            String::new(),
            Firmware::Bios,
            false,
            &[] as &[_],
        ),
        (
            vmware("firmware", "bios"),
            String::new(),
            Firmware::Bios,
            false,
            &[],
        ),
        (
            vmware("firmware", "efi"),
            String::new(),
            Firmware::Uefi,
            false,
            &differ,
        ),
        (secure, String::new(), Firmware::Uefi, true, &differ),
        (
            String::new(),
            machine("EFI64"),
            Firmware::Uefi,
            false,
            &differ,
        ),
        (String::new(), machine("BIOS"), Firmware::Bios, false, &[]),
    ] {
        let mut ovf = Ovf::simple(&disk);
        (ovf.hardware, ovf.system) = (hardware, system);
        let image = good(&ovf.with(&[("disk.raw", &disk)]));
        assert_eq!(image.firmware(), firmware);
        assert_eq!(image.warnings(), warnings);
        assert_eq!(image.appliance().unwrap().has_secure_boot, is_secure);
    }
}

#[test]
fn b04_the_descriptor_tells_of_the_machine() {
    let disk = raw(4096, "hello ");
    let mut ovf = Ovf::simple(&disk)
        .item("<rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>4</rasd:VirtualQuantity>")
        .item("<rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2048</rasd:VirtualQuantity>");
    ovf.system = "<Info>x</Info><Name> web &amp; mail </Name>\
        <OperatingSystemSection ovf:id='96'><Info/><Description>Debian GNU/Linux</Description></OperatingSystemSection>\
        <AnnotationSection><Info/><Annotation>for the shop</Annotation></AnnotationSection>".into();
    let image = good(&ovf.with(&[("disk.raw", &disk)]));
    let told = image.appliance().unwrap();
    assert_eq!(told.name.as_deref(), Some("web & mail"));
    assert_eq!(told.system.as_deref(), Some("Debian GNU/Linux"));
    assert_eq!(told.description.as_deref(), Some("for the shop"));
    assert_eq!(told.system_id, Some(96));
    assert_eq!(told.processors, Some(4));
    assert_eq!(told.memory, Some(2 << 30));
}

#[test]
fn b02_a_cd_beside_disks_does_not_boot_them() {
    let cd = iso();
    let ovf = Ovf::new()
        .file("i", "tools.iso", "")
        .disk("d", 4096, "", RAW)
        .drive(17, "10", 0, "ovf:/disk/d")
        .drive(15, "20", 0, "ovf:/file/i");
    let image = good(&ovf.with(&[("tools.iso", &cd)]));
    assert_eq!(image.warnings(), [Warning::NothingBoots]);
    let ovf = Ovf::new()
        .file("i", "tools.iso", "")
        .drive(15, "20", 0, "ovf:/file/i");
    assert_eq!(good(&ovf.with(&[("tools.iso", &cd)])).warnings(), []);
}

#[test]
fn b10_drives_that_hold_nothing_are_left_out() {
    let disk = raw(4096, "hello ");
    let mut ovf = Ovf::simple(&disk)
        .item("<rasd:ResourceType>15</rasd:ResourceType><rasd:Parent>20</rasd:Parent>")
        .item("<rasd:ResourceType>14</rasd:ResourceType><rasd:HostResource>ovf:/file/none</rasd:HostResource>")
        .disk("unused", 1 << 40, "", RAW);
    ovf.envelope = "<DeploymentOptionSection><Info/><Configuration ovf:id='small'/>\
        <Configuration ovf:id='big' ovf:default='true'/></DeploymentOptionSection>"
        .into();
    ovf.items += "<Item ovf:configuration='small'><rasd:ResourceType>17</rasd:ResourceType>\
        <rasd:HostResource>ovf:/disk/unused</rasd:HostResource></Item>";
    let image = good(&ovf.with(&[("disk.raw", &disk)]));
    assert_eq!(image.disks().len(), 1);
    let id = "unused".to_owned();
    assert_eq!(image.warnings(), [Warning::UnusedDisk { id }]);
    ovf.items = ovf.items.replace("'small'", "'small big'");
    assert_eq!(good(&ovf.with(&[("disk.raw", &disk)])).disks().len(), 2);
}

/// As `VirtualBox` 7 writes it: no prefix in `HostResource`, an empty CD drive, controllers by number,
/// and the firmware in its own words.
#[test]
fn b04_what_virtualbox_writes_is_read() {
    let disk = raw(4096, "hello ");
    let mut ovf = Ovf::new()
        .file("file1", "disk.raw", "")
        .disk("vmdisk1", 4096, "file1", RAW);
    ovf.items = r"
<Item><rasd:Caption>2 virtual CPU</rasd:Caption><rasd:ElementName>2 virtual CPU</rasd:ElementName>
<rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType>
<rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
<Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID>
<rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></Item>
<Item><rasd:Address>0</rasd:Address><rasd:InstanceID>3</rasd:InstanceID>
<rasd:ResourceSubType>PIIX4</rasd:ResourceSubType><rasd:ResourceType>5</rasd:ResourceType></Item>
<Item><rasd:Address>1</rasd:Address><rasd:InstanceID>4</rasd:InstanceID>
<rasd:ResourceSubType>PIIX4</rasd:ResourceSubType><rasd:ResourceType>5</rasd:ResourceType></Item>
<Item><rasd:Address>0</rasd:Address><rasd:InstanceID>5</rasd:InstanceID>
<rasd:ResourceSubType>AHCI</rasd:ResourceSubType><rasd:ResourceType>20</rasd:ResourceType></Item>
<Item><rasd:AutomaticAllocation>true</rasd:AutomaticAllocation><rasd:Connection>NAT</rasd:Connection>
<rasd:InstanceID>6</rasd:InstanceID><rasd:ResourceSubType>E1000</rasd:ResourceSubType>
<rasd:ResourceType>10</rasd:ResourceType></Item>
<Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:Caption>disk1</rasd:Caption>
<rasd:Description>Disk Image</rasd:Description><rasd:HostResource>/disk/vmdisk1</rasd:HostResource>
<rasd:InstanceID>7</rasd:InstanceID><rasd:Parent>5</rasd:Parent>
<rasd:ResourceType>17</rasd:ResourceType></Item>
<Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>
<rasd:Caption>cdrom1</rasd:Caption><rasd:InstanceID>8</rasd:InstanceID><rasd:Parent>4</rasd:Parent>
<rasd:ResourceType>15</rasd:ResourceType></Item>"
        .into();
    ovf.system = r#"<Info>A virtual machine</Info><OperatingSystemSection ovf:id="96">
<Info>The kind</Info><Description>Debian_64</Description>
<vbox:OSType ovf:required="false">Debian_64</vbox:OSType></OperatingSystemSection>
<vbox:Machine ovf:required="false" version="1.19-linux" uuid="{0}" name="machine">
<ovf:Info>The machine</ovf:Info>
<Hardware xmlns="http://www.virtualbox.org/ovf/machine"><Firmware type="EFI"/></Hardware>
</vbox:Machine>"#
        .into();
    let image = good(&ovf.with(&[("disk.raw", &disk)]));
    assert_eq!(image.firmware(), Firmware::Uefi);
    assert_eq!(image.disks().len(), 1);
    let device = image.disks()[0].device().unwrap();
    assert_eq!(device.bus, Some(Bus::Sata));
    assert_eq!(device.name.as_deref(), Some("disk1"));
    let told = image.appliance().unwrap();
    assert_eq!(told.name.as_deref(), Some("machine"));
    assert_eq!(told.memory, Some(512 << 20));
}
