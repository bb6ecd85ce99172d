//! Parses IP addresses by value: `2001:DB8::1` and `2001:db8:0:0:0:0:0:1` are one key, while
//! `999.1.1.1`, `1.2.3` and `01.2.3.4` are not addresses. The rules are those of `std::net`; the
//! tests compare against it.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest text of an IPv6 address: six groups and an IPv4 address.
const LONGEST: usize = 45;

/// An address by value. An IPv4-mapped IPv6 address stays IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// The four parts, first part in the highest byte.
    V4(u32),
    /// The eight groups, first group highest.
    V6(u128),
}

/// Parses `field`, all of which must be the address.
pub fn parse(field: &[u8]) -> Option<Address> {
    if let Some(value) = parse_v4(field) {
        return Some(Address::V4(value));
    }
    parse_v6(field).map(Address::V6)
}

/// Parses four decimal parts of 0 to 255 without leading zeros.
pub fn parse_v4(field: &[u8]) -> Option<u32> {
    if field.len() < 7 || field.len() > 15 {
        return None;
    }
    let (mut value, mut part, mut digits, mut dots) = (0u32, 0u32, 0u32, 0u32);
    for &byte in field {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if digits > 0 && part == 0 {
                return None;
            }
            part = part * 10 + u32::from(digit);
            digits += 1;
            if part > 255 {
                return None;
            }
        } else if byte == b'.' && digits > 0 && dots < 3 {
            value = value << 8 | part;
            (part, digits) = (0, 0);
            dots += 1;
        } else {
            return None;
        }
    }
    (dots == 3 && digits > 0).then_some(value << 8 | part)
}

fn parse_v6(field: &[u8]) -> Option<u128> {
    if field.len() < 2 || field.len() > LONGEST || !field.contains(&b':') {
        return None;
    }
    let text = std::str::from_utf8(field).ok()?;
    text.parse::<Ipv6Addr>().ok().map(u128::from)
}

/// The text of an IPv4 address.
pub fn v4_text(value: u32) -> String {
    Ipv4Addr::from(value).to_string()
}

/// The text of an IPv6 address as RFC 5952 writes it.
pub fn v6_text(value: u128) -> String {
    Ipv6Addr::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;

    fn oracle(field: &[u8]) -> Option<Address> {
        match std::str::from_utf8(field).ok()?.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => Some(Address::V4(address.into())),
            IpAddr::V6(address) => Some(Address::V6(address.into())),
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for field in [
            "999.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            " 1.2.3.4",
            "1.2.3.4 ",
            "01.2.3.4",
            "1.2.3.00",
            "1..2.3",
            "1.2.3.",
            "",
            "-",
            "::1%eth0",
            "[::1]",
            "1:2:3:4:5:6:7",
            ":::",
            "12345::",
            "::ffff:01.2.3.4",
            "1.2.3.4\0",
        ] {
            assert_eq!(parse(field.as_bytes()), None, "{field:?}");
            assert_eq!(oracle(field.as_bytes()), None, "{field:?}");
        }
    }

    #[test]
    fn a_value_has_one_spelling() {
        for (field, text) in [
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
            ("::ffff:102:304", "::ffff:1.2.3.4"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
            ("0:0:0:0:0:0:0:0", "::"),
        ] {
            let Some(Address::V6(value)) = parse(field.as_bytes()) else { panic!("{field}") };
            assert_eq!(v6_text(value), text);
        }
        assert_eq!(parse(b"255.0.10.1").map(|_| v4_text(0xff00_0a01)), Some("255.0.10.1".to_owned()));
    }

    proptest! {
        #[test]
        fn as_the_standard_library_says(field in "[0-9a-f.:]{0,20}|[0-9]{1,3}(\\.[0-9]{1,3}){2,4}|([0-9a-fA-F]{0,5}:){1,8}[0-9a-f.]{0,9}") {
            prop_assert_eq!(parse(field.as_bytes()), oracle(field.as_bytes()));
        }
    }
}
