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

use super::super::{Malformed, Reader, Writer};

const HOST_NAME: u8 = 0;

/// The `host_name`. Names of other types are skipped; all of them begin with a length of two bytes.
pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Option<&'a [u8]> {
    let list = r.vec16("server_name_list");
    r.within("server_name_list", 1.., list);
    let mut host_name = None;
    r.all("server_name_list", list, |r| {
        while !r.at_end() {
            if r.u8("name_type") != HOST_NAME {
                r.vec16("name");
                continue;
            }
            let name = r.vec16("HostName");
            // [6066-3-1] RFC 6066 §3: one name of a type at most.
            if host_name.replace(r.within("HostName", 1.., name)).is_some() {
                r.fail(Malformed::value("name_type"));
            }
        }
    });
    host_name
}

pub(in crate::wire) fn encode(host_name: &[u8], w: &mut Writer<'_>) {
    w.vec16(|w| {
        w.u8(HOST_NAME);
        w.opaque16(host_name);
    });
}
