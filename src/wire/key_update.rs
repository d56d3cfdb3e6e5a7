//! KeyUpdate (RFC 8446 §4.6.3).

use super::{Encode, HandshakeType, KeyUpdateRequest, Malformed, Message, Parse, Writer, exactly};

/// The sender's next record has new keys.
///
/// ```text
/// struct {
///     KeyUpdateRequest request_update;
/// } KeyUpdate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Whether the receiver shall do the same. Unknown values are read too.
    pub request_update: KeyUpdateRequest,
}

impl Parse<'_> for KeyUpdate {
    fn parse(body: &[u8]) -> Result<Self, Malformed> {
        exactly("KeyUpdate", body, |r| Self { request_update: KeyUpdateRequest(r.u8("request_update")) })
    }
}

impl Encode for KeyUpdate {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.request_update.0);
    }
}

impl Message for KeyUpdate {
    fn kind(&self) -> HandshakeType {
        HandshakeType::key_update
    }
}
