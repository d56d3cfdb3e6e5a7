//! The name that the caller wants to reach, and whether a certificate is for it (RFC 9525).
#[cfg(feature = "alloc")]
use alloc::borrow::Cow;
use core::{fmt, net::IpAddr};

#[cfg(feature = "alloc")]
type Text<'a> = Cow<'a, str>;
#[cfg(not(feature = "alloc"))]
type Text<'a> = &'a str;

/// The name of the server that a client wants to reach: a DNS name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerName<'a>(Repr<'a>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Repr<'a> {
    Dns(Text<'a>),
    Ip(IpAddr),
}

impl<'a> ServerName<'a> {
    /// A DNS name.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn dns(_name: &'a str) -> Result<Self, NameError> {
        todo!()
    }
    /// An IP address; certificates must carry it as iPAddress.
    #[must_use]
    pub const fn ip(address: IpAddr) -> Self {
        Self(Repr::Ip(address))
    }
    /// An IP address literal, or a DNS name.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn parse(_name: &'a str) -> Result<Self, NameError> {
        todo!()
    }
    /// The DNS name as server_name wants it (RFC 6066 §3): no trailing dot; `None` for addresses.
    #[must_use]
    pub fn as_dns(&self) -> Option<&str> {
        match &self.0 {
            Repr::Dns(name) => Some(name),
            Repr::Ip(_) => None,
        }
    }
    /// The same name, owned.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn into_owned(self) -> ServerName<'static> {
        ServerName(match self.0 {
            Repr::Dns(name) => Repr::Dns(Cow::Owned(name.into_owned())),
            Repr::Ip(address) => Repr::Ip(address),
        })
    }
}

impl fmt::Display for ServerName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Dns(name) => f.write_str(name),
            Repr::Ip(address) => address.fmt(f),
        }
    }
}

/// Why a text is not the name of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// It is empty.
    Empty,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("todo")
    }
}
impl core::error::Error for NameError {}
