//! Every block of a section against what one end of ours computed, sent and received.

use crate::kv::Block;
use crate::replay::Replay;
use crate::script::Provider;
use crate::section::{Section, split_title};
use symbolon::crypto::X25519;
use symbolon::{Role, Side};

/// Panics at the first block that our end does not confirm, or that nothing here looks at.
pub fn check<R: Role, C: Provider>(section: &Section, replay: &Replay<'_, R, C>) {
    // The Early Secret without a PSK.
    let mut known = None;
    for block in &section.file.blocks {
        let (side, what) = split_title(&block.title);
        let place = format!("{:?} on [{}]", R::SIDE, block.title);
        if what.contains("(same as") {
            assert!(block.entries.is_empty(), "{place}");
        } else if what == "create an ephemeral x25519 key pair" {
            let mut share = [0; 32];
            X25519::new(block.array("PrivateKey")).share(&mut share).unwrap();
            assert_eq!(share, block.array("PublicKey"), "{place}");
        } else if what == "create an ephemeral P-256 key pair" {
            // Scripted: that the share went out is shown by the messages.
        } else if what.starts_with("construct a") {
            let (name, message) = &block.entries[0];
            let is_it = |all: &Vec<u8>| all == message || name == "ClientHello" && all.starts_with(message);
            assert!(replay.watch.messages.iter().any(is_it), "{place}: no such {name}");
        } else if what.starts_with("send ") {
            // Compared, or opened, while replaying.
        } else if what == r#"generate resumption secret "tls13 resumption""# {
            // A client that did not judge the server itself keeps no ticket.
            assert!(
                R::SIDE == Side::Client && !replay.keeps_tickets || expands(replay, block, "Info", "Expanded"),
                "{place}"
            );
        } else if what == "calculate PSK binder" {
            let (key, hash) = (block.bytes("Expanded"), block.bytes("BinderHash"));
            assert!(expands(replay, block, "Info", "Expanded"), "{place}");
            assert!(replay.watch.messages[0].starts_with(block.bytes("ClientHelloPrefix")), "{place}");
            let lines = replay.tape.lines();
            assert!(lines.hashes.iter().any(|of_prefix| of_prefix == hash), "{place}: BinderHash");
            let mut macs = lines.macs.iter().filter(|mac| mac.key == key && mac.message == hash);
            assert!(macs.any(|mac| mac.output == block.bytes("VerifyData")), "{place}: VerifyData");
        } else if what == r#"extract secret "early""# && block.bytes("Ikm").iter().all(|byte| *byte == 0) {
            // Nobody computes what is the same in all handshakes, but it is shown.
            let secret = (String::new(), block.bytes("Secret").to_vec());
            assert!(!cfg!(feature = "keylog") || replay.watch.secrets.contains(&secret), "{place}: not shown");
            known = Some(block.bytes("Secret"));
        } else if what.ends_with(r#""tls13 derived""#) && known == Some(block.bytes("Prk")) {
            let salt = block.bytes("Expanded");
            assert!(replay.tape.lines().macs.iter().any(|mac| mac.key == salt), "{place}: not used");
        } else if what.starts_with("extract secret") {
            assert!(has_mac(replay, "Salt", "Ikm", "Secret", block), "{place}");
        } else if what.starts_with("derive secret") {
            // Of nothing, it is computed by nobody; that the right one was taken is seen in what it leads to.
            let is_known = what.ends_with(r#""tls13 derived""#);
            let hash = block.bytes("Hash");
            assert!(is_known || replay.tape.lines().hashes.iter().any(|made| made == hash), "{place}: Hash");
            assert!(expands(replay, block, "Info", "Expanded"), "{place}");
            shown(replay, what, block, &place);
        } else if what.starts_with("derive ") && what.contains(" traffic keys for ") {
            assert!(expands(replay, block, "KeyInfo", "KeyExpanded"), "{place}: KeyExpanded");
            assert!(expands(replay, block, "IvInfo", "IvExpanded"), "{place}: IvExpanded");
            // The nonce of the first record is the IV (RFC 8446 §5.3).
            let first = (block.bytes("KeyExpanded").to_vec(), block.array("IvExpanded"));
            assert!(replay.tape.lines().records.contains(&first), "{place}: no record under this key");
        } else if what.starts_with("calculate finished") {
            assert!(expands(replay, block, "Info", "Expanded"), "{place}");
            let (key, output) = (block.bytes("Expanded"), block.bytes("VerifyData"));
            let lines = replay.tape.lines();
            let mut macs = lines.macs.iter().filter(|mac| mac.key == key && mac.output == output);
            assert!(macs.any(|mac| lines.hashes.contains(&mac.message)), "{place}: VerifyData");
        } else {
            panic!("nothing checks [{}] of {side:?}", block.title);
        }
    }
}

fn has_mac<R: Role, C: Provider>(
    replay: &Replay<'_, R, C>,
    key: &str,
    message: &str,
    output: &str,
    block: &Block,
) -> bool {
    let (key, message, output) = (block.bytes(key), block.bytes(message), block.bytes(output));
    let lines = replay.tape.lines();
    lines.macs.iter().any(|mac| mac.key == key && mac.message == message && mac.output == output)
}

/// HKDF-Expand of one block (RFC 5869 §2.3), which is all that TLS 1.3 needs.
fn expands<R: Role, C: Provider>(replay: &Replay<'_, R, C>, block: &Block, input: &str, output: &str) -> bool {
    let (prk, output) = (block.bytes("Prk"), block.bytes(output));
    let message = [block.bytes(input), &[1]].concat();
    let lines = replay.tape.lines();
    lines.macs.iter().any(|mac| mac.key == prk && mac.message == message && mac.output.starts_with(output))
}

/// Under feature `keylog`, observers are shown the secret under its label.
fn shown<R: Role, C: Provider>(replay: &Replay<'_, R, C>, what: &str, block: &Block, place: &str) {
    let label = what.trim_start_matches(r#"derive secret "tls13 "#).trim_end_matches('"');
    if cfg!(feature = "keylog") && !what.contains("derived") {
        let secret = (label.to_owned(), block.bytes("Expanded").to_vec());
        assert!(replay.watch.secrets.contains(&secret), "{place}: not shown");
    }
}
