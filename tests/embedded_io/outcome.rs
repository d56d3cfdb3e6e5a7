//! What a link that awaits it learns of client authentication.

use super::driver::{BOTH, Driver, Said, block_on};
use super::peer::Peer;
use super::util::pair::{End, World};
use super::util::provider::{Provider, provider};
use super::{Device, client, client_config, server, server_config};
use embedded_io::ErrorKind;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::io::embedded::Cause;
use symbolon::wire::AlertDescription;
use symbolon::{ClientAuthState, ClientConfig, ClientRole, Confirmation, ServerRole, WhyNothingSent};

fn awaited(
    driver: Driver,
    config: ClientConfigBuilder<Provider>,
    peer: ServerConfigBuilder<Provider>,
) -> (Said<()>, Device<ClientRole>, Peer<ServerRole>) {
    let (mut client, mut peer) = (client(config), Peer::new(End::new(server(peer).conn)));
    let said = block_on(driver.await_client_auth(&mut client.link(&mut peer)));
    (said, client, peer)
}

#[test]
fn a_link_waits_for_the_confirmation_and_no_longer_than_its_transport() {
    let world = World::new();
    for driver in BOTH {
        let confirms = server_config(&world).confirm_client_auth();
        let (said, client, _) = awaited(driver, client_config(&world), confirms);
        assert_eq!(said, Ok(()));
        assert_eq!(client.conn.client_auth(), ClientAuthState::Confirmed(Confirmation::NewSessionTicket));

        let (said, mut client, mut peer) = awaited(driver, client_config(&world), server_config(&world));
        assert_eq!(said, Ok(()));
        assert_eq!(client.conn.client_auth(), ClientAuthState::Sent);
        peer.end.write(b"hello");
        assert_eq!(block_on(driver.await_client_auth(&mut client.link(&mut peer))), Ok(()));
        assert_eq!(block_on(driver.take(&mut client.link(&mut peer))), Ok(b"hello".to_vec()));
        peer.end.conn.app().unwrap().close(&mut peer.end.tx);
        assert_eq!(block_on(driver.await_client_auth(&mut client.link(&mut peer))), Ok(()));
        assert!(client.conn.peer_closed());
    }
}

#[test]
fn a_link_fails_with_the_refusal() {
    let world = World::new();
    let without = || ClientConfig::builder(provider()).anchors(world.anchors()).fit_recv_buf(super::MEMORY);
    for driver in BOTH {
        let (said, client, _) = awaited(driver, without(), server_config(&world));
        assert_eq!(said, Err(Cause::Tls(client.conn.error().unwrap())));
        let (alert, nothing_sent) = (AlertDescription::certificate_required, Some(WhyNothingSent::NoCredential));
        assert_eq!(client.conn.client_auth(), ClientAuthState::Refused { alert, nothing_sent });
        // In the handshake itself a time-out is one.
        let (mut client, mut peer) =
            (super::client(without()), Peer::new(End::new(server(server_config(&world)).conn)));
        peer.is_mute = true;
        let said = block_on(driver.await_client_auth(&mut client.link(&mut peer)));
        assert_eq!(said, Err(Cause::Io(ErrorKind::TimedOut)));
    }
}
