//! Alerts (RFC 8446 §6).

use super::{AlertDescription, AlertLevel, Encode, Malformed, Parse, Writer, exactly};

/// The whole content of a record of type `alert`.
///
/// ```text
/// struct {
///     AlertLevel level;
///     AlertDescription description;
/// } Alert;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Says nothing in TLS 1.3.
    pub level: AlertLevel,
    /// What the sender means.
    pub description: AlertDescription,
}

impl Parse<'_> for Alert {
    fn parse(body: &[u8]) -> Result<Self, Malformed> {
        exactly("Alert", body, |r| Self {
            level: AlertLevel(r.u8("level")),
            description: AlertDescription(r.u8("description")),
        })
    }
}

impl Encode for Alert {
    fn encode(&self, w: &mut Writer<'_>) {
        w.put(&[self.level.0, self.description.0]);
    }
}
