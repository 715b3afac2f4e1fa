//! Descriptors: any text beside the members that a usual one names.

use super::{file::File, ova::envelope, plan::Plan, tar::Tar};

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

/// An archive around a descriptor: an input that begins with `<` is one; another stands for what is in
/// an envelope, letter by letter and piece by piece.
pub(crate) fn archive(input: &[u8]) -> File {
    let text = if input.starts_with(b"<") {
        input.to_vec()
    } else {
        let mut inside = String::new();
        for byte in input {
            match byte.checked_sub(0x80) {
                None => inside.push(char::from(*byte)),
                Some(word) => inside.push_str(WORDS[usize::from(word) % WORDS.len()]),
            }
        }
        envelope(&inside).into_bytes()
    };
    let disk = [7; 1024];
    let mut cd = vec![0; 34 << 10];
    cd[32_769..32_774].copy_from_slice(b"CD001");
    // Zeros throughout: nothing but the usual is chosen.
    let mut plan = Plan::new(&[], false);
    let packed = super::pack::gzip(&mut plan, &[9; 2048]);
    let mut tar = Tar::default();
    for (name, data) in [
        ("machine.ovf", text.as_slice()),
        ("disk.raw", &disk),
        ("cd.iso", &cd),
        ("packed", &packed),
        ("chunks.000000000", &disk[..512]),
        ("chunks.000000001", &disk[512..]),
    ] {
        tar.file(&mut plan, name, data);
    }
    tar.end(&mut plan)
}
