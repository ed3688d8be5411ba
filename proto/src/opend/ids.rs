//! The protocol ids: what a frame's number means.

use std::fmt;

use super::schema::{self, Message};

macro_rules! ids {
    ($($number:literal $variant:ident $name:literal,)*) => {
        /// A protocol id. Not every id has messages in this crate: see [`Id::reply`].
        #[allow(missing_docs)] // The name says it; the schema's file says the rest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u32)]
        pub enum Id { $($variant = $number,)* }

        impl Id {
            /// Every id, ascending.
            pub const ALL: &'static [Id] = &[$(Id::$variant,)*];

            /// The id with this number.
            pub const fn from_u32(number: u32) -> Option<Id> {
                match number {
                    $($number => Some(Id::$variant),)*
                    _ => None,
                }
            }

            /// The protocol's name, which is also the name of its schema: `Qot_GetKL`.
            pub const fn name(self) -> &'static str {
                match self { $(Id::$variant => $name,)* }
            }
        }
    };
}

ids! {
    1001 InitConnect "InitConnect",
    1002 GetGlobalState "GetGlobalState",
    1003 Notify "Notify",
    1004 KeepAlive "KeepAlive",
    1005 GetUserInfo "GetUserInfo",
    1006 Verification "Verification",
    1007 GetDelayStatistics "GetDelayStatistics",
    1008 TestCmd "TestCmd",
    1009 InitQuantMode "InitQuantMode",
    2001 TrdGetAccList "Trd_GetAccList",
    2005 TrdUnlockTrade "Trd_UnlockTrade",
    2008 TrdSubAccPush "Trd_SubAccPush",
    2101 TrdGetFunds "Trd_GetFunds",
    2102 TrdGetPositionList "Trd_GetPositionList",
    2111 TrdGetMaxTrdQtys "Trd_GetMaxTrdQtys",
    2112 TrdGetComboMaxTrdQtys "Trd_GetComboMaxTrdQtys",
    2201 TrdGetOrderList "Trd_GetOrderList",
    2202 TrdPlaceOrder "Trd_PlaceOrder",
    2205 TrdModifyOrder "Trd_ModifyOrder",
    2208 TrdUpdateOrder "Trd_UpdateOrder",
    2211 TrdGetOrderFillList "Trd_GetOrderFillList",
    2218 TrdUpdateOrderFill "Trd_UpdateOrderFill",
    2221 TrdGetHistoryOrderList "Trd_GetHistoryOrderList",
    2222 TrdGetHistoryOrderFillList "Trd_GetHistoryOrderFillList",
    2223 TrdGetMarginRatio "Trd_GetMarginRatio",
    2225 TrdGetOrderFee "Trd_GetOrderFee",
    2226 TrdFlowSummary "Trd_FlowSummary",
    2227 TrdPlaceComboOrder "Trd_PlaceComboOrder",
    3001 QotSub "Qot_Sub",
    3002 QotRegQotPush "Qot_RegQotPush",
    3003 QotGetSubInfo "Qot_GetSubInfo",
    3004 QotGetBasicQot "Qot_GetBasicQot",
    3005 QotUpdateBasicQot "Qot_UpdateBasicQot",
    3006 QotGetKL "Qot_GetKL",
    3007 QotUpdateKL "Qot_UpdateKL",
    3008 QotGetRT "Qot_GetRT",
    3009 QotUpdateRT "Qot_UpdateRT",
    3010 QotGetTicker "Qot_GetTicker",
    3011 QotUpdateTicker "Qot_UpdateTicker",
    3012 QotGetOrderBook "Qot_GetOrderBook",
    3013 QotUpdateOrderBook "Qot_UpdateOrderBook",
    3014 QotGetBroker "Qot_GetBroker",
    3015 QotUpdateBroker "Qot_UpdateBroker",
    3019 QotUpdatePriceReminder "Qot_UpdatePriceReminder",
    3103 QotRequestHistoryKL "Qot_RequestHistoryKL",
    3104 QotRequestHistoryKLQuota "Qot_RequestHistoryKLQuota",
    3105 QotRequestRehab "Qot_RequestRehab",
    3201 QotGetSuspend "Qot_GetSuspend",
    3202 QotGetStaticInfo "Qot_GetStaticInfo",
    3203 QotGetSecuritySnapshot "Qot_GetSecuritySnapshot",
    3204 QotGetPlateSet "Qot_GetPlateSet",
    3205 QotGetPlateSecurity "Qot_GetPlateSecurity",
    3206 QotGetReference "Qot_GetReference",
    3207 QotGetOwnerPlate "Qot_GetOwnerPlate",
    3208 QotGetHoldingChangeList "Qot_GetHoldingChangeList",
    3209 QotGetOptionChain "Qot_GetOptionChain",
    3210 QotGetWarrant "Qot_GetWarrant",
    3211 QotGetCapitalFlow "Qot_GetCapitalFlow",
    3212 QotGetCapitalDistribution "Qot_GetCapitalDistribution",
    3213 QotGetUserSecurity "Qot_GetUserSecurity",
    3214 QotModifyUserSecurity "Qot_ModifyUserSecurity",
    3215 QotStockFilter "Qot_StockFilter",
    3216 QotGetCodeChange "Qot_GetCodeChange",
    3217 QotGetIpoList "Qot_GetIpoList",
    3218 QotGetFutureInfo "Qot_GetFutureInfo",
    3219 QotRequestTradeDate "Qot_RequestTradeDate",
    3220 QotSetPriceReminder "Qot_SetPriceReminder",
    3221 QotGetPriceReminder "Qot_GetPriceReminder",
    3222 QotGetUserSecurityGroup "Qot_GetUserSecurityGroup",
    3223 QotGetMarketState "Qot_GetMarketState",
    3224 QotGetOptionExpirationDate "Qot_GetOptionExpirationDate",
    3225 QotGetFinancialsEarningsPriceMove "Qot_GetFinancialsEarningsPriceMove",
    3226 QotGetFinancialsEarningsPriceHistory "Qot_GetFinancialsEarningsPriceHistory",
    3227 QotGetFinancialsStatements "Qot_GetFinancialsStatements",
    3228 QotGetFinancialsRevenueBreakdown "Qot_GetFinancialsRevenueBreakdown",
    3229 QotGetResearchAnalystConsensus "Qot_GetResearchAnalystConsensus",
    3230 QotGetResearchRatingSummary "Qot_GetResearchRatingSummary",
    3231 QotGetResearchMorningstarReport "Qot_GetResearchMorningstarReport",
    3232 QotGetValuationDetail "Qot_GetValuationDetail",
    3233 QotGetValuationPlateStockList "Qot_GetValuationPlateStockList",
    3234 QotGetCorporateActionsDividends "Qot_GetCorporateActionsDividends",
    3235 QotGetCorporateActionsBuybacks "Qot_GetCorporateActionsBuybacks",
    3236 QotGetCorporateActionsStockSplits "Qot_GetCorporateActionsStockSplits",
    3237 QotGetShareholdersOverview "Qot_GetShareholdersOverview",
    3238 QotGetShareholdersHoldingChanges "Qot_GetShareholdersHoldingChanges",
    3239 QotGetShareholdersHolderDetail "Qot_GetShareholdersHolderDetail",
    3240 QotGetShareholdersInstitutional "Qot_GetShareholdersInstitutional",
    3241 QotGetInsiderHolderList "Qot_GetInsiderHolderList",
    3242 QotGetInsiderTradeList "Qot_GetInsiderTradeList",
    3243 QotGetCompanyProfile "Qot_GetCompanyProfile",
    3244 QotGetCompanyExecutives "Qot_GetCompanyExecutives",
    3245 QotGetCompanyExecutiveBackground "Qot_GetCompanyExecutiveBackground",
    3246 QotGetCompanyOperationalEfficiency "Qot_GetCompanyOperationalEfficiency",
    3247 QotGetTopTenBuySellBrokers "Qot_GetTopTenBuySellBrokers",
    3248 QotGetDailyShortVolume "Qot_GetDailyShortVolume",
    3249 QotGetShortInterest "Qot_GetShortInterest",
    3250 QotGetOptionVolatility "Qot_GetOptionVolatility",
    3251 QotGetOptionExerciseProbability "Qot_GetOptionExerciseProbability",
    3252 QotStockScreen "Qot_StockScreen",
    3253 QotOptionScreen "Qot_OptionScreen",
    3254 QotWarrantScreen "Qot_WarrantScreen",
    3255 QotGetOptionQuote "Qot_GetOptionQuote",
    3256 QotGetOptionStrategy "Qot_GetOptionStrategy",
    3257 QotGetOptionStrategyAnalysis "Qot_GetOptionStrategyAnalysis",
    3258 QotGetOptionStrategySpread "Qot_GetOptionStrategySpread",
    3259 QotGetIndicatorList "Qot_GetIndicatorList",
    3260 QotRequestIndicatorCalc "Qot_RequestIndicatorCalc",
    3261 QotPushIndicatorCalc "Qot_PushIndicatorCalc",
    3262 QotGetSearchQuote "Qot_GetSearchQuote",
    3263 QotGetSearchNews "Qot_GetSearchNews",
    3301 QotGetOptionMarketStatistic "Qot_GetOptionMarketStatistic",
    3302 QotGetOptionUnderlyingHisStatistic "Qot_GetOptionUnderlyingHisStatistic",
    3303 QotGetOptionUnderlyingOverview "Qot_GetOptionUnderlyingOverview",
    3304 QotGetOptionUnderlyingHisVolatility "Qot_GetOptionUnderlyingHisVolatility",
    3305 QotGetOptionUnderlyingRank "Qot_GetOptionUnderlyingRank",
    3306 QotGetOptionRank "Qot_GetOptionRank",
    3307 QotGetOptionEvent "Qot_GetOptionEvent",
    3308 QotGetOptionEventAlert "Qot_GetOptionEventAlert",
    3309 QotSetOptionEventAlert "Qot_SetOptionEventAlert",
    3310 QotUpdateOptionEvent "Qot_UpdateOptionEvent",
    3311 QotGetOptionZeroDteScreener "Qot_GetOptionZeroDteScreener",
    3312 QotGetOptionZeroDteContract "Qot_GetOptionZeroDteContract",
    3313 QotGetOptionEarningsScreener "Qot_GetOptionEarningsScreener",
    3314 QotGetOptionSellerScreener "Qot_GetOptionSellerScreener",
    3401 QotGetEarningsCalendar "Qot_GetEarningsCalendar",
    3402 QotGetMacroIndicatorList "Qot_GetMacroIndicatorList",
    3403 QotGetMacroIndicatorHistory "Qot_GetMacroIndicatorHistory",
    3404 QotGetFedWatchTargetRate "Qot_GetFedWatchTargetRate",
    3405 QotGetFedWatchDotPlot "Qot_GetFedWatchDotPlot",
    3406 QotGetEarningsBeatRank "Qot_GetEarningsBeatRank",
    3407 QotGetDividendRank "Qot_GetDividendRank",
    3408 QotGetDividendCalendar "Qot_GetDividendCalendar",
    3409 QotGetEconomicCalendar "Qot_GetEconomicCalendar",
    3410 QotGetUSPreMarketRank "Qot_GetUSPreMarketRank",
    3411 QotGetUSAfterHoursRank "Qot_GetUSAfterHoursRank",
    3412 QotGetUSOvernightRank "Qot_GetUSOvernightRank",
    3413 QotGetTopMoversRank "Qot_GetTopMoversRank",
    3414 QotGetHotList "Qot_GetHotList",
    3415 QotGetShortSellingRank "Qot_GetShortSellingRank",
    3416 QotGetPeriodChangeRank "Qot_GetPeriodChangeRank",
    3417 QotGetHighDividendSOERank "Qot_GetHighDividendSOERank",
    3418 QotGetInstitutionList "Qot_GetInstitutionList",
    3419 QotGetInstitutionProfile "Qot_GetInstitutionProfile",
    3420 QotGetInstitutionDistribution "Qot_GetInstitutionDistribution",
    3421 QotGetInstitutionHoldingChange "Qot_GetInstitutionHoldingChange",
    3422 QotGetInstitutionHoldingList "Qot_GetInstitutionHoldingList",
    3423 QotGetArkFundHolding "Qot_GetArkFundHolding",
    3424 QotGetArkStockDynamic "Qot_GetArkStockDynamic",
    3425 QotGetArkActiveTransaction "Qot_GetArkActiveTransaction",
    3426 QotGetRatingChange "Qot_GetRatingChange",
    3427 QotGetIndustrialChainList "Qot_GetIndustrialChainList",
    3428 QotGetIndustrialChainDetail "Qot_GetIndustrialChainDetail",
    3429 QotGetIndustrialChainByPlate "Qot_GetIndustrialChainByPlate",
    3430 QotGetIndustrialPlateInfo "Qot_GetIndustrialPlateInfo",
    3431 QotGetIndustrialPlateStock "Qot_GetIndustrialPlateStock",
    3432 QotGetHeatMapData "Qot_GetHeatMapData",
    3433 QotGetRiseFallDistribution "Qot_GetRiseFallDistribution",
    3434 QotGetEventContractCategory "Qot_GetEventContractCategory",
    3435 QotFilterCompetition "Qot_FilterCompetition",
    3436 QotGetEventContractSeriesList "Qot_GetEventContractSeriesList",
    3437 QotGetEventContractEventList "Qot_GetEventContractEventList",
    3438 QotGetEventContract "Qot_GetEventContract",
    3439 QotGetEventContractMilestoneList "Qot_GetEventContractMilestoneList",
    3445 QotGetEventContractSnapshot "Qot_GetEventContractSnapshot",
    3446 QotGetEventContractOrderBook "Qot_GetEventContractOrderBook",
    3447 QotGetEventContractKline "Qot_GetEventContractKline",
    3448 QotGetEventContractTicker "Qot_GetEventContractTicker",
    3450 QotUpdateEventContractOrderBook "Qot_UpdateEventContractOrderBook",
    3451 QotUpdateEventContractKline "Qot_UpdateEventContractKline",
    3452 QotUpdateEventContractTicker "Qot_UpdateEventContractTicker",
    3453 QotGetEventContractComboList "Qot_GetEventContractComboList",
    3454 QotGetEventContractComboRfq "Qot_GetEventContractComboRfq",
    3455 QotSubEventContract "Qot_SubEventContract",
    3456 QotRequestHistoryEventContractKL "Qot_RequestHistoryEventContractKL",
    3801 SkillWrapTechnicalUnusual "SkillWrap_TechnicalUnusual",
    3802 SkillWrapFinancialUnusual "SkillWrap_FinancialUnusual",
    3803 SkillWrapDerivativeUnusual "SkillWrap_DerivativeUnusual",
}

/// Who speaks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The client asks and the gateway replies with the same id and serial number.
    Request,
    /// The gateway sends it unasked; there is no request.
    Push,
}

/// What a request changes. Decides whether it may be sent again when its reply
/// was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing: it only reads.
    Read,
    /// This connection only: its set-up, subscriptions and pushes. Sending it twice is the same as once.
    Connection,
    /// The lock of trading for the whole gateway.
    Lock,
    /// Orders. Carries a [`PacketID`](super::messages::common::PacketId); never to be sent again blindly.
    Order,
    /// The user's watch lists, reminders and alerts.
    Settings,
    /// The gateway's own login or state.
    Gateway,
}

impl Id {
    /// The number in the frame's header.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// Request or push.
    pub const fn direction(self) -> Direction {
        match self {
            Id::Notify
            | Id::TrdUpdateOrder
            | Id::TrdUpdateOrderFill
            | Id::QotUpdateBasicQot
            | Id::QotUpdateKL
            | Id::QotUpdateRT
            | Id::QotUpdateTicker
            | Id::QotUpdateOrderBook
            | Id::QotUpdateBroker
            | Id::QotUpdatePriceReminder
            | Id::QotPushIndicatorCalc
            | Id::QotUpdateOptionEvent
            | Id::QotUpdateEventContractOrderBook
            | Id::QotUpdateEventContractKline
            | Id::QotUpdateEventContractTicker => Direction::Push,
            _ => Direction::Request,
        }
    }

    /// Whether the gateway sends it unasked.
    pub const fn is_push(self) -> bool {
        matches!(self.direction(), Direction::Push)
    }

    /// What the request changes; a push changes nothing.
    pub const fn effect(self) -> Effect {
        match self {
            Id::InitConnect
            | Id::KeepAlive
            | Id::TrdSubAccPush
            | Id::QotSub
            | Id::QotRegQotPush
            | Id::QotSubEventContract => Effect::Connection,
            Id::TrdUnlockTrade => Effect::Lock,
            Id::TrdPlaceOrder | Id::TrdModifyOrder | Id::TrdPlaceComboOrder => Effect::Order,
            Id::QotModifyUserSecurity | Id::QotSetPriceReminder | Id::QotSetOptionEventAlert => Effect::Settings,
            Id::Verification | Id::TestCmd | Id::InitQuantMode => Effect::Gateway,
            _ => Effect::Read,
        }
    }

    /// Whether the request may be sent again when its reply was lost.
    pub const fn is_repeatable(self) -> bool {
        matches!(self.effect(), Effect::Read | Effect::Connection) && !self.is_push()
    }

    /// Whether the real gateway answers only for securities that are subscribed.
    pub const fn needs_subscription(self) -> bool {
        matches!(
            self,
            Id::QotGetBasicQot
                | Id::QotGetKL
                | Id::QotGetRT
                | Id::QotGetTicker
                | Id::QotGetOrderBook
                | Id::QotGetBroker
        )
    }

    /// Schema of the request; `None` for a push and for an id without messages here.
    pub fn request(self) -> Option<&'static Message> {
        if self.is_push() { None } else { schema::package(self.name()).0 }
    }

    /// Schema of the reply or the push; `None` for an id without messages here.
    pub fn reply(self) -> Option<&'static Message> {
        schema::package(self.name()).1
    }
}

impl fmt::Display for Id {
    /// `3006 Qot_GetKL`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.name())
    }
}

impl TryFrom<u32> for Id {
    type Error = UnknownId;

    fn try_from(number: u32) -> Result<Self, UnknownId> {
        Id::from_u32(number).ok_or(UnknownId(number))
    }
}

/// A number that is no protocol id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("protocol id {0} does not exist")]
pub struct UnknownId(pub u32);
