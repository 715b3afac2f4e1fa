//! What addresses are for, and networks.

use super::{at, ip, open};
use atlas_fetch::{AddressRange as Is, FetchPolicy, Network};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use proptest::prelude::*;

/// The first and the last address of a range, the range, and those before and behind it.
type Row = (&'static str, &'static str, Is, Option<Is>, Option<Is>);

/// Every range, by hand.
#[rustfmt::skip]
const RANGES: &[Row] = &[
    ("0.0.0.0", "0.255.255.255", Is::Unspecified, None, None),
    ("10.0.0.0", "10.255.255.255", Is::Private, None, None),
    ("100.64.0.0", "100.100.100.199", Is::Shared, None, Some(Is::Metadata)),
    ("100.100.100.200", "100.100.100.200", Is::Metadata, Some(Is::Shared), Some(Is::Shared)),
    ("100.100.100.201", "100.127.255.255", Is::Shared, Some(Is::Metadata), None),
    ("127.0.0.0", "127.255.255.255", Is::Loopback, None, None),
    ("168.63.129.16", "168.63.129.16", Is::Metadata, None, None),
    ("169.254.0.0", "169.254.0.22", Is::LinkLocal, None, Some(Is::Metadata)),
    ("169.254.0.23", "169.254.0.23", Is::Metadata, Some(Is::LinkLocal), Some(Is::LinkLocal)),
    ("169.254.42.42", "169.254.42.42", Is::Metadata, Some(Is::LinkLocal), Some(Is::LinkLocal)),
    ("169.254.169.254", "169.254.169.254", Is::Metadata, Some(Is::LinkLocal), Some(Is::LinkLocal)),
    ("169.254.170.2", "169.254.170.2", Is::Metadata, Some(Is::LinkLocal), Some(Is::LinkLocal)),
    ("169.254.170.23", "169.254.170.23", Is::Metadata, Some(Is::LinkLocal), Some(Is::LinkLocal)),
    ("169.254.170.24", "169.254.255.255", Is::LinkLocal, Some(Is::Metadata), None),
    ("172.16.0.0", "172.31.255.255", Is::Private, None, None),
    ("192.0.0.0", "192.0.0.191", Is::Protocol, None, Some(Is::Metadata)),
    ("192.0.0.192", "192.0.0.192", Is::Metadata, Some(Is::Protocol), Some(Is::Protocol)),
    ("192.0.0.193", "192.0.0.255", Is::Protocol, Some(Is::Metadata), None),
    ("192.0.2.0", "192.0.2.255", Is::Documentation, None, None),
    ("192.88.99.0", "192.88.99.255", Is::Reserved, None, None),
    ("192.168.0.0", "192.168.255.255", Is::Private, None, None),
    ("198.18.0.0", "198.19.255.255", Is::Benchmarking, None, None),
    ("198.51.100.0", "198.51.100.255", Is::Documentation, None, None),
    ("203.0.113.0", "203.0.113.255", Is::Documentation, None, None),
    ("224.0.0.0", "239.255.255.255", Is::Multicast, None, Some(Is::Reserved)),
    ("240.0.0.0", "255.255.255.254", Is::Reserved, Some(Is::Multicast), Some(Is::Broadcast)),
    ("255.255.255.255", "255.255.255.255", Is::Broadcast, Some(Is::Reserved), None),
    ("::", "::", Is::Unspecified, None, Some(Is::Loopback)),
    ("::1", "::1", Is::Loopback, Some(Is::Unspecified), Some(Is::Compatible)),
    ("::2", "::255.255.255.255", Is::Compatible, Some(Is::Loopback), Some(Is::Reserved)),
    ("::1:0:0", "::fffe:ffff:ffff", Is::Reserved, Some(Is::Compatible), Some(Is::Unspecified)),
    // IPv4-mapped is what is in it.
    ("::ffff:0.0.0.0", "::ffff:0.255.255.255", Is::Unspecified, Some(Is::Reserved), None),
    ("::ffff:255.255.255.255", "::ffff:255.255.255.255", Is::Broadcast, Some(Is::Reserved), Some(Is::Reserved)),
    ("::1:0:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", Is::Reserved, Some(Is::Broadcast), Some(Is::Unspecified)),
    // So is NAT64.
    ("64:ff9b::", "64:ff9b::ff:ffff", Is::Unspecified, Some(Is::Reserved), None),
    ("64:ff9b::ffff:ffff", "64:ff9b::ffff:ffff", Is::Broadcast, Some(Is::Reserved), Some(Is::Reserved)),
    ("64:ff9b::1:0:0", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", Is::Reserved, Some(Is::Broadcast), Some(Is::LocalNat64)),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", Is::LocalNat64, Some(Is::Reserved), Some(Is::Reserved)),
    ("100::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::Reserved, Some(Is::Reserved), None),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", Is::Teredo, None, Some(Is::Protocol)),
    ("2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", Is::Protocol, Some(Is::Teredo), Some(Is::Benchmarking)),
    ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", Is::Benchmarking, Some(Is::Protocol), Some(Is::Protocol)),
    ("2001:2:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Is::Protocol, Some(Is::Benchmarking), None),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Is::Documentation, None, None),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::SixToFour, None, None),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Is::Documentation, None, None),
    ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::Reserved, None, Some(Is::UniqueLocal)),
    ("fc00::", "fd00:41:ffff:ffff:ffff:ffff:ffff:ffff", Is::UniqueLocal, Some(Is::Reserved), Some(Is::UniqueLocal)),
    ("fd00:42::42", "fd00:42::42", Is::Metadata, Some(Is::UniqueLocal), Some(Is::UniqueLocal)),
    ("fd00:ec2::23", "fd00:ec2::23", Is::Metadata, Some(Is::UniqueLocal), Some(Is::UniqueLocal)),
    ("fd00:ec2::254", "fd00:ec2::254", Is::Metadata, Some(Is::UniqueLocal), Some(Is::UniqueLocal)),
    ("fd20:ce::254", "fd20:ce::254", Is::Metadata, Some(Is::UniqueLocal), Some(Is::UniqueLocal)),
    ("fd20:ce::255", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::UniqueLocal, Some(Is::Metadata), Some(Is::Reserved)),
    ("fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::Reserved, Some(Is::UniqueLocal), Some(Is::LinkLocal)),
    ("fe80::", "fe80::a9fe:a9fd", Is::LinkLocal, Some(Is::Reserved), Some(Is::Metadata)),
    ("fe80::a9fe:a9fe", "fe80::a9fe:a9fe", Is::Metadata, Some(Is::LinkLocal), Some(Is::LinkLocal)),
    ("fe80::a9fe:a9ff", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::LinkLocal, Some(Is::Metadata), Some(Is::SiteLocal)),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::SiteLocal, Some(Is::LinkLocal), Some(Is::Multicast)),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Is::Multicast, Some(Is::SiteLocal), None),
];

/// The address a step away; none where there is no further one.
fn step(address: IpAddr, by: i8) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(it) => Ipv4Addr::from(u32::from(it).checked_add_signed(i32::from(by))?).into(),
        IpAddr::V6(it) => Ipv6Addr::from(u128::from(it).checked_add_signed(i128::from(by))?).into(),
    })
}

#[test]
fn b07_addresses_that_are_not_public_are_refused_to_the_bit() {
    for (first, last, range, before, behind) in RANGES {
        let (first, last) = (ip(first), ip(last));
        let before = step(first, -1).map(|it| (it, *before));
        let behind = step(last, 1).map(|it| (it, *behind));
        let inside = [(first, Some(*range)), (last, Some(*range))];
        for (address, expected) in inside.into_iter().chain(before).chain(behind) {
            assert_eq!(Is::of(address), expected, "{address}");
            let refused = at(&FetchPolicy::default(), &address.to_string());
            assert_eq!(refused.is_err(), expected.is_some(), "{address}");
        }
    }
}

#[test]
fn public_addresses_are_public() {
    for address in [
        "1.1.1.1",
        "9.9.9.9",
        "11.0.0.0",
        "172.15.255.255",
        "192.31.196.1",
        "198.17.255.255",
        "2606:4700::1111",
        "2a01:4f8::1",
        "2001:200::1",
        "2003::1",
        "3fff:1000::1",
        "::ffff:9.9.9.9",
        "64:ff9b::909:909",
    ] {
        assert_eq!(Is::of(ip(address)), None, "{address}");
        assert_eq!(at(&FetchPolicy::default(), address), Ok(()), "{address}");
    }
}

#[test]
fn b07_an_allowed_network_opens_its_own_range_and_no_other_within() {
    let everything = open(&["0.0.0.0/0", "::/0", "2000::/3"]);
    for address in ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", "2002:a00:1::"] {
        assert!(at(&everything, address).is_err(), "{address}");
    }
    let wide = open(&[
        "10.0.0.0/8",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
        "fe80::/10",
    ]);
    for address in [
        "10.0.0.0",
        "10.255.255.255",
        "169.254.1.1",
        "::ffff:10.1.2.3",
        "64:ff9b::a01:203",
        "100.64.0.1",
        "fd12::1",
    ] {
        assert_eq!(at(&wide, address), Ok(()), "{address}");
    }
    for address in [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "100.100.100.200",
        "fd00:ec2::254",
        "fe80::a9fe:a9fe",
    ] {
        assert!(at(&wide, address).is_err(), "{address}");
    }
    let exact = open(&["169.254.169.254", "127.0.0.1/32"]);
    assert_eq!(at(&exact, "169.254.169.254"), Ok(()));
    assert_eq!(at(&exact, "127.0.0.1"), Ok(()));
    assert!(at(&exact, "127.0.0.2").is_err());
}

#[test]
fn b07_a_refused_network_wins() {
    let mut policy = open(&["10.0.0.0/8"]);
    for network in ["10.9.0.0/16", "9.9.9.0/24", "2a01:4f8:0:64::/96"] {
        policy.refused.insert(Network::parse(network).unwrap());
    }
    for (address, is_allowed) in [
        ("10.8.0.1", true),
        ("10.9.0.1", false),
        ("9.9.8.1", true),
        ("9.9.9.1", false),
        ("::ffff:9.9.9.1", false),
        ("2a01:4f8:0:64::a00:1", false),
        ("2a01:4f8:0:64:0:1::", true),
    ] {
        assert_eq!(at(&policy, address).is_ok(), is_allowed, "{address}");
    }
}

#[test]
fn networks_are_read_and_written_alike() {
    for (text, canonical) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("192.0.2.7", "192.0.2.7/32"),
        ("::/0", "::/0"),
        ("FD00:0::/8", "fd00::/8"),
        ("::1", "::1/128"),
        ("64:ff9b:1::/48", "64:ff9b:1::/48"),
    ] {
        assert_eq!(Network::parse(text).unwrap().to_string(), canonical);
    }
}

#[test]
fn what_is_no_network_is_refused() {
    let said = |text: &str| {
        let error = Network::parse(text).unwrap_err();
        format!("{:>2}  {error}\n", error.at())
    };
    let texts = [
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.1/8",
        "10.0.0/8",
        "010.0.0.0/8",
        "fd00::/129",
        "fd00::1/8",
        "fe80::%eth0/10",
        "::ffff:10.0.0.0/104",
        "64:ff9b::a00:0/104",
        "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/1288",
    ];
    insta::assert_snapshot!(texts.map(said).concat(), @r#"
     0  the network `` begins with no address, such as `10.0.0.0` or `fd00::`
     0  the network `/8` begins with no address, such as `10.0.0.0` or `fd00::`
     9  the network `10.0.0.0/` has a length that is no number up to 32
     9  the network `10.0.0.0/33` has a length that is no number up to 32
     9  the network `10.0.0.0/08` has a length that is no number up to 32
     9  the network `10.0.0.0/+8` has a length that is no number up to 32
     9  the network `10.0.0.0/8/8` has a length that is no number up to 32
     0  the network `10.0.0.1/8` has bits behind its length; set them to zero
     0  the network `10.0.0/8` begins with no address, such as `10.0.0.0` or `fd00::`
     0  the network `010.0.0.0/8` begins with no address, such as `10.0.0.0` or `fd00::`
     7  the network `fd00::/129` has a length that is no number up to 128
     0  the network `fd00::1/8` has bits behind its length; set them to zero
     0  the network `fe80::%eth0/10` begins with no address, such as `10.0.0.0` or `fd00::`
     0  the network `::ffff:10.0.0.0/104` is IPv4 within IPv6; write it as IPv4
     0  the network `64:ff9b::a00:0/104` is IPv4 within IPv6; write it as IPv4
    49  the network `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/1288` is too long
    "#);
}

fn any_ip() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|it| Ipv4Addr::from(it).into()),
        any::<u128>().prop_map(|it| Ipv6Addr::from(it).into()),
    ]
}

/// An IPv4 address in every way that IPv6 has for it.
fn wrapped(address: Ipv4Addr) -> [IpAddr; 6] {
    let [a, b, c, d] = address.octets();
    let pair = |high, low| u16::from_be_bytes([high, low]);
    let (high, low) = (pair(a, b), pair(c, d));
    [
        Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low).into(),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low).into(),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into(),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low).into(),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into(),
        Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low).into(),
    ]
}

proptest! {
    #[test]
    fn b07_what_is_refused_is_refused_in_every_wrapping(
        range in any::<prop::sample::Index>(),
        number: u32,
    ) {
        let v4: Vec<_> = RANGES.iter().filter(|it| ip(it.0).is_ipv4()).collect();
        let (first, last, ..) = range.get(&v4);
        let number_of = |text: &str| u32::from(text.parse::<Ipv4Addr>().unwrap());
        let (first, last) = (number_of(first), number_of(last));
        let span = u64::from(last - first) + 1;
        let inside = Ipv4Addr::from(first + (u64::from(number) % span) as u32);
        for address in wrapped(inside) {
            for policy in [FetchPolicy::default(), open(&["::/0", "2000::/3", "0.0.0.0/0"])] {
                prop_assert!(at(&policy, &address.to_string()).is_err(), "{}", address);
            }
        }
    }

    #[test]
    fn networks_contain_what_has_their_bits(address in any_ip(), other in any_ip(), length in 0_u8..=128, flipped in 0_u8..128) {
        let bits = |it: IpAddr| match it {
            IpAddr::V4(it) => (32, u128::from(u32::from(it)) << 96),
            IpAddr::V6(it) => (128, u128::from(it)),
        };
        let (width, number) = bits(address);
        let length = length.min(width);
        let mask = if length == 0 { 0 } else { u128::MAX << (128 - length) };
        let of = |number: u128| -> IpAddr {
            if width == 32 { Ipv4Addr::from((number >> 96) as u32).into() } else { Ipv6Addr::from(number).into() }
        };
        let network = Network::parse(&format!("{}/{length}", of(number & mask)));
        // IPv4 within IPv6 is not taken.
        prop_assume!(network.is_ok());
        let network = network.unwrap();
        prop_assert_eq!(Network::parse(&network.to_string()), Ok(network));
        let near = number ^ (1 << (127 - flipped % width));
        for one in [address, other, of(near)] {
            let (its_width, its_number) = bits(one);
            let expected = its_width == width && its_number & mask == number & mask;
            prop_assert_eq!(network.contains(one), expected, "{} {}", network, one);
        }
    }
}
