//! Section 2.3: the three AES modes. `vectors/aes.txt` was made with another library.

use super::{hex, random, rows};
use proptest::prelude::*;
use proto::opend::crypt::*;

const AES: &str = include_str!("vectors/aes.txt");

fn keys() -> SessionKeys {
    SessionKeys::from_reply("0123456789abcdef", Some("fedcba9876543210")).unwrap()
}

fn cipher(algorithm: i32) -> Cipher {
    Cipher::with_keys(algorithm, &keys()).unwrap()
}

fn sealed(cipher: &Cipher, plain: &[u8]) -> Vec<u8> {
    let mut out = b"head".to_vec();
    out.extend_from_slice(plain);
    cipher.seal(&mut out, 4);
    assert_eq!(&out[..4], b"head");
    out.split_off(4)
}

fn opened(cipher: &Cipher, wire: &[u8]) -> Result<Vec<u8>, CipherError> {
    let mut plain = b"old".to_vec();
    cipher.open(wire, &mut plain).map(|()| plain)
}

#[test]
fn bodies_equal_those_of_another_library() {
    let mut count = 0;
    for row in rows(AES) {
        let [algorithm, plain, wire] = row[..] else { panic!("{row:?}") };
        let cipher = cipher(algorithm.parse().unwrap());
        assert_eq!(sealed(&cipher, &hex(plain)), hex(wire), "{algorithm} {plain}");
        assert_eq!(opened(&cipher, &hex(wire)), Ok(hex(plain)), "{algorithm} {plain}");
        count += 1;
    }
    assert_eq!(count, 30);
}

#[test]
fn the_reply_decides_the_mode() {
    for (iv, algorithm) in [(None, 0), (Some(""), 1), (Some("fedcba9876543210"), 2)] {
        let cipher = Cipher::from_reply("0123456789abcdef", iv).unwrap();
        assert_eq!(cipher.algorithm(), algorithm);
        assert_eq!(sealed(&cipher, b"body"), sealed(&self::cipher(algorithm), b"body"));
    }
}

#[test]
fn keys_of_another_length_are_refused() {
    let table = [
        ("", None, "connAESKey", 0),
        ("0123456789abcde", None, "connAESKey", 15),
        ("0123456789abcdef0", Some(""), "connAESKey", 17),
        ("0123456789abcdef", Some("short"), "aesCBCiv", 5),
    ];
    for (key, iv, field, len) in table {
        let error = Cipher::from_reply(key, iv).map(|_| ()).unwrap_err();
        assert_eq!(error, SessionKeysError { field, len });
        assert_eq!(error.to_string(), format!("{field}: {len} bytes, expected 16"));
    }
}

#[test]
fn the_trailer_of_ftaes_is_in_clear_and_says_the_length() {
    let cipher = cipher(0);
    for (len, wire, last) in [(1, 32, 1), (15, 32, 15), (16, 32, 0), (17, 48, 1), (0, 16, 0)] {
        let body = sealed(&cipher, &vec![0xaa; len]);
        assert_eq!(body.len(), wire);
        let trailer = [vec![0; 15], vec![last]].concat();
        assert_eq!(body[wire - 16..], trailer, "length {len}");
    }
}

#[test]
fn zeros_at_the_end_of_a_body_survive_ftaes() {
    let cipher = cipher(0);
    for plain in [vec![1, 0, 0], vec![0; 16], vec![0; 5], vec![0; 33]] {
        assert_eq!(opened(&cipher, &sealed(&cipher, &plain)), Ok(plain));
    }
}

#[test]
fn every_wrong_body_has_its_own_error() {
    for algorithm in 0..3 {
        for len in [0, 1, 15, 17, 40] {
            assert_eq!(opened(&cipher(algorithm), &vec![0; len]), Err(CipherError::Length { len }));
        }
    }
    let trailer = |found: u8, blocks: usize| [vec![7; 16 * blocks], vec![0; 15], vec![found]].concat();
    for (found, blocks) in [(16, 1), (255, 2), (1, 0), (16, 0)] {
        assert_eq!(opened(&cipher(0), &trailer(found, blocks)), Err(CipherError::Trailer { found, blocks }));
    }
    // Padding bytes 0, 17, and a run that isn't one.
    for last in [vec![0], vec![17], vec![3, 2, 3]] {
        let mut block = vec![9; 16 - last.len()];
        block.extend_from_slice(&last);
        let ecb = sealed(&cipher(1), &block);
        assert_eq!(opened(&cipher(1), &ecb[..16]), Err(CipherError::Padding), "{last:?}");
        let cbc = sealed(&cipher(2), &block);
        assert_eq!(opened(&cipher(2), &cbc[..16]), Err(CipherError::Padding), "{last:?}");
    }
}

#[test]
fn every_packet_starts_from_the_same_iv() {
    let cipher = cipher(2);
    assert_eq!(sealed(&cipher, b"same"), sealed(&cipher, b"same"));
}

#[test]
fn generated_keys_are_sixteen_printable_characters() {
    let mut random = random(3);
    for _ in 0..100 {
        let keys = SessionKeys::generate(random.as_mut());
        for text in [keys.key_text(), keys.iv_text()] {
            assert_eq!(text.len(), 16);
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
        }
        assert_ne!(keys.key_text(), keys.iv_text());
    }
}

#[test]
fn nothing_shows_a_key() {
    let keys = keys();
    assert_eq!(format!("{keys:?}"), "SessionKeys(..)");
    for (algorithm, text) in [(-1, "Clear"), (0, "FtAesEcb(..)"), (1, "AesEcb(..)"), (2, "AesCbc(..)")] {
        assert_eq!(format!("{:?}", cipher(algorithm)), text);
    }
    assert!(Cipher::with_keys(3, &keys).is_none());
}

proptest! {
    #[test]
    fn what_is_sealed_opens(plain in prop::collection::vec(any::<u8>(), 0..200), algorithm in -1..3) {
        let cipher = cipher(algorithm);
        prop_assert_eq!(opened(&cipher, &sealed(&cipher, &plain)), Ok(plain));
    }

    #[test]
    fn noise_is_survived(wire in prop::collection::vec(any::<u8>(), 0..100), algorithm in -1..3) {
        if let Ok(plain) = opened(&cipher(algorithm), &wire) {
            prop_assert!(plain.len() <= wire.len());
        }
    }
}
