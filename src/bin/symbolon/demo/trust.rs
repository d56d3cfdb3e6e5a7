//! What a ticket rests on: each time something of it is changed at the server, and a client comes with a ticket of before.

use super::pair::Pair;
use crate::pki::{CLIENT, Pki};
use crate::stop::Stop;
use crate::world::ticket_keys;
use crate::wrap::{columns, print, wrapped};
use std::sync::Arc;
use symbolon::config::Resumption;
use symbolon::crypto::Ring;
use symbolon::resumption::{Shelf, TicketKeys};
use symbolon::x509::{Crls, Revocation};
use symbolon::{Allow, Anchors, ClientAuth, ClientConfig, Error, ServerConfig};

/// What a server goes by.
#[derive(Clone)]
struct Trusts {
    keys: Arc<TicketKeys>,
    anchors: Anchors,
    allow: Allow,
    crls: Crls,
}

/// Prints what comes of each change, by trying it.
pub(super) fn try_all(pki: &Pki) -> Result<(), Stop> {
    let before =
        Trusts { keys: ticket_keys()?, anchors: pki.anchors()?, allow: Allow::dns(CLIENT), crls: Crls::joined([]) };
    let stranger = Pki::new("Other")?;
    let crls = Crls::from_pem(&Ring::new(), pki.crl.as_bytes(), &pki.anchors()?).map_err(Stop::refused)?;
    let cases = [
        ("nothing changed", before.clone()),
        ("other ticket key", Trusts { keys: ticket_keys()?, ..before.clone() }),
        ("CA removed", Trusts { anchors: stranger.anchors()?, ..before.clone() }),
        ("no longer allowed", Trusts { allow: Allow::dns("other.test"), ..before.clone() }),
        ("CRL loaded", Trusts { crls, ..before.clone() }),
    ];
    for (changed, after) in cases {
        let came_of_it = try_one(pki, &before, &after)?;
        print(wrapped(&format!("{changed:<20}"), &came_of_it, columns()));
    }
    Ok(())
}

/// A full handshake before, and what the ticket is good for after.
fn try_one(pki: &Pki, before: &Trusts, after: &Trusts) -> Result<String, Stop> {
    let client = ClientConfig::builder(Ring::new())
        .anchors(pki.anchors()?)
        .credential(pki.client.credential()?)
        .tickets(Arc::new(Shelf::new(1, 1)));
    let client = Arc::new(client.build().map_err(Stop::refused)?);
    let full = Pair::run(&client, &before.server(pki)?)?;
    if let Some(error) = full.refusal() {
        return Err(Stop::refused(error));
    }
    let again = Pair::run(&client, &after.server(pki)?)?;
    let psk = match again.server.seen.declined {
        Some(why) => format!("declined: {why}"),
        None if again.server.conn.negotiated().psk.is_some() => "resumed".to_owned(),
        None => return Err(Stop::refused("no ticket came back")),
    };
    Ok(match (again.refusal(), again.server.seen.declined) {
        (None, None) => psk,
        (None, Some(_)) => format!("{psk} → full handshake → let in"),
        (Some(Error::Refused(refusal)), _) => format!("{psk} → full handshake → refused: {}", refusal.alert()),
        (Some(error), _) => return Err(Stop::refused(error)),
    })
}

impl Trusts {
    fn server(&self, pki: &Pki) -> Result<Arc<ServerConfig<Ring>>, Stop> {
        let server = ServerConfig::builder(Ring::new())
            .credential(pki.server.credential()?)
            .client_auth(ClientAuth::require(self.anchors.clone(), self.allow.clone()))
            .revocation(Revocation::soft(self.crls.clone()))
            .resumption(Resumption::stateless(self.keys.clone()).count(1));
        Ok(Arc::new(server.build().map_err(Stop::refused)?))
    }
}
