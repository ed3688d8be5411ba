//! Which messages belong to which id, as types: a request cannot be sent with
//! another protocol's payload, nor a reply be read as another's.

use prost::Message;

use super::ids::Id;
use super::messages;

/// A protocol with a request and a reply.
pub trait Protocol {
    /// Its id.
    const ID: Id;
    /// What the request carries.
    type C2s: Message + Default + Clone + PartialEq;
    /// What the reply carries on success.
    type S2c: Message + Default + Clone + PartialEq;
    /// The body of the request.
    type Request: Message + Default + Clone + PartialEq;
    /// The body of the reply.
    type Response: Message + Default + Clone + PartialEq;

    /// The request that carries this.
    fn request(c2s: Self::C2s) -> Self::Request;
    /// What the request carries.
    fn c2s(request: Self::Request) -> Self::C2s;
    /// The reply of a success.
    fn success(s2c: Self::S2c) -> Self::Response;
    /// What the reply carries: the payload of a success, or why it failed.
    ///
    /// # Errors
    /// When the result is not 0. A success without a payload is a success with
    /// an empty one.
    fn s2c(response: Self::Response) -> Result<Self::S2c, Refusal>;
}

/// A protocol that the gateway sends unasked.
pub trait Push {
    /// Its id.
    const ID: Id;
    /// What it carries.
    type S2c: Message + Default + Clone + PartialEq;
    /// Its body.
    type Response: Message + Default + Clone + PartialEq;

    /// The push that carries this.
    fn push(s2c: Self::S2c) -> Self::Response;
    /// What the push carries.
    ///
    /// # Errors
    /// When the result is not 0.
    fn s2c(response: Self::Response) -> Result<Self::S2c, Refusal>;
}

/// A reply that says no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the gateway answered {ret_type}: {}", if text.is_empty() { "(no text)" } else { text })]
pub struct Refusal {
    /// The result, a number of [`RetType`](messages::common::RetType) as a rule.
    pub ret_type: i32,
    /// Why, in the gateway's words.
    pub text: String,
    /// Code of the failure, 0 when there is none.
    pub err_code: i32,
}

macro_rules! unwrapped {
    ($response:ident) => {
        match $response.ret_type {
            0 => Ok($response.s2c.unwrap_or_default()),
            ret_type => Err(Refusal {
                ret_type,
                text: $response.ret_msg.unwrap_or_default(),
                err_code: $response.err_code.unwrap_or_default(),
            }),
        }
    };
}

macro_rules! wrapped {
    ($module:ident, $s2c:ident) => {
        messages::$module::Response { ret_type: 0, ret_msg: None, err_code: None, s2c: Some($s2c) }
    };
}

macro_rules! protocols {
    ($($name:ident $module:ident,)*) => {$(
        #[doc = concat!("Messages in [`messages::", stringify!($module), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Protocol for $name {
            const ID: Id = Id::$name;
            type C2s = messages::$module::C2s;
            type S2c = messages::$module::S2c;
            type Request = messages::$module::Request;
            type Response = messages::$module::Response;

            fn request(c2s: Self::C2s) -> Self::Request {
                messages::$module::Request { c2s }
            }

            fn c2s(request: Self::Request) -> Self::C2s {
                request.c2s
            }

            fn success(s2c: Self::S2c) -> Self::Response {
                wrapped!($module, s2c)
            }

            fn s2c(response: Self::Response) -> Result<Self::S2c, Refusal> {
                unwrapped!(response)
            }
        }
    )*};
}

macro_rules! pushes {
    ($($name:ident $module:ident,)*) => {$(
        #[doc = concat!("Messages in [`messages::", stringify!($module), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Push for $name {
            const ID: Id = Id::$name;
            type S2c = messages::$module::S2c;
            type Response = messages::$module::Response;

            fn push(s2c: Self::S2c) -> Self::Response {
                wrapped!($module, s2c)
            }

            fn s2c(response: Self::Response) -> Result<Self::S2c, Refusal> {
                unwrapped!(response)
            }
        }
    )*};
}

pushes! {
    Notify notify,
    TrdUpdateOrder trd_update_order,
    TrdUpdateOrderFill trd_update_order_fill,
    QotUpdateBasicQot qot_update_basic_qot,
    QotUpdateKL qot_update_kl,
    QotUpdateRT qot_update_rt,
    QotUpdateTicker qot_update_ticker,
    QotUpdateOrderBook qot_update_order_book,
    QotUpdateBroker qot_update_broker,
    QotUpdatePriceReminder qot_update_price_reminder,
}

protocols! {
    InitConnect init_connect,
    GetGlobalState get_global_state,
    KeepAlive keep_alive,
    GetUserInfo get_user_info,
    Verification verification,
    GetDelayStatistics get_delay_statistics,
    TestCmd test_cmd,
    TrdGetAccList trd_get_acc_list,
    TrdUnlockTrade trd_unlock_trade,
    TrdSubAccPush trd_sub_acc_push,
    TrdGetFunds trd_get_funds,
    TrdGetPositionList trd_get_position_list,
    TrdGetMaxTrdQtys trd_get_max_trd_qtys,
    TrdGetComboMaxTrdQtys trd_get_combo_max_trd_qtys,
    TrdGetOrderList trd_get_order_list,
    TrdPlaceOrder trd_place_order,
    TrdModifyOrder trd_modify_order,
    TrdGetOrderFillList trd_get_order_fill_list,
    TrdGetHistoryOrderList trd_get_history_order_list,
    TrdGetHistoryOrderFillList trd_get_history_order_fill_list,
    TrdGetMarginRatio trd_get_margin_ratio,
    TrdGetOrderFee trd_get_order_fee,
    TrdFlowSummary trd_flow_summary,
    TrdPlaceComboOrder trd_place_combo_order,
    QotSub qot_sub,
    QotRegQotPush qot_reg_qot_push,
    QotGetSubInfo qot_get_sub_info,
    QotGetBasicQot qot_get_basic_qot,
    QotGetKL qot_get_kl,
    QotGetRT qot_get_rt,
    QotGetTicker qot_get_ticker,
    QotGetOrderBook qot_get_order_book,
    QotGetBroker qot_get_broker,
    QotRequestHistoryKL qot_request_history_kl,
    QotRequestHistoryKLQuota qot_request_history_kl_quota,
    QotRequestRehab qot_request_rehab,
    QotGetSuspend qot_get_suspend,
    QotGetStaticInfo qot_get_static_info,
    QotGetSecuritySnapshot qot_get_security_snapshot,
    QotGetPlateSet qot_get_plate_set,
    QotGetPlateSecurity qot_get_plate_security,
    QotGetReference qot_get_reference,
    QotGetOwnerPlate qot_get_owner_plate,
    QotGetHoldingChangeList qot_get_holding_change_list,
    QotGetOptionChain qot_get_option_chain,
    QotGetWarrant qot_get_warrant,
    QotGetCapitalFlow qot_get_capital_flow,
    QotGetCapitalDistribution qot_get_capital_distribution,
    QotGetUserSecurity qot_get_user_security,
    QotModifyUserSecurity qot_modify_user_security,
    QotStockFilter qot_stock_filter,
    QotGetCodeChange qot_get_code_change,
    QotGetIpoList qot_get_ipo_list,
    QotGetFutureInfo qot_get_future_info,
    QotRequestTradeDate qot_request_trade_date,
    QotSetPriceReminder qot_set_price_reminder,
    QotGetPriceReminder qot_get_price_reminder,
    QotGetUserSecurityGroup qot_get_user_security_group,
    QotGetMarketState qot_get_market_state,
    QotGetOptionExpirationDate qot_get_option_expiration_date,
    QotGetFinancialsEarningsPriceMove qot_get_financials_earnings_price_move,
    QotGetFinancialsEarningsPriceHistory qot_get_financials_earnings_price_history,
    QotGetFinancialsStatements qot_get_financials_statements,
    QotGetFinancialsRevenueBreakdown qot_get_financials_revenue_breakdown,
    QotGetResearchAnalystConsensus qot_get_research_analyst_consensus,
    QotGetResearchRatingSummary qot_get_research_rating_summary,
    QotGetResearchMorningstarReport qot_get_research_morningstar_report,
    QotGetValuationDetail qot_get_valuation_detail,
    QotGetValuationPlateStockList qot_get_valuation_plate_stock_list,
    QotGetCorporateActionsDividends qot_get_corporate_actions_dividends,
    QotGetCorporateActionsBuybacks qot_get_corporate_actions_buybacks,
    QotGetCorporateActionsStockSplits qot_get_corporate_actions_stock_splits,
    QotGetShareholdersOverview qot_get_shareholders_overview,
    QotGetShareholdersHoldingChanges qot_get_shareholders_holding_changes,
    QotGetShareholdersHolderDetail qot_get_shareholders_holder_detail,
    QotGetShareholdersInstitutional qot_get_shareholders_institutional,
    QotGetInsiderHolderList qot_get_insider_holder_list,
    QotGetInsiderTradeList qot_get_insider_trade_list,
    QotGetCompanyProfile qot_get_company_profile,
    QotGetCompanyExecutives qot_get_company_executives,
    QotGetCompanyExecutiveBackground qot_get_company_executive_background,
    QotGetCompanyOperationalEfficiency qot_get_company_operational_efficiency,
    QotGetTopTenBuySellBrokers qot_get_top_ten_buy_sell_brokers,
    QotGetDailyShortVolume qot_get_daily_short_volume,
    QotGetShortInterest qot_get_short_interest,
    QotGetOptionVolatility qot_get_option_volatility,
    QotGetOptionExerciseProbability qot_get_option_exercise_probability,
    QotStockScreen qot_stock_screen,
}
