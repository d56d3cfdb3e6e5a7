//! DER beside its definition: where each field begins, and at which byte the first one is not what it must be.

/// What a field must be.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// SEQUENCE, SET or an explicit tag, with these fields.
    Fields(&'static [Field]),
    /// Elements of this shape and tag, as many as there are.
    Many(&'static Field),
    /// Any content.
    Any,
    Integer,
    Boolean,
    BitString,
    ObjectIdentifier,
    /// UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5).
    Time,
}

/// A field: its name in the definition, its tags, whether it may be missing, and its content.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// None at all stands for every tag.
    pub(super) tags: &'static [u8],
    pub(super) optional: bool,
    pub(super) shape: Shape,
}

/// A field that was found.
pub(super) struct Found {
    /// Its name behind those that it lies in, joined by dots.
    pub(super) path: String,
    /// Of its first byte, the tag.
    pub(super) offset: usize,
}

/// The first byte that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) path: String,
    pub(super) offset: usize,
    pub(super) what: String,
}

/// One element: its tag, where its content begins, and where it ends.
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) begin: usize,
    pub(super) end: usize,
}

/// Reads the element at `at`, which ends before `end`.
pub(super) fn element(der: &[u8], at: usize, end: usize) -> Result<Element<'_>, String> {
    let bytes = der.get(at..end).unwrap_or_default();
    let (&tag, rest) = bytes.split_first().ok_or("nothing is here")?;
    if tag & 0x1f == 0x1f {
        return Err("a tag of more than one byte, which nothing here uses".to_owned());
    }
    let (&first, rest) = rest.split_first().ok_or("the length is missing")?;
    let (header, length) = match first {
        0..=0x7f => (2, usize::from(first)),
        0x80 => return Err("a length that is not told, which DER does not allow".to_owned()),
        0x81..=0x84 => {
            let count = usize::from(first & 0x0f);
            let digits = rest.get(..count).ok_or("the length is cut off")?;
            let length = digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
            if digits.first() == Some(&0) || length < 0x80 {
                return Err("a length in more bytes than DER allows".to_owned());
            }
            (2 + count, length)
        }
        _ => return Err("a length beyond all reason".to_owned()),
    };
    let content = bytes.get(header..).and_then(|rest| rest.get(..length)).ok_or_else(|| {
        let there = bytes.len().saturating_sub(header);
        format!("{length} bytes are told, and only {there} are left")
    })?;
    Ok(Element { tag, content, begin: at + header, end: at + header + length })
}

/// Compares all of `der` with one field.
pub(super) fn walk(der: &[u8], field: &Field) -> Result<Vec<Found>, Malformed> {
    let mut walk = Walk { der, found: Vec::new() };
    let end = walk.field(field, "", 0, der.len())?;
    if end < der.len() {
        let what = format!("{} bytes follow the end", der.len() - end);
        return Err(Malformed { path: field.name.to_owned(), offset: end, what });
    }
    Ok(walk.found)
}

struct Walk<'a> {
    der: &'a [u8],
    found: Vec<Found>,
}

impl Walk<'_> {
    /// Returns where the next field begins.
    fn field(&mut self, field: &Field, above: &str, at: usize, end: usize) -> Result<usize, Malformed> {
        let path = if above.is_empty() { field.name.to_owned() } else { format!("{above}.{}", field.name) };
        let wrong = |offset, what: String| Malformed { path: path.clone(), offset, what };
        let fits = |tag: u8| field.tags.is_empty() || field.tags.contains(&tag);
        if field.optional && self.der.get(at..end).and_then(|rest| rest.first()).is_none_or(|tag| !fits(*tag)) {
            return Ok(at);
        }
        let element = element(self.der, at, end).map_err(|what| wrong(at, what))?;
        if !fits(element.tag) {
            let wanted = field.tags.iter().map(|tag| tag_name(*tag)).collect::<Vec<_>>().join(" or ");
            return Err(wrong(at, format!("{} where {wanted} must be", tag_name(element.tag))));
        }
        self.found.push(Found { path: path.clone(), offset: at });
        match field.shape {
            Shape::Fields(fields) => {
                let mut at = element.begin;
                for field in fields {
                    at = self.field(field, &path, at, element.end)?;
                }
                if at < element.end {
                    let what = format!("{} stands behind the last field", tag_name(self.der[at]));
                    return Err(wrong(at, what));
                }
            }
            Shape::Many(field) => {
                let mut at = element.begin;
                while at < element.end {
                    at = self.field(field, &path, at, element.end)?;
                }
            }
            Shape::Any => {}
            shape => content(shape, element.content).map_err(|what| wrong(at, what.to_owned()))?,
        }
        Ok(element.end)
    }
}

fn content(shape: Shape, content: &[u8]) -> Result<(), &'static str> {
    let fits = match shape {
        Shape::Integer => !matches!(content, [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..]),
        Shape::Boolean => matches!(content, [0 | 0xff]),
        Shape::BitString => matches!(content, [0..=7, ..]),
        Shape::ObjectIdentifier => content.last().is_some_and(|last| last & 0x80 == 0),
        Shape::Time => is_time(content),
        Shape::Fields(_) | Shape::Many(_) | Shape::Any => true,
    };
    fits.then_some(()).ok_or(match shape {
        Shape::Integer => "not an INTEGER as DER writes it",
        Shape::Boolean => "a BOOLEAN that is neither 00 nor FF",
        Shape::BitString => "not a BIT STRING",
        Shape::ObjectIdentifier => "not an OBJECT IDENTIFIER",
        _ => "not a time with seconds and a Z, or none that exists",
    })
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn is_time(content: &[u8]) -> bool {
    let Some((b'Z', digits)) = content.split_last() else { return false };
    let numbers: Vec<u8> = digits.chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()?.parse().ok()).collect();
    let ranges = [1..=12, 1..=31, 0..=23, 0..=59, 0..=59];
    digits.iter().all(u8::is_ascii_digit)
        && matches!(digits.len(), 12 | 14)
        && numbers.iter().rev().zip(ranges.iter().rev()).all(|(number, range)| range.contains(number))
}

fn tag_name(tag: u8) -> String {
    match tag {
        1 => "BOOLEAN".to_owned(),
        2 => "INTEGER".to_owned(),
        3 => "BIT STRING".to_owned(),
        4 => "OCTET STRING".to_owned(),
        5 => "NULL".to_owned(),
        6 => "OBJECT IDENTIFIER".to_owned(),
        0x17 => "UTCTime".to_owned(),
        0x18 => "GeneralizedTime".to_owned(),
        0x30 => "SEQUENCE".to_owned(),
        0x31 => "SET".to_owned(),
        0x80..=0xbf => format!("[{}]", tag & 0x1f),
        other => format!("tag {other:#04x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Field = Field {
        name: "Pair",
        tags: &[0x30],
        optional: false,
        shape: Shape::Fields(&[
            Field { name: "first", tags: &[2], optional: false, shape: Shape::Integer },
            Field { name: "flag", tags: &[1], optional: true, shape: Shape::Boolean },
        ]),
    };

    #[test]
    fn fields_are_found_where_they_begin() {
        let paths = |der: &[u8]| {
            let found = walk(der, &PAIR).unwrap();
            found.into_iter().map(|found| (found.path, found.offset)).collect::<Vec<_>>()
        };
        let both = [("Pair".to_owned(), 0), ("Pair.first".to_owned(), 2), ("Pair.flag".to_owned(), 5)];
        assert_eq!(paths(&[0x30, 6, 2, 1, 5, 1, 1, 0xff]), both);
        assert_eq!(paths(&[0x30, 3, 2, 1, 5]), both[..2]);
    }

    #[test]
    fn the_first_wrong_byte_is_named_with_its_field() {
        for (der, path, offset, what) in [
            (&[0x30, 3, 2, 1][..], "Pair", 0, "3 bytes are told, and only 2 are left"),
            (&[0x30, 3, 4, 1, 5], "Pair.first", 2, "OCTET STRING where INTEGER must be"),
            (&[0x30, 4, 2, 2, 0, 5], "Pair.first", 2, "not an INTEGER as DER writes it"),
            (&[0x30, 6, 2, 1, 5, 1, 1, 1], "Pair.flag", 5, "a BOOLEAN that is neither 00 nor FF"),
            (&[0x30, 5, 2, 1, 5, 5, 0], "Pair", 5, "NULL stands behind the last field"),
            (&[0x30, 3, 2, 1, 5, 0], "Pair", 5, "1 bytes follow the end"),
            (&[0x30, 0x81, 3, 2, 1, 5], "Pair", 0, "a length in more bytes than DER allows"),
            (&[0x30, 0], "Pair.first", 2, "nothing is here"),
        ] {
            let told = walk(der, &PAIR).err().unwrap();
            assert_eq!(told, Malformed { path: path.to_owned(), offset, what: what.to_owned() });
        }
    }

    #[test]
    fn times_have_seconds_and_exist() {
        assert!(is_time(b"260528000000Z") && is_time(b"20260528000000Z"));
        for text in [&b"2605280000Z"[..], b"261328000000Z", b"260532000000Z", b"260528240000Z", b"260528000000", b""] {
            assert!(!is_time(text));
        }
    }
}
