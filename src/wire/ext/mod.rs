//! The bodies of the extensions: `read` reads `extension_data`, `encode` writes it.

pub(super) mod application_layer_protocol_negotiation;
pub(super) mod certificate_authorities;
#[cfg(feature = "alloc")]
pub(super) mod compress_certificate;
pub(super) mod cookie;
pub(super) mod early_data;
pub(super) mod flag;
pub(super) mod key_share;
pub(super) mod max_fragment_length;
pub(super) mod oid_filters;
pub(super) mod pre_shared_key;
pub(super) mod psk_key_exchange_modes;
pub(super) mod record_size_limit;
pub(super) mod server_name;
pub(super) mod signature_algorithms;
#[cfg(feature = "alloc")]
pub(super) mod signed_certificate_timestamp;
pub(super) mod status_request;
pub(super) mod supported_groups;
pub(super) mod supported_versions;
#[cfg(feature = "alloc")]
pub(super) mod ticket_request;
#[cfg(feature = "alloc")]
pub(super) mod tls_flags;

pub use application_layer_protocol_negotiation::ProtocolName;
pub use certificate_authorities::DistinguishedName;
pub use key_share::KeyShareEntry;
pub use pre_shared_key::{OfferedPsks, PskBinderEntry, PskIdentity};
#[cfg(feature = "alloc")]
pub use signed_certificate_timestamp::SerializedSct;
#[cfg(feature = "alloc")]
pub use ticket_request::TicketRequest;
#[cfg(feature = "alloc")]
pub use tls_flags::TlsFlags;
