//! Ids of vmware.

use super::{inventory_name, text};
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let plain = || {
        inventory_name().prop_filter("the name of a tree", |name| {
            !["vm", "host", "datastore", "network"].contains(&name.as_str())
        })
    };
    let names = |most| proptest::collection::vec(plain(), 1..most);
    Union::new([
        text("(VirtualMachine:)?vm-[0-9]{1,12}"),
        (names(3), names(4))
            .prop_map(|(above, below)| format!("/{}/vm/{}", above.join("/"), below.join("/")))
            .boxed(),
        (plain(), plain())
            .prop_map(|(library, item)| format!("/{library}/{item}"))
            .boxed(),
        text("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    ])
    .boxed()
}
