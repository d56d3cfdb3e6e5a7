//! EndOfEarlyData (RFC 8446 §4.5).

use super::{Encode, HandshakeType, Malformed, Message, Parse, Writer, exactly};

/// The client's early data ends here: `struct {} EndOfEarlyData`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfEarlyData;

impl Parse<'_> for EndOfEarlyData {
    fn parse(body: &[u8]) -> Result<Self, Malformed> {
        // [4.5-1]
        exactly("EndOfEarlyData", body, |_| Self)
    }
}

impl Encode for EndOfEarlyData {
    fn encode(&self, _: &mut Writer<'_>) {}
}

impl Message for EndOfEarlyData {
    fn kind(&self) -> HandshakeType {
        HandshakeType::end_of_early_data
    }
}
