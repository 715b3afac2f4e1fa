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
    let pointer = || (body(), text("resolve:ssm|ssm"));
    Union::new([
        text("ami-([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})"),
        text("a[kr]i-([0-9a-f]{8}|[0-9a-f]{17})"),
        arn.boxed(),
        pointer()
            .prop_map(|(body, word)| format!("{word}:{body}"))
            .boxed(),
        body()
            .prop_map(|body| format!("{{{{resolve:ssm:{body}}}}}"))
            .boxed(),
    ])
    .boxed()
}

/// A parameter's name or ARN, with a version, a label or neither.
fn body() -> BoxedStrategy<String> {
    let word = "[A-Za-z0-9_.-]{1,8}";
    // What begins with `arn:` is an ARN.
    let name =
        text(&format!("(/{word}){{1,15}}|{word}")).prop_filter("`arn`", |name| name != "arn");
    let parameter = (
        aws_region(),
        text("([0-9]{12})?"),
        text(&format!("{word}(/{word}){{0,14}}")),
    )
        .prop_map(|((partition, region), account, name)| {
            format!("arn:{partition}:ssm:{region}:{account}:parameter/{name}")
        });
    let selector = text(
        "(:[1-9][0-9]{0,17}|:[1-8][0-9]{18}|:9223372036854775807|:[B-RT-Zb-rt-z_.-][A-Za-z0-9_.-]{0,99})?",
    );
    (prop_oneof![name, parameter], selector)
        .prop_map(|(name, selector)| format!("{name}{selector}"))
        .boxed()
}
