//! Units of sizes (DSP0004, annex C), as much of them as sizes in bytes need.

/// How many bytes a unit has: `byte * 2^30`. The words of OVF 0.9 are still written.
pub(super) fn unit(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.as_str() {
        "" | "byte" | "bytes" => return Some(1),
        "kilobytes" | "kb" => return Some(1 << 10),
        "megabytes" | "mb" => return Some(1 << 20),
        "gigabytes" | "gb" => return Some(1 << 30),
        "terabytes" | "tb" => return Some(1 << 40),
        _ => {}
    }
    let mut factors = lower.split('*').map(str::trim);
    if !matches!(factors.next(), Some("byte" | "bytes")) {
        return None;
    }
    factors.try_fold(1_u64, |product, factor| product.checked_mul(power(factor)?))
}

/// `2^30`, `10^9` or `1024`.
fn power(text: &str) -> Option<u64> {
    let Some((base, exponent)) = text.split_once('^') else {
        return text.parse().ok().filter(|it| *it > 0);
    };
    let base: u64 = base.trim().parse().ok()?;
    base.checked_pow(exponent.trim().parse().ok()?)
        .filter(|it| *it > 0)
}
