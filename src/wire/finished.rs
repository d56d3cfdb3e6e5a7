//! Finished (RFC 8446 §4.4.4).

use super::{Encode, HandshakeType, Malformed, Message, Parse, Writer};

/// The MAC over the handshake.
///
/// ```text
/// struct {
///     opaque verify_data[Hash.length];
/// } Finished;
/// ```
///
/// The hash is not known here, so any length is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished<'a> {
    /// The MAC.
    pub verify_data: &'a [u8],
}

impl<'a> Parse<'a> for Finished<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        Ok(Self { verify_data: body })
    }
}

impl Encode for Finished<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.put(self.verify_data);
    }
}

impl Message for Finished<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::finished
    }
}
