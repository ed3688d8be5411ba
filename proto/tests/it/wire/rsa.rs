//! Section 2.2: RSA. `vectors/rsa.txt` was made with another library.

use super::{PEM, hex, key, random, rows};
use proto::opend::crypt::*;

const RSA: &str = include_str!("vectors/rsa.txt");
const PKCS8: &str = include_str!("vectors/key_pkcs8.pem");

#[test]
fn blocks_of_another_library_open_whatever_their_pieces() {
    let key = key();
    let mut pieces = Vec::new();
    for row in rows(RSA) {
        let [piece, plain, wire] = row[..] else { panic!("{row:?}") };
        assert_eq!(*key.open(&hex(wire), random(1).as_mut()).unwrap(), hex(plain), "pieces of {piece}");
        pieces.push(piece.parse::<usize>().unwrap());
    }
    assert_eq!(pieces, [100, 100, 100, 100, 100, 117, 1, 117]);
}

#[test]
fn both_forms_of_pem_are_the_same_key() {
    let mut wire = Vec::new();
    RsaKey::from_pem(PKCS8).unwrap().seal(b"body", random(1).as_mut(), &mut wire).unwrap();
    assert_eq!(key().open(&wire, random(2).as_mut()).unwrap().as_slice(), b"body");
}

#[test]
fn pem_may_come_untidy() {
    let one_line = PEM.replace('\n', "").replace("KEY-----", "KEY-----\n").replace("-----END", "\n-----END");
    let table = [
        PEM.replace('\n', "\r\n"),
        format!("\u{feff}notes before\n\n{PEM}\n\nand after\n"),
        PEM.trim_end().to_owned(),
        PEM.lines().map(|line| format!("  {line} \n")).collect(),
        one_line,
    ];
    for text in table {
        RsaKey::from_pem(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    }
}

#[test]
fn every_wrong_key_has_its_own_error() {
    let torn = PEM.replacen("MII", "AII", 1);
    let table = [
        ("", RsaKeyError::NotPem),
        ("no key here", RsaKeyError::NotPem),
        (&PEM[..200], RsaKeyError::NotPem),
        (&PEM.replace("-----END RSA", "-----END DSA"), RsaKeyError::NotPem),
        (&"x".repeat(70_000), RsaKeyError::NotPem),
        (&torn, RsaKeyError::Malformed),
        (&PEM.replace("RSA PRIVATE", "PRIVATE"), RsaKeyError::Malformed),
        (&PKCS8.replace("PRIVATE", "RSA PRIVATE"), RsaKeyError::Malformed),
        (include_str!("vectors/key_public.pem"), RsaKeyError::NotPrivateKey),
        (include_str!("vectors/key_password.pem"), RsaKeyError::PasswordProtected),
        (include_str!("vectors/key_password_pkcs8.pem"), RsaKeyError::PasswordProtected),
        (include_str!("vectors/key_2048.pem"), RsaKeyError::Size { bits: 2048 }),
    ];
    for (text, error) in table {
        assert_eq!(RsaKey::from_pem(text).map(|_| ()), Err(error), "{text}");
        assert!(!error.to_string().contains("MII"));
    }
    assert_eq!(format!("{:?}", key()), "RsaKey(..)");
}

#[test]
fn pieces_of_100_make_blocks_of_128() {
    for (plain, wire) in [(1, 128), (100, 128), (101, 256), (357, 512)] {
        let mut out = b"head".to_vec();
        key().seal(&vec![7; plain], random(1).as_mut(), &mut out).unwrap();
        assert_eq!(out.len(), 4 + wire);
        assert_eq!(*key().open(&out[4..], random(2).as_mut()).unwrap(), vec![7; plain]);
    }
}

#[test]
fn the_caller_s_randomness_decides_the_bytes() {
    let seal = |seed| {
        let mut out = Vec::new();
        key().seal(b"body", random(seed).as_mut(), &mut out).unwrap();
        out
    };
    assert_eq!(seal(1), seal(1));
    assert_ne!(seal(1), seal(2));
}

#[test]
fn what_does_not_decrypt_has_its_own_error() {
    let key = key();
    for len in [0, 1, 127, 129] {
        assert_eq!(key.open(&vec![1; len], random(1).as_mut()), Err(RsaError::Length { len }));
    }
    let other = RsaKey::from_pem(include_str!("vectors/key_other.pem")).unwrap();
    let mut wire = Vec::new();
    other.seal(b"body", random(1).as_mut(), &mut wire).unwrap();
    assert_eq!(key.open(&wire, random(1).as_mut()), Err(RsaError::Block));
    assert_eq!(key.open(&[0xff; 128], random(1).as_mut()), Err(RsaError::Block));
    assert_eq!(key.open(&[0; 128], random(1).as_mut()), Err(RsaError::Block));
}
