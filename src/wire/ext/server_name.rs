//! `server_name` of a client (RFC 6066 §3), SNI. The server's has an empty body.
//!
//! ```text
//! struct {
//!     NameType name_type;
//!     select (name_type) {
//!         case host_name: HostName;
//!     } name;
//! } ServerName;
//!
//! enum {
//!     host_name(0), (255)
//! } NameType;
//!
//! opaque HostName<1..2^16-1>;
//!
//! struct {
//!     ServerName server_name_list<1..2^16-1>
//! } ServerNameList;
//! ```

use super::super::{Malformed, NoRoom, Writer, exactly, within};
use super::BODY;

const HOST_NAME: u8 = 0;

/// The `host_name`. Names of other types are skipped; all of them begin with a length of two bytes.
pub(in crate::wire) fn read(body: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    let list = exactly(BODY, body, |r| within("server_name_list", 1.., r.vec16("server_name_list")?))?;
    exactly("server_name_list", list, |r| {
        let mut host_name = None;
        while !r.at_end() {
            if r.u8("name_type")? != HOST_NAME {
                r.vec16("name")?;
                continue;
            }
            let name = within("HostName", 1.., r.vec16("HostName")?)?;
            // [6066-3-1] RFC 6066 §3: one name of a type at most.
            if host_name.replace(name).is_some() {
                return Err(Malformed::value("name_type"));
            }
        }
        Ok(host_name)
    })
}

pub(in crate::wire) fn encode(host_name: &[u8], w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| {
        w.u8(HOST_NAME)?;
        w.vec16(|w| w.put(host_name))
    })
}
