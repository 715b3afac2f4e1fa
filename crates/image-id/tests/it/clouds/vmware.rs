use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the vSphere API (`ManagedEntity.name`: which escapes a name has), govmomi's finder (which bytes
/// make a pattern, how references are written) and the limit of 80 characters that vCenter sets.
pub(super) fn grammar() -> Grammar {
    let escape = "%(?:2[fF5]|5[cC])";
    let inner = format!("(?:[ -~&&[^%*/?\\[\\\\]]|{escape})");
    let outer = format!("(?:[!-~&&[^%*/?\\[\\\\]]|{escape})");
    let name = format!("{outer}(?:{inner}{{0,78}}{outer})?");
    let uuid = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    Grammar {
        cloud: Cloud::Vmware,
        pattern: format!(
            "(?:VirtualMachine:)?vm-[0-9]{{1,19}}|{uuid}|/{name}/{name}|/{name}/(?:{name}/)+{name}"
        ),
        besides: leads_to_a_template,
        ids: &[
            "vm-42",
            "VirtualMachine:vm-9223372036854775807",
            "0b7e48ce-eb45-4f35-86a8-7d1E31C47C3E",
            "/DC01/vm/templates/rhel9",
            "/DC01/vm/x",
            "/folder/other/DC%2F1/vm/a%5Cb/vm/host/100%25 (new)",
            "/vm/vm/vm",
            "/host/vm/network",
            "/Content Library 1/ubuntu-22.04",
            "/vm/x",
            "/a%2fb/c%5cd",
        ],
        pieces: &[
            "VirtualMachine:",
            "vm-",
            "/vm/",
            "/vm",
            "/host/",
            "/datastore/",
            "/network",
            "/../",
            "/...",
            "%2f",
            "%2F",
            "%5C",
            "%25",
            "%20",
            " ",
            "1234567890123456789",
            "a-name-of-seventy-nine-characters-and-one-more-in-front-makes-the-longest-name.",
        ],
    }
}

/// What a path has to be besides a row of names.
fn leads_to_a_template(text: &str) -> bool {
    let Some(path) = text.strip_prefix('/') else {
        return true;
    };
    let names: Vec<_> = path.split('/').collect();
    let steps = [".", "..", "..."];
    if names.iter().any(|name| steps.contains(name)) {
        return false;
    }
    let trees = ["vm", "host", "datastore", "network"];
    let tree = (1..names.len()).find(|at| trees.contains(&names[*at]));
    match tree {
        Some(tree) => names[tree] == "vm" && tree + 1 < names.len(),
        None => names.len() == 2,
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::Vmware, "Vm-42", "vm-42"),
    (
        Cloud::Vmware,
        "VirtualMachine-vm-42",
        "VirtualMachine:vm-42",
    ),
    (
        Cloud::Vmware,
        "virtualmachine:vm-42",
        "VirtualMachine:vm-42",
    ),
    (
        Cloud::Vmware,
        "'vim.VirtualMachine:vm-42'",
        "VirtualMachine:vm-42",
    ),
    (
        Cloud::Vmware,
        "urn:vmomi:VirtualMachine:vm-42:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "VirtualMachine:vm-42",
    ),
    (
        Cloud::Vmware,
        "https://vcenter.example/ui/#?extensionId=vsphere.core.vm&objectId=urn:vmomi:VirtualMachine:vm-42:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e&navigator=x",
        "VirtualMachine:vm-42",
    ),
    (
        Cloud::Vmware,
        "https://vm-7.example/ui/app/vm;nav=v/urn%3Avmomi%3AVirtualMachine%3Avm-42%3A0b7e48ce/summary",
        "VirtualMachine:vm-42",
    ),
    (
        Cloud::Vmware,
        "https://vm-7/mob/?moid=vm-42&doPath=summary",
        "VirtualMachine:vm-42",
    ),
    (Cloud::Vmware, "DC01/vm/rhel9", "/DC01/vm/rhel9"),
    (Cloud::Vmware, "DC01/VM/Rhel9", "/DC01/vm/Rhel9"),
    (Cloud::Vmware, "/DC01/VM/Rhel9", "/DC01/vm/Rhel9"),
    (Cloud::Vmware, "DC01\\vm\\a b\\x", "/DC01/vm/a b/x"),
    (
        Cloud::Vmware,
        "vis:\\vc.example@443\\DC01\\vm\\x",
        "/DC01/vm/x",
    ),
    (Cloud::Vmware, "/DC01/vm/a\\b", "/DC01/vm/a%5cb"),
    (Cloud::Vmware, "/DC01/vm/templates/", "/DC01/vm/templates"),
    (Cloud::Vmware, "//DC01/vm/./ rhel9", "/DC01/vm/rhel9"),
    (Cloud::Vmware, "/DC01/vm/a%20b", "/DC01/vm/a b"),
    (
        Cloud::Vmware,
        "/DC01/vm/100% a%2Fb",
        "/DC01/vm/100%25 a%2Fb",
    ),
    (
        Cloud::Vmware,
        "{0B7E48CEEB454F3586A87D1E31C47C3E}",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::Vmware,
        "42 2a b3 c4 d5 e6 f7 08-19 2a 3b 4c 5d 6e 7f 80",
        "422ab3c4-d5e6-f708-192a-3b4c5d6e7f80",
    ),
];
