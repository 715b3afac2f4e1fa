//! AWS, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    let text = text.as_bytes();
    match text {
        [b'a', b'm', b'i', b'-', digits @ ..] => {
            matches!(digits.len(), 8 | 17 | 32) && is_hex(digits)
        }
        [b'a', b'k' | b'r', b'i', b'-', digits @ ..] => {
            matches!(digits.len(), 8 | 17) && is_hex(digits)
        }
        [b'a', b'r', b'n', b':', ..] => image_arn(text).is_some(),
        _ => pointer(text).is_some(),
    }
}

fn is_hex(digits: &[u8]) -> bool {
    digits
        .iter()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Partition, region, account and what follows them.
type Arn<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8]);

fn image_arn(text: &[u8]) -> Option<Arn<'_>> {
    let arn = arn(text, b"ec2:")?;
    let digits = arn.3.strip_prefix(b"image/ami-")?;
    (matches!(digits.len(), 8 | 17) && is_hex(digits)).then_some(arn)
}

/// The first field and what stands behind its colon.
fn field(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    Some((text.get(..colon)?, text.get(colon + 1..)?))
}

fn arn<'a>(text: &'a [u8], service: &[u8]) -> Option<Arn<'a>> {
    let (partition, rest) = field(text.strip_prefix(b"arn:")?)?;
    let (region, rest) = field(rest.strip_prefix(service)?)?;
    let (account, rest) = field(rest)?;
    if !matches!(account.len(), 0 | 12) || !account.iter().all(u8::is_ascii_digit) {
        return None;
    }
    (partition == partition_of(region)?).then_some((partition, region, account, rest))
}

/// The partition that a region is of.
fn partition_of(region: &[u8]) -> Option<&'static [u8]> {
    let mut words = region.split(|byte| *byte == b'-');
    let (first, second, third) = (words.next()?, words.next()?, words.next()?);
    let (partition, area, number): (&[u8], _, _) = match words.next() {
        None => {
            let partition: &[u8] = match first {
                b"us" | b"eu" | b"ap" | b"sa" | b"ca" | b"me" | b"af" | b"il" | b"mx" => b"aws",
                b"cn" => b"aws-cn",
                _ => return None,
            };
            if matches!(second, b"gov" | b"iso" | b"isob" | b"isoe" | b"isof") {
                return None;
            }
            (partition, second, third)
        }
        Some(number) => {
            let partition: &[u8] = match (first, second) {
                (b"us", b"gov") => b"aws-us-gov",
                (b"us", b"iso") => b"aws-iso",
                (b"us", b"isob") => b"aws-iso-b",
                (b"eu", b"isoe") => b"aws-iso-e",
                (b"us", b"isof") => b"aws-iso-f",
                (b"eusc", b"de") => b"aws-eusc",
                _ => return None,
            };
            (partition, third, number)
        }
    };
    let fits = words.next().is_none()
        && region.len() <= 36
        && !area.is_empty()
        && area.iter().all(u8::is_ascii_lowercase)
        && matches!(number, [b'1'..=b'9', rest @ ..] if rest.len() <= 2 && rest.iter().all(u8::is_ascii_digit));
    fits.then_some(partition)
}

/// Name and selector.
fn pointer(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let body = match text.strip_prefix(b"{{resolve:ssm:") {
        Some(open) => open.strip_suffix(b"}}")?,
        None => text
            .strip_prefix(b"resolve:ssm:")
            .or_else(|| text.strip_prefix(b"ssm:"))?,
    };
    let (name, is_path) = if body.starts_with(b"arn:") {
        let (_, _, _, resource) = arn(body, b"ssm:")?;
        (resource.strip_prefix(b"parameter/")?, true)
    } else {
        match body {
            [b'/', name @ ..] => (name, true),
            name => (name, false),
        }
    };
    let mut levels = 1;
    let mut before = b'/';
    let mut end = name.len();
    for (at, byte) in name.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {}
            b'/' if is_path && before != b'/' && levels < 15 => levels += 1,
            b':' => {
                end = at;
                break;
            }
            _ => return None,
        }
        before = *byte;
    }
    if before == b'/' || end > 1010 {
        return None;
    }
    let name_end = body.len() - name.len() + end;
    let selector = body.get(name_end..)?;
    let is_good = match selector {
        [] => true,
        [b':', b'1'..=b'9', digits @ ..] => {
            digits.len() < 18 && digits.iter().all(u8::is_ascii_digit)
                || std::str::from_utf8(selector.get(1..)?)
                    .ok()?
                    .parse::<i64>()
                    .is_ok()
        }
        [b':', label @ ..] => is_label(label),
        _ => false,
    };
    is_good.then_some((body.get(..name_end)?, selector))
}

fn is_label(label: &[u8]) -> bool {
    let is_reserved = label
        .get(..3)
        .is_some_and(|head| head.eq_ignore_ascii_case(b"aws") || head.eq_ignore_ascii_case(b"ssm"));
    matches!(label.len(), 1..=100)
        && !is_reserved
        && !label.starts_with(b"0")
        && label.iter().all(
            |byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-'),
        )
}
