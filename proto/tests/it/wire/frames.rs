//! Section 1: the frame.

use super::frame;
use proptest::prelude::*;
use proto::opend::frame::*;

const HEAD: Outgoing = Outgoing { proto_id: 3006, format: Format::Json, serial: 0x0102_0304 };

#[test]
fn the_header_is_laid_out_as_in_section_1() {
    let mut out = b"before".to_vec();
    append(&mut out, HEAD, b"abc").unwrap();
    let sha1_of_abc = "a9993e364706816aba3e25717850c26c9cd0d89d";
    let header = format!("4654be0b000001000403020103000000{sha1_of_abc}0000000000000000616263");
    assert_eq!(out, [b"before".to_vec(), super::hex(&header)].concat());
}

#[test]
fn a_header_reads_back() {
    let bytes = frame(1004, u32::MAX, b"body");
    let header = Header::read(bytes.first_chunk().unwrap()).unwrap();
    assert_eq!((header.proto_id, header.serial, header.body_len, header.version), (1004, u32::MAX, 4, 0));
    assert_eq!(header.write(), bytes[..HEADER_LEN]);
    assert_eq!(header.check(b"body"), Ok(()));
    assert_eq!(header.check(b"bodY"), Err(FrameError::Digest { proto_id: 1004, serial: u32::MAX }));
}

#[test]
fn every_wrong_header_has_its_own_error() {
    let good = frame(1004, 1, b"body");
    let table: [(usize, u8, FrameError); 4] = [
        (0, b'X', FrameError::Magic { found: *b"XT" }),
        (1, b'X', FrameError::Magic { found: *b"FX" }),
        (6, 2, FrameError::Format { proto_id: 1004, found: 2 }),
        (14, 1, FrameError::TooLong { proto_id: 1004, len: 65540, limit: 1000 }),
    ];
    for (at, byte, error) in table {
        let mut bytes = good.clone();
        bytes[at] = byte;
        let mut decoder = Decoder::new(1000);
        assert_eq!(decoder.next(&mut &bytes[..]), Err(error));
        // There is no way back into step.
        assert_eq!(decoder.next(&mut &good[..]), Err(error));
        // The same when it comes byte by byte.
        let mut decoder = Decoder::new(1000);
        let found = bytes.iter().find_map(|byte| decoder.next(&mut std::slice::from_ref(byte)).err());
        assert_eq!(found, Some(error));
    }
}

#[test]
fn version_and_reserved_bytes_are_not_judged() {
    let mut bytes = frame(1004, 1, b"body");
    bytes[7] = 9;
    bytes[36..44].fill(0xff);
    let mut decoder = Decoder::default();
    assert_eq!(decoder.next(&mut &bytes[..]).unwrap().unwrap().header.version, 9);
}

#[test]
fn an_empty_body_is_taken_at_once_but_never_sent() {
    let mut bytes = frame(1004, 1, b"x");
    bytes[12] = 0;
    let mut decoder = Decoder::default();
    assert_eq!(decoder.next(&mut &bytes[..HEADER_LEN]).unwrap().unwrap().body, b"");
    let mut out = b"kept".to_vec();
    assert_eq!(append(&mut out, HEAD, b""), Err(FrameError::EmptyBody { proto_id: 3006 }));
    assert_eq!(out, b"kept");
}

#[test]
fn a_body_above_the_limit_is_not_sent() {
    let mut out = b"kept".to_vec();
    let body = vec![0; MAX_BODY_LEN as usize + 1];
    let error = FrameError::TooLong { proto_id: 3006, len: u64::from(MAX_BODY_LEN) + 1, limit: MAX_BODY_LEN };
    assert_eq!(append(&mut out, HEAD, &body), Err(error));
    assert_eq!(out, b"kept");
}

#[test]
fn a_whole_frame_is_lent_from_the_input() {
    let bytes = [frame(1, 1, b"first"), frame(2, 2, b"second")].concat();
    let mut input = &bytes[..];
    let mut decoder = Decoder::default();
    let frame = decoder.next(&mut input).unwrap().unwrap();
    assert!(bytes.as_ptr_range().contains(&frame.body.as_ptr()));
    assert_eq!(decoder.next(&mut input).unwrap().unwrap().body, b"second");
    assert_eq!(decoder.next(&mut input), Ok(None));
    assert_eq!(decoder.reserved(), 0);
}

#[test]
fn what_a_header_claims_is_not_reserved() {
    let mut bytes = frame(1, 1, b"x");
    bytes[12..16].copy_from_slice(&MAX_BODY_LEN.to_le_bytes());
    let mut decoder = Decoder::default();
    let mut arrived = 0;
    for piece in [&bytes[..], &[7; 1000], &[7; 100_000], &[7; 3_000_000]] {
        assert_eq!(decoder.next(&mut { piece }), Ok(None));
        arrived += piece.len();
        assert!(decoder.reserved() <= 2 * arrived + (4 << 10), "{} for {arrived}", decoder.reserved());
        assert!(decoder.is_mid_frame());
    }
}

#[test]
fn the_memory_of_a_large_frame_is_given_back() {
    let bytes = frame(1, 1, &vec![7; 1 << 20]);
    let mut decoder = Decoder::default();
    assert_eq!(decoder.next(&mut &bytes[..1000]), Ok(None));
    assert!(decoder.next(&mut &bytes[1000..]).unwrap().is_some());
    assert_eq!(decoder.next(&mut &[][..]), Ok(None));
    assert_eq!(decoder.reserved(), 0);
}

#[test]
fn an_error_says_what_was_found_and_expected() {
    let error = FrameError::Magic { found: *b"XT" };
    assert_eq!(error.to_string(), "not an OpenD frame: it starts with [58, 54], expected [46, 54] (\"FT\")");
}

proptest! {
    /// Any cut of the stream gives the same frames, and never reserves more than twice what arrived.
    #[test]
    fn any_segmentation_gives_the_same_frames(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 1..12),
        cuts in prop::collection::vec(1usize..400, 1..60),
    ) {
        let mut bytes = Vec::new();
        for (serial, body) in bodies.iter().enumerate() {
            append(&mut bytes, Outgoing { serial: serial as u32, ..HEAD }, body).unwrap();
        }
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (mut now, later) = rest.split_at(*cut.min(&rest.len()));
            rest = later;
            while let Some(frame) = decoder.next(&mut now).unwrap() {
                prop_assert_eq!(frame.header.check(frame.body), Ok(()));
                prop_assert_eq!(frame.header.serial as usize, found.len());
                found.push(frame.body.to_vec());
            }
            prop_assert!(now.is_empty());
            prop_assert!(decoder.reserved() <= 2 * bytes.len() + (4 << 10));
            if rest.is_empty() { break; }
        }
        prop_assert!(!decoder.is_mid_frame());
        prop_assert_eq!(found, bodies);
    }

    /// Noise gives frames or one error, never a panic.
    #[test]
    fn noise_is_survived(
        start in prop::sample::select(vec![vec![], b"FT".to_vec(), frame(1, 1, b"x")]),
        noise in prop::collection::vec(any::<u8>(), 0..200),
        cut in 1usize..60,
    ) {
        let bytes = [start, noise].concat();
        let mut decoder = Decoder::new(1 << 20);
        for mut piece in bytes.chunks(cut) {
            while let Ok(Some(_)) = decoder.next(&mut piece) {}
        }
        prop_assert!(decoder.reserved() <= 2 * bytes.len() + (4 << 10));
    }
}
