//! Ids of aws.

use super::{aws_region, text};
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let ami = || text("ami-([0-9a-f]{8}|[0-9a-f]{17})");
    let arn = (aws_region(), text("([0-9]{12})?"), ami()).prop_map(
        |((partition, region), account, ami)| {
            format!("arn:{partition}:ec2:{region}:{account}:image/{ami}")
        },
    );
    let name = "(/[A-Za-z0-9_.-]{1,8}){1,5}|[A-Za-z0-9_.-]{1,12}";
    let selector = "(:[1-9][0-9]{0,5}|:[b-rt-z_][A-Za-z0-9_.-]{0,8})?";
    let pointer = || text(&format!("({name}){selector}"));
    let parameter = (
        aws_region(),
        text("([0-9]{12})?"),
        text(&format!("[A-Za-z0-9]{{1,5}}{selector}")),
    )
        .prop_map(|((partition, region), account, name)| {
            format!("resolve:ssm:arn:{partition}:ssm:{region}:{account}:parameter/{name}")
        });
    Union::new([
        text("ami-([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})"),
        text("a[kr]i-([0-9a-f]{8}|[0-9a-f]{17})"),
        arn.boxed(),
        pointer()
            .prop_map(|name| format!("resolve:ssm:{name}"))
            .boxed(),
        pointer()
            .prop_map(|name| format!("{{{{resolve:ssm:{name}}}}}"))
            .boxed(),
        pointer().prop_map(|name| format!("ssm:{name}")).boxed(),
        parameter.boxed(),
    ])
    .boxed()
}
