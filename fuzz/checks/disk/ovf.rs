//! Descriptors: any text beside the members that a usual one names.

use super::{Built, file::File, ova::envelope, plan::Plan, tar::Tar};
use atlas_disk::Format;

/// Pieces of descriptors: each stands for a byte of an input from 0x80 on.
const WORDS: &[&str] = &[
    "<References>",
    "</References>",
    "<DiskSection>",
    "</DiskSection>",
    "<VirtualSystem ovf:id='m'><VirtualHardwareSection>",
    "</VirtualHardwareSection></VirtualSystem>",
    "<File ovf:id='f' ovf:href='disk.raw'/>",
    "<File ovf:id='c' ovf:href='cd.iso'/>",
    "<File ovf:id='z' ovf:href='packed' ovf:compression='gzip'/>",
    "<File ovf:id='k' ovf:href='chunks' ovf:chunkSize='512'/>",
    "<Disk ovf:diskId='d' ovf:fileRef='f' ovf:capacity='1024' ovf:format='raw'/>",
    "<Disk ovf:diskId='e' ovf:capacity='4' ovf:capacityAllocationUnits='KB'/>",
    "<Disk ovf:diskId='z' ovf:fileRef='z' ovf:capacity='2048' ovf:format='raw'/>",
    "<Disk ovf:diskId='k' ovf:fileRef='k' ovf:capacity='1024' ovf:format='raw'/>",
    "<Disk ovf:diskId='c' ovf:fileRef='c' ovf:capacity='34816' ovf:format='iso'/>",
    "<Item><rasd:HostResource>ovf:/disk/d</rasd:HostResource>",
    "<Item><rasd:HostResource>/disk/e</rasd:HostResource>",
    "<Item><rasd:HostResource>ovf:/disk/z</rasd:HostResource>",
    "<Item><rasd:HostResource>ovf:/disk/k</rasd:HostResource>",
    "<Item><rasd:HostResource>ovf:/disk/c</rasd:HostResource>",
    "<Item><rasd:HostResource>ovf:/file/c</rasd:HostResource>",
    "<rasd:ResourceType>17</rasd:ResourceType></Item>",
    "<rasd:ResourceType>15</rasd:ResourceType></Item>",
    "<rasd:ResourceType>16</rasd:ResourceType></Item>",
    "<rasd:Parent>1</rasd:Parent>",
    "<rasd:Parent>2</rasd:Parent>",
    "<rasd:AddressOnParent>3</rasd:AddressOnParent>",
    "<rasd:AddressOnParent>0</rasd:AddressOnParent>",
    "<Item><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>6</rasd:ResourceType></Item>",
    "<Item><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>5</rasd:ResourceType></Item>",
    "<Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>20</rasd:ResourceType>\
     <rasd:ResourceSubType>NVMe</rasd:ResourceSubType></Item>",
    "<Item><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity>\
     <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits></Item>",
    "<Item><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity>\
     </Item>",
    "<vmw:Config vmw:key='firmware' vmw:value='efi'/>",
    "<vmw:ExtraConfig vmw:key='uefi.secureBoot.enabled' vmw:value='TRUE'/>",
    "<vbox:Machine><BIOS><vbox:Firmware type='EFI64'/></BIOS></vbox:Machine>",
    "<DeploymentOptionSection><Configuration ovf:id='a'/>\
     <Configuration ovf:id='b' ovf:default='true'/></DeploymentOptionSection>",
    "<Item ovf:configuration='b'>",
    "<StorageItem>",
    "</StorageItem>",
    "<rasd:HostResource>",
    "</rasd:HostResource>",
    "<rasd:ResourceType>",
    "</rasd:ResourceType>",
    "</Item>",
    "<File ovf:id='",
    "' ovf:href='",
    "' ovf:size='",
    "' ovf:chunkSize='",
    "' ovf:compression='",
    "<Disk ovf:diskId='",
    "' ovf:fileRef='",
    "' ovf:capacity='",
    "' ovf:capacityAllocationUnits='",
    "' ovf:parentRef='",
    "' ovf:format='",
    "'/>",
    "byte * 2^",
    "9223372036854775807",
    "<VirtualSystemCollection>",
    "</VirtualSystemCollection>",
    "<OperatingSystemSection ovf:id='94'><Description>Linux</Description></OperatingSystemSection>",
    "<AnnotationSection><Annotation>",
    "</Annotation></AnnotationSection>",
    "<Name>",
    "</Name>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?pi ?>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "&amp;",
    "&#x85;",
    "xmlns:ovf='",
];

/// Where pieces of a kind begin.
const FILES: usize = 6;
const DISKS: usize = 10;
const DRIVES: usize = 15;
const KINDS: usize = 21;
const PARENTS: usize = 24;
const PLACES: usize = 26;
const CONTROLLERS: usize = 28;
const SETTINGS: usize = 31;
const ENDS: [(usize, usize); 3] = [(0, 1), (2, 3), (4, 5)];

/// An archive around a text: one that begins with `<` is a descriptor; another stands for what is in an
/// envelope, letter by letter and piece by piece.
pub(crate) fn archive(text: &[u8]) -> File {
    if text.starts_with(b"<") {
        return around(text);
    }
    let mut inside = String::new();
    for byte in text {
        match byte.checked_sub(0x80) {
            None => inside.push(char::from(*byte)),
            Some(word) => inside.push_str(WORDS[usize::from(word) % WORDS.len()]),
        }
    }
    around(envelope(&inside).as_bytes())
}

/// Puts a descriptor together of pieces that fit, but for a few.
pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    let mut sections = [String::new(), String::new(), String::new()];
    let [files, disks, system] = &mut sections;
    // More disks than are allowed are in all of the pieces.
    let left_out = 4 - plan.below(5);
    for file in 0..4 {
        piece(plan, files, FILES + file);
    }
    for disk in (0..5).filter(|disk| *disk != left_out) {
        piece(plan, disks, DISKS + disk);
    }
    let mut controllers = [0, 1, 2];
    controllers.rotate_left(plan.below(3));
    for controller in controllers {
        piece(plan, system, CONTROLLERS + controller);
    }
    let mut drives = Vec::new();
    let first = plan.below(5);
    for drive in (0..=plan.below(5)).map(|more| (first + more) % 5) {
        if drive == left_out {
            continue;
        }
        // The CD is a file, or a disk that is one.
        let is_cd = drive == 4;
        let holds = drive + usize::from(is_cd && plan.flag());
        piece(plan, system, DRIVES + holds);
        let parent = plan.below(3);
        if parent < 2 {
            piece(plan, system, PARENTS + parent);
        }
        let place = plan.below(3);
        if place < 2 {
            piece(plan, system, PLACES + place);
        }
        let kind = usize::from(is_cd) * (1 + plan.below(2));
        piece(plan, system, KINDS + kind);
        let rank = controllers
            .iter()
            .position(|it| *it == parent && parent < 2);
        let unit = [3, 0, u32::MAX][place];
        drives.push(((rank.unwrap_or(usize::MAX), unit), disk(drive)));
    }
    if drives.is_empty() {
        // Nothing is no machine.
        plan.wrong();
    }
    for setting in 0..4 {
        if plan.flag() {
            piece(plan, system, SETTINGS + setting);
        }
    }
    let mut inside = String::new();
    for (section, (begin, end)) in sections.iter().zip(ENDS) {
        piece(plan, &mut inside, begin);
        inside.push_str(section);
        piece(plan, &mut inside, end);
    }
    drives.sort_by_key(|(place, _)| *place);
    Built {
        file: around(envelope(&inside).as_bytes()),
        format: Format::Ova,
        disks: drives.into_iter().map(|(_, disk)| disk).collect(),
        firmware: None,
    }
}

/// Adds a piece; where that is asked for, another one, none, or letters beside it.
fn piece(plan: &mut Plan<'_>, text: &mut String, right: usize) {
    match plan.number(right as u64) as usize {
        given if given == right => text.push_str(WORDS[right]),
        0 => {}
        letter if letter < 0x80 => {
            text.push_str(WORDS[right]);
            text.push(char::from(letter as u8));
        }
        other => text.push_str(WORDS[other % WORDS.len()]),
    }
}

/// What the disks of the pieces hold, and the CD.
fn disk(number: usize) -> Vec<u8> {
    match number {
        0 | 3 => vec![7; 1024],
        1 => vec![0; 4096],
        2 => vec![9; 2048],
        _ => {
            let mut cd = vec![0; 34 << 10];
            cd[32_769..32_774].copy_from_slice(b"CD001");
            cd
        }
    }
}

fn around(text: &[u8]) -> File {
    // Zeros throughout: nothing but the usual is chosen.
    let mut plan = Plan::new(&[], false);
    let packed = super::pack::gzip(&mut plan, &disk(2));
    let mut tar = Tar::default();
    for (name, data) in [
        ("machine.ovf", text),
        ("disk.raw", &disk(0)),
        ("cd.iso", &disk(4)),
        ("packed", &packed),
        ("chunks.000000000", &disk(3)[..512]),
        ("chunks.000000001", &disk(3)[512..]),
    ] {
        tar.file(&mut plan, name, data);
    }
    tar.end(&mut plan)
}
