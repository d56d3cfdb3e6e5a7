//! Two devices at a wire.

use super::driver::{BOTH, Driver, Said, block_on, join};
use super::util::pair::World;
use super::wire::{Wire, wire};
use super::{Device, client, client_config, server, server_config};
use symbolon::{ClientRole, Role, ServerRole};

const LEN: usize = 100_000;

/// Says `sent` in pieces, waits for each to come back, and closes.
async fn call(driver: Driver, device: &mut Device<ClientRole>, wire: Wire, sent: &[u8]) -> Said<Vec<u8>> {
    let mut link = device.link(wire);
    driver.handshake(&mut link).await?;
    let mut received = Vec::new();
    for piece in sent.chunks(5000) {
        driver.write_all(&mut link, piece).await?;
        let until = received.len() + piece.len();
        while received.len() < until {
            let mut some = [0; 300];
            let n = driver.read(&mut link, &mut some).await?;
            received.extend_from_slice(&some[..n]);
        }
    }
    driver.close(&mut link).await?;
    assert_eq!(driver.read(&mut link, &mut [0]).await?, 0, "more than was said comes back");
    Ok(received)
}

/// Takes 5000 bytes, says them again, and so on until the peer closes.
async fn echo(driver: Driver, device: &mut Device<ServerRole>, wire: Wire) -> Said<()> {
    let mut link = device.link(wire);
    driver.handshake(&mut link).await?;
    loop {
        let (mut piece, mut len) = ([0; 5000], 0);
        while len < piece.len() {
            match driver.read(&mut link, &mut piece[len..]).await? {
                0 => return driver.close(&mut link).await,
                n => len += n,
            }
        }
        driver.write_all(&mut link, &piece).await?;
    }
}

fn peer<R: Role>(device: &Device<R>) -> Vec<&str> {
    device.conn.peer().map(|peer| peer.dns().collect()).unwrap_or_default()
}

fn converse(driver: Driver, mut client: Device<ClientRole>, mut server: Device<ServerRole>) -> [Option<u16>; 2] {
    let sent: Vec<u8> = (0..LEN).map(|i| i.to_le_bytes()[i % 3]).collect();
    let (ours, theirs) = wire();
    let (received, echoed) = match driver {
        Driver::Async => join(call(driver, &mut client, ours, &sent), echo(driver, &mut server, theirs)),
        Driver::Blocking => std::thread::scope(|scope| {
            let server = scope.spawn(|| block_on(echo(driver, &mut server, theirs)));
            (block_on(call(driver, &mut client, ours, &sent)), server.join().unwrap())
        }),
    };
    assert!(received.unwrap() == sent, "{driver:?}: what came back is not what was said");
    echoed.unwrap();
    assert_eq!((peer(&client), peer(&server)), (vec!["server.test"], vec!["robot.test"]));
    [client.conn.negotiated().recv_limit, server.conn.negotiated().recv_limit]
}

#[test]
fn two_kibibytes_each_way_are_enough_for_mutual_authentication_and_an_echo() {
    let world = World::new();
    for driver in BOTH {
        let limits = converse(driver, client(client_config(&world)), server(server_config(&world)));
        // 2048 bytes, less header, tag and content type.
        assert_eq!(limits, [Some(2026), Some(2026)]);
    }
}

#[test]
fn a_chain_that_is_spread_over_records_is_joined_in_the_buffer() {
    let world = World::new();
    assert!(world.pki.intermediate.der.len() + world.pki.root.der.len() > 512, "one record would hold the chain");
    for driver in BOTH {
        let (client_config, server_config) = (client_config(&world), server_config(&world));
        let limits = converse(
            driver,
            client(client_config.record_size_limit(512)),
            server(server_config.record_size_limit(512)),
        );
        assert_eq!(limits, [Some(511), Some(511)]);
    }
}
