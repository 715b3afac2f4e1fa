use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the pattern of the Snowball API for AMI ids, the SDKs' table of partitions, and the rules of
/// Systems Manager for names, versions and labels.
pub(super) fn grammar() -> Grammar {
    let hex = |digits: &str| format!("(?:[0-9a-f]{{{}}})", digits.replace('|', "}|[0-9a-f]{"));
    let ids = format!("ami-{}|a[kr]i-{}", hex("8|17|32"), hex("8|17"));
    let number = "[1-9][0-9]{0,2}";
    let head = |service: &str| {
        let regions = [
            ("aws", "(?:us|eu|ap|sa|ca|me|af|il|mx)"),
            ("aws-cn", "cn"),
            ("aws-us-gov", "us-gov"),
            ("aws-iso", "us-iso"),
            ("aws-iso-b", "us-isob"),
            ("aws-iso-e", "eu-isoe"),
            ("aws-iso-f", "us-isof"),
            ("aws-eusc", "eusc-de"),
        ];
        let places = regions
            .map(|(partition, area)| format!("{partition}:{service}:{area}-[a-z]+-{number}"));
        format!("arn:(?:{}):(?:[0-9]{{12}})?:", places.join("|"))
    };
    let arn = format!("{}image/ami-{}", head("ec2"), hex("8|17"));
    let word = "[A-Za-z0-9._-]+";
    let parameter = format!("{}parameter/{word}(?:/{word}){{0,14}}", head("ssm"));
    let name = format!("(?:{word}|(?:/{word}){{1,15}}|{parameter})");
    let selector = "(?::(?:[1-9][0-9]{0,18}|[A-Za-z._-][A-Za-z0-9._-]{0,99}))?";
    let pointer = format!("{name}{selector}");
    Grammar {
        cloud: Cloud::Aws,
        pattern: format!(
            "{ids}|{arn}|(?:resolve:)?ssm:{pointer}|\\{{\\{{resolve:ssm:{pointer}\\}}\\}}"
        ),
        besides,
        ids: &[
            "ami-03cf127a",
            "ami-0ae8605ed708e3c3e",
            "ami-0123456789abcdef0123456789abcdef",
            "aki-88aa75e1",
            "aki-0ae8605ed708e3c3e",
            "ari-88aa75e1",
            "ari-0ae8605ed708e3c3e",
            "arn:aws:ec2:us-east-1::image/ami-03cf127a",
            "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:image/ami-0ae8605ed708e3c3e",
            "arn:aws-iso-e:ec2:eu-isoe-west-10::image/ami-03cf127a",
            "arn:aws-eusc:ec2:eusc-de-east-1::image/ami-03cf127a",
            "resolve:ssm:golden-ami:prod",
            "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64",
            "resolve:ssm:/a/b:58",
            "resolve:ssm:arn:aws:ssm:us-east-1::parameter/aws/service/x",
            "resolve:ssm:arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a:9223372036854775807",
            "{{resolve:ssm:/a/b:3}}",
            "{{resolve:ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/a/b}}",
            "ssm:/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
            "ssm:/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o",
        ],
        pieces: &[
            "ami-",
            "ari-",
            "03cf127a",
            "0ae8605ed708e3c3e",
            "0123456789abcdef0123456789abcdef",
            "arn:aws:ec2:",
            "arn:aws-iso:",
            "us-east-1",
            "us-gov-",
            "us-isob-east-1",
            "cn-",
            "gov",
            ":123456789012:",
            "image/",
            "resolve:",
            "ssm:",
            "{{",
            "}}",
            "arn:aws:ssm:us-east-1::parameter/",
            ":aws",
            ":SSM-x",
            ":9223372036854775808",
            "/",
            "/x/x/x/x/x/x/x/x/x/x/x/x/x/x",
            "a-label-of-a-hundred-characters-which-is-as-long-as-a-label-may-be-and-not-by-one-character-longer-1",
        ],
    }
}

/// Regions have 36 characters at most, and an area is none of the words that other partitions begin
/// with; an ARN is none of names; labels do not begin with `aws` or `ssm`; versions are below 2^63;
/// names have 1011 characters at most.
fn besides(text: &str) -> bool {
    let inner = text.trim_start_matches("{{").trim_end_matches("}}");
    let body = inner.strip_prefix("resolve:").unwrap_or(inner);
    let (is_pointer, body) = match body.strip_prefix("ssm:") {
        Some(body) => (true, body),
        None => (false, body),
    };
    let mut fields: Vec<_> = body.split(':').collect();
    if fields[0] == "arn" && fields.len() > 1 {
        let Some(region) = fields.get(3).filter(|_| fields.len() > 5) else {
            return false;
        };
        let words: Vec<_> = region.split('-').collect();
        let taken = ["gov", "iso", "isob", "isoe", "isof"];
        if region.len() > 36 || words.len() == 3 && taken.contains(&words[1]) {
            return false;
        }
        fields.drain(..5);
    }
    if !is_pointer {
        return true;
    }
    let name = fields[0].strip_prefix("parameter/").unwrap_or(fields[0]);
    let selector = fields.get(1).unwrap_or(&"1").to_ascii_lowercase();
    let is_good = if selector.starts_with(|first: char| first.is_ascii_digit()) {
        selector.parse::<i64>().is_ok()
    } else {
        !selector.starts_with("aws") && !selector.starts_with("ssm")
    };
    is_good && name.len() <= 1011
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::Aws, "ami-0AE8605ED708E3C3E", "ami-0ae8605ed708e3c3e"),
    (Cloud::Aws, "AMI-0ae8605ed708e3c3e", "ami-0ae8605ed708e3c3e"),
    (Cloud::Aws, "ami-Oae86o5ed7O8e3c3e", "ami-0ae8605ed708e3c3e"),
    (Cloud::Aws, "ami-l3cfI27a", "ami-13cf127a"),
    (Cloud::Aws, "ami_03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "ami:03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "ami03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "ami--03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "ami\u{2011}03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "aki_88AA75E1", "aki-88aa75e1"),
    (Cloud::Aws, "0ae8605ed708e3c3e", "ami-0ae8605ed708e3c3e"),
    (Cloud::Aws, "us-east-1:ami-03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "us-east-1/ami-03cf127a", "ami-03cf127a"),
    (Cloud::Aws, "ami-03cf127a@us-east-1", "ami-03cf127a"),
    (
        Cloud::Aws,
        "ami-0ae8605ed708e3c3e (64-bit (x86))",
        "ami-0ae8605ed708e3c3e",
    ),
    (
        Cloud::Aws,
        "\"ImageId\": \"ami-0ae8605ed708e3c3e\"",
        "ami-0ae8605ed708e3c3e",
    ),
    (
        Cloud::Aws,
        "https://us-east-1.console.aws.amazon.com/ec2/home?region=us-east-1#ImageDetails:imageId=ami-0ae8605ed708e3c3e",
        "ami-0ae8605ed708e3c3e",
    ),
    (
        Cloud::Aws,
        "ami-0ae8605ed708e3c3e\n",
        "ami-0ae8605ed708e3c3e",
    ),
    (
        Cloud::Aws,
        "ami-0ae8605ed708e3c3e,ami-0ae8605ed708e3c3e",
        "ami-0ae8605ed708e3c3e",
    ),
    (
        Cloud::Aws,
        "ami-01234567-89AB-cdef-0123-456789abcdef",
        "ami-0123456789abcdef0123456789abcdef",
    ),
    (
        Cloud::Aws,
        "ARN:aws:ec2:US-EAST-1::Image/AMI-03CF127A",
        "arn:aws:ec2:us-east-1::image/ami-03cf127a",
    ),
    (
        Cloud::Aws,
        "arn:aws:ec2:us-east-1::image/ami-03cf127a:latest",
        "arn:aws:ec2:us-east-1::image/ami-03cf127a",
    ),
    (
        Cloud::Aws,
        "arn:aws:ec2:us-east-1:1234-5678-9012:image/ami-03cf127a/",
        "arn:aws:ec2:us-east-1:123456789012:image/ami-03cf127a",
    ),
    (
        Cloud::Aws,
        "arn:aws:ec2:us-east-1a:image:03cf127a",
        "arn:aws:ec2:us-east-1::image/ami-03cf127a",
    ),
    (
        Cloud::Aws,
        "arn:aws:ec2:cn-north-1::image/ami-03cf127a",
        "arn:aws-cn:ec2:cn-north-1::image/ami-03cf127a",
    ),
    (
        Cloud::Aws,
        "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0123456789abcdef",
        "ami-0123456789abcdef0123456789abcdef",
    ),
    (
        Cloud::Aws,
        "resolve:ssm/aws/service/x",
        "resolve:ssm:/aws/service/x",
    ),
    (
        Cloud::Aws,
        "ssm://aws/service/x",
        "resolve:ssm:/aws/service/x",
    ),
    (Cloud::Aws, "ssm:///Golden", "resolve:ssm:/Golden"),
    (Cloud::Aws, "ssm://golden:3", "resolve:ssm:golden:3"),
    (Cloud::Aws, "Resolve:SSM:/Prod/Ami", "resolve:ssm:/Prod/Ami"),
    (Cloud::Aws, "{{ resolve:ssm:/a/b:3 }}", "resolve:ssm:/a/b:3"),
    (Cloud::Aws, "{{resolve:ssm:/a/b", "resolve:ssm:/a/b"),
    (Cloud::Aws, "resolve:ssm:a/b/", "resolve:ssm:/a/b"),
    (
        Cloud::Aws,
        "/aws/service/ecs/optimized-ami/recommended",
        "resolve:ssm:/aws/service/ecs/optimized-ami/recommended",
    ),
    (
        Cloud::Aws,
        "arn:aws:ssm:us-east-1:123456789012:parameter/a/b",
        "resolve:ssm:arn:aws:ssm:us-east-1:123456789012:parameter/a/b",
    ),
];
