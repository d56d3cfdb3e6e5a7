//! Points in time, and how certificates write them (RFC 5280 §4.1.2.5).

use super::asn1::{Element, Tag, malformed};
use crate::fault::{Fault, UtcTime};
use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds. The crate reads no clock by itself: time is an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The system's clock.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        let seconds = |d: core::time::Duration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
        Self(match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => seconds(since),
            Err(before) => seconds(before.duration()).saturating_neg(),
        })
    }

    /// [5280-4.1.2.5-1]
    /// UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ`: always with seconds, always Z, never a fraction
    /// (RFC 5280 §4.1.2.5.1, §4.1.2.5.2).
    pub(super) fn read(time: &Element<'_>, field: &'static str) -> Result<Self, Fault> {
        let wrong = || malformed(field);
        let (century, rest) = match time.tag {
            Tag::UtcTime => (None, time.content),
            Tag::GeneralizedTime => {
                let (century, rest) = time.content.split_at_checked(2).ok_or_else(wrong)?;
                (Some(two_digits(century).ok_or_else(wrong)?), rest)
            }
            _ => return Err(wrong()),
        };
        let Some((digits, b"Z")) = rest.split_at_checked(12) else { return Err(wrong()) };
        let mut fields = [0; 6];
        for (field, pair) in fields.iter_mut().zip(digits.chunks(2)) {
            *field = two_digits(pair).ok_or_else(wrong)?;
        }
        let [year, month, day, hour, minute, second] = fields;
        let century = match century {
            Some(century) => century,
            // §4.1.2.5.1: two digits of a year mean 1950 to 2049.
            None if year >= 50 => 19,
            None => 20,
        };
        civil(century.saturating_mul(100).saturating_add(year), month, day, hour, minute, second).ok_or_else(wrong)
    }
}

/// The time at which certificates are judged, by how far it can be trusted. What it can't tell is not checked, and
/// [`Verified::unchecked`](super::Verified::unchecked) says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// A clock that is right: notBefore and notAfter are checked (RFC 5280 §6.1.3 (a) (2)).
    Known(UnixTime),
    /// It is at least this late: the time of the build, or the last one that was seen. What had expired by then is refused.
    /// Whether something expired since, or is not yet valid, can't be told.
    AtLeast(UnixTime),
    /// Nothing is known: notBefore and notAfter are not looked at.
    Unknown,
}

impl Time {
    /// [5280-6.1.1-1] The earliest and the latest that it can be.
    pub(super) const fn bounds(self) -> (UnixTime, UnixTime) {
        match self {
            Self::Known(now) => (now, now),
            Self::AtLeast(least) => (least, UnixTime(i64::MAX)),
            Self::Unknown => (UnixTime(i64::MIN), UnixTime(i64::MAX)),
        }
    }
}

/// As a clock gives it.
impl From<UnixTime> for Time {
    fn from(now: UnixTime) -> Self {
        Self::Known(now)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(now) => now.fmt(f),
            Self::AtLeast(now) => write!(f, "{now} or later"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        UtcTime(self.0).fmt(f)
    }
}

fn two_digits(pair: &[u8]) -> Option<i32> {
    match *pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(i32::from(tens & 0x0f).saturating_mul(10).saturating_add(i32::from(ones & 0x0f)))
        }
        _ => None,
    }
}

/// A date of the proleptic Gregorian calendar; `None` for one that does not exist. The year has four digits at most, and the
/// rest two each.
#[allow(clippy::arithmetic_side_effects)] // with that, nothing here comes near to the ends of its type
fn civil(year: i32, month: i32, day: i32, hour: i32, minute: i32, second: i32) -> Option<UnixTime> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years are counted from March, so that leap days come last, and from 400 years before, so that none is negative.
    let (year, month) = if month > 2 { (year + 400, month - 3) } else { (year + 399, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    // 1970-01-01 counted in the same way.
    let days = days - (719_468 + 146_097);
    Some(UnixTime(i64::from(days) * 86_400 + i64::from((hour * 60 + minute) * 60 + second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn read(tag: Tag, text: &str) -> Option<UnixTime> {
        UnixTime::read(&Element { tag, content: text.as_bytes(), whole: &[] }, "time").ok()
    }

    // [5280-4.1.2.5-1]
    #[test]
    fn utc_time_spans_1950_to_2049() {
        for (text, printed) in [
            ("500101000000Z", "1950-01-01T00:00:00Z"),
            ("691231235959Z", "1969-12-31T23:59:59Z"),
            ("700101000000Z", "1970-01-01T00:00:00Z"),
            ("240229123456Z", "2024-02-29T12:34:56Z"),
            ("491231235959Z", "2049-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(Tag::UtcTime, text).unwrap().to_string(), printed);
        }
        assert_eq!(read(Tag::UtcTime, "700101000000Z"), Some(UnixTime(0)));
        assert_eq!(read(Tag::UtcTime, "691231235959Z"), Some(UnixTime(-1)));
    }

    #[test]
    fn generalized_time_spans_all_four_digit_years() {
        assert_eq!(read(Tag::GeneralizedTime, "99991231235959Z"), Some(UnixTime(253_402_300_799)));
        assert_eq!(read(Tag::GeneralizedTime, "00000301000000Z").unwrap().to_string(), "0000-03-01T00:00:00Z");
        assert_eq!(read(Tag::GeneralizedTime, "20000229000000Z").unwrap().to_string(), "2000-02-29T00:00:00Z");
        assert_eq!(read(Tag::GeneralizedTime, "21000301000000Z").unwrap().to_string(), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "230229000000Z",
            "240230000000Z",
            "241301000000Z",
            "240001000000Z",
            "240100000000Z",
            "240431000000Z",
            "240101240000Z",
            "240101006000Z",
            "240101000060Z",
        ] {
            assert_eq!(read(Tag::UtcTime, text), None, "{text}");
        }
        assert_eq!(read(Tag::GeneralizedTime, "21000229000000Z"), None);
    }

    // [5280-4.1.2.5-1]
    #[test]
    fn other_spellings_of_time_are_refused() {
        for text in ["", "Z", "2401010000Z", "240101000000", "240101000000+0000", "240101000000Z ", "24 101000000Z"] {
            assert_eq!(read(Tag::UtcTime, text), None, "{text}");
        }
        for text in ["20240101000000.5Z", "240101000000Z", "2024010100Z"] {
            assert_eq!(read(Tag::GeneralizedTime, text), None, "{text}");
        }
        assert_eq!(read(Tag::PrintableString, "240101000000Z"), None);
    }
}
