//! What the documents say that limits are.

use atlas_ec2::{FormLimits, MAX_FILTER_VALUES, MAX_FILTERS, PageToken, signature};
use atlas_server::{Ec2Limits, SealKeys, ServeLimits};
use cloud_atlas::scope::AccessKey;
use std::path::Path;

const KIB: usize = 1 << 10;

/// `12,000`.
fn number(number: usize) -> String {
    match (number / 1000, number % 1000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

fn bytes(bytes: usize) -> String {
    match bytes / KIB {
        1024 => "1 MiB".to_owned(),
        kib => format!("{kib} KiB"),
    }
}

fn seconds(seconds: impl TryInto<usize>) -> String {
    format!("{} s", number(seconds.try_into().ok().unwrap()))
}

#[test]
fn limits_are_what_the_documents_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, text) = text.split_once("## The EC2-compatible API").unwrap();
    let (serve, ec2) = (ServeLimits::default(), Ec2Limits::default());
    let form = FormLimits::default();
    let index = usize::try_from(form.index).unwrap();
    let expected = [
        ("ServeLimits::connections", number(serve.connections)),
        ("ServeLimits::head_wait", seconds(serve.head_wait.as_secs())),
        (
            "ServeLimits::write_wait",
            seconds(serve.write_wait.as_secs()),
        ),
        ("ServeLimits::headers", number(serve.headers)),
        ("ServeLimits::head_bytes", bytes(serve.head_bytes)),
        ("ServeLimits::drain", seconds(serve.drain.as_secs())),
        ("Ec2Limits::body_bytes", bytes(ec2.body_bytes)),
        ("Ec2Limits::body_wait", seconds(ec2.body_wait.as_secs())),
        ("Ec2Limits::answer_wait", seconds(ec2.answer_wait.as_secs())),
        ("FormLimits::bytes", bytes(form.bytes)),
        ("FormLimits::parameters", number(form.parameters)),
        ("FormLimits::depth", number(form.depth)),
        ("FormLimits::name_bytes", number(form.name_bytes)),
        ("FormLimits::value_bytes", bytes(form.value_bytes)),
        ("FormLimits::index", number(index)),
        ("MAX_FILTERS", number(MAX_FILTERS)),
        ("MAX_FILTER_VALUES", number(MAX_FILTER_VALUES)),
        ("SKEW_SECONDS", seconds(signature::SKEW_SECONDS)),
        (
            "MAX_EXPIRES_SECONDS",
            seconds(signature::MAX_EXPIRES_SECONDS),
        ),
        ("MAX_HEADERS", number(signature::MAX_HEADERS)),
        ("MAX_HEADER_BYTES", bytes(signature::MAX_HEADER_BYTES)),
        ("MAX_PATH_BYTES", bytes(signature::MAX_PATH_BYTES)),
        ("MAX_QUERY_BYTES", bytes(signature::MAX_QUERY_BYTES)),
        (
            "MAX_QUERY_PARAMETERS",
            number(signature::MAX_QUERY_PARAMETERS),
        ),
        ("PageToken::MAX_BYTES", bytes(PageToken::MAX_BYTES)),
        ("AccessKey::MOST", number(AccessKey::MOST)),
        ("SealKeys::MOST", number(SealKeys::MOST)),
    ];
    assert_eq!(ec2.rate, None);
    for (name, is) in expected {
        let row = format!("| `{name}` | {is} |");
        assert!(text.contains(&row), "expected {row}");
    }
}
