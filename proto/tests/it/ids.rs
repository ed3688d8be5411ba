//! The table of ids and the types that belong to them.

use proto::opend::Id;
use proto::opend::ids::{Effect, UnknownId};
use proto::opend::messages::{keep_alive, qot_sub, trd_update_order};
use proto::opend::protocol::{self, Protocol, Push, Refusal};

#[test]
fn numbers_and_ids_are_one_to_one() {
    let mut before = 0;
    for id in Id::ALL {
        assert!(id.number() > before, "ascending");
        before = id.number();
        assert_eq!(Id::from_u32(before), Some(*id));
        assert_eq!(Id::try_from(before), Ok(*id));
    }
    for absent in [0, 1000, 1010, 2000, 3000, 3253 + 1000, u32::MAX] {
        assert_eq!(Id::try_from(absent), Err(UnknownId(absent)));
    }
    assert_eq!(Id::try_from(7).unwrap_err().to_string(), "protocol id 7 does not exist");
    assert_eq!(Id::QotGetKL.to_string(), "3006 Qot_GetKL");
}

#[test]
fn messages_are_there_for_every_id_of_the_three_ranges() {
    for id in Id::ALL {
        let here = matches!(id.number(), 1001..=1008 | 2001..=2227 | 3001..=3252);
        assert_eq!(id.reply().is_some(), here, "{id}");
        assert_eq!(id.request().is_some(), here && !id.is_push(), "{id}");
        let Some(reply) = id.reply() else { continue };
        assert_eq!(reply.name, format!("{}.Response", id.name()));
        let head: Vec<_> = reply.fields.iter().map(|f| (f.number, f.name)).collect();
        assert_eq!(head, [(1, "retType"), (2, "retMsg"), (3, "errCode"), (4, "s2c")], "{id}");
        if let Some(request) = id.request() {
            assert_eq!(request.fields.len(), 1, "{id}");
            assert_eq!((request.fields[0].number, request.fields[0].name), (1, "c2s"), "{id}");
        }
    }
}

#[test]
fn what_carries_a_packet_id_is_an_order_and_is_never_repeated() {
    for id in Id::ALL {
        let Some(c2s) = id.request().and_then(|r| proto::opend::schema::message(&r.name.replace("Request", "C2S")))
        else {
            continue;
        };
        let carries = c2s.fields.iter().any(|f| f.kind.to_string() == "Common.PacketID");
        assert_eq!(id.effect() == Effect::Order, carries, "{id}");
        assert!(!(carries && id.is_repeatable()), "{id}");
    }
    assert!(Id::QotGetKL.is_repeatable() && Id::QotSub.is_repeatable() && Id::TrdGetOrderList.is_repeatable());
    assert!(!Id::TrdUnlockTrade.is_repeatable() && !Id::QotModifyUserSecurity.is_repeatable());
    assert!(!Id::QotUpdateKL.is_repeatable());
}

#[test]
fn types_tie_an_id_to_its_messages() {
    assert_eq!(protocol::QotSub::ID, Id::QotSub);
    let c2s = qot_sub::C2s { is_sub_or_un_sub: true, ..Default::default() };
    let request = protocol::QotSub::request(c2s.clone());
    assert_eq!(protocol::QotSub::c2s(request), c2s);

    let reply = protocol::KeepAlive::success(keep_alive::S2c { time: 7 });
    assert_eq!(protocol::KeepAlive::s2c(reply).unwrap().time, 7);
    let refused = keep_alive::Response { ret_type: -1, ret_msg: Some("no".into()), err_code: Some(3), s2c: None };
    let refusal = protocol::KeepAlive::s2c(refused).unwrap_err();
    assert_eq!(refusal, Refusal { ret_type: -1, text: "no".into(), err_code: 3 });
    assert_eq!(refusal.to_string(), "the gateway answered -1: no");

    assert_eq!(protocol::TrdUpdateOrder::ID, Id::TrdUpdateOrder);
    let push = protocol::TrdUpdateOrder::push(trd_update_order::S2c::default());
    assert!(protocol::TrdUpdateOrder::s2c(push).is_ok());
}
