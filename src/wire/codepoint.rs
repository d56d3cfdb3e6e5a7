//! Code points: newtypes over the wire integer, so that values nobody assigned yet survive (GREASE, RFC 8701).

/// Declares a code point registry: the integer as it stands on the wire, with the names of RFC 8446 as constants.
macro_rules! codepoints {
    ($(#[$doc:meta])* $name:ident($int:ty) { $($value:ident = $number:expr),+ $(,)? }) => {
        $(#[$doc])*
        // [3.5-1]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        #[allow(non_upper_case_globals)]
        impl $name {
            $(
                #[doc = concat!("`", stringify!($value), "` (", stringify!($number), ").")]
                pub const $value: Self = Self($number);
            )+

            /// Every value that has a name here.
            pub const NAMED: &'static [Self] = &[$(Self::$value),+];

            /// The registry's name of this value, if it has one here.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$value => Some(stringify!($value)),)+
                    _ => None,
                }
            }

            /// The value with this name, in any case.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::NAMED.iter().copied().find(|v| v.name().is_some_and(|n| n.eq_ignore_ascii_case(name)))
            }
        }

        impl From<$int> for $name {
            fn from(value: $int) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $int {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => $crate::wire::codepoint::unnamed(f, size_of::<$int>(), self.0.into()),
                }
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use codepoints;

/// What is printed of a value of `size` bytes that has no name.
pub(crate) fn unnamed(f: &mut core::fmt::Formatter<'_>, size: usize, value: u16) -> core::fmt::Result {
    let what = if size == 2 && super::is_grease(value) { "GREASE" } else { "unknown" };
    write!(f, "{what} {value:#0width$x}", width = size.saturating_mul(2).saturating_add(2))
}
