//! `Registry`: the plugins a program knows, with their parameters.
//!
//! An explicit table: what is in it was put there by name. Parameters are plain
//! serde structs made with `parameters!`, which also keeps each one's doc, default
//! and range, so that every plugin can be listed, described, checked and swept.

use serde_json::{Map, Value};

use crate::setup::SetupError;
use crate::strategy::{Exit, Filter, Signal, Sizer, Strategy};

/// The values a parameter may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Whole numbers, both ends included.
    Integer(i64, i64),
    /// Finite numbers, both ends included.
    Number(f64, f64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Any text of at most 200 characters.
    Text,
    /// true or false.
    Flag,
}

impl std::fmt::Display for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(low, high) => write!(f, "a whole number from {low} to {high}"),
            Self::Number(low, high) => write!(f, "a number from {low} to {high}"),
            Self::OneOf(names) => {
                write!(f, "one of {}", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))
            }
            Self::Text => write!(f, "a text"),
            Self::Flag => write!(f, "true or false"),
        }
    }
}

impl Domain {
    /// True when a value is in the domain.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        match self {
            Self::Integer(low, high) => value.as_i64().is_some_and(|v| (*low..=*high).contains(&v)),
            Self::Number(low, high) => value.as_f64().is_some_and(|v| v >= *low && v <= *high),
            Self::OneOf(names) => value.as_str().is_some_and(|v| names.contains(&v)),
            Self::Text => value.as_str().is_some_and(|v| v.chars().count() <= 200),
            Self::Flag => value.is_boolean(),
        }
    }
}

/// One parameter of a plugin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Name in the config.
    pub name: &'static str,
    /// What it means, with its unit.
    pub doc: &'static str,
    /// What it may be.
    pub domain: Domain,
}

/// A struct of parameters; made with `parameters!`.
pub trait Parameters: serde::Serialize + serde::de::DeserializeOwned + Default {
    /// Its fields, in order.
    const FIELDS: &'static [Field];
}

/// Makes a struct of parameters with docs, defaults and domains:
///
/// ```
/// engine_core::parameters! {
///     /// Parameters of a crossing of two averages.
///     pub struct CrossParameters {
///         /// Bars of the fast average.
///         fast: usize = 10, Domain::Integer(1, 10_000);
///         /// Bars of the slow average.
///         slow: usize = 30, Domain::Integer(2, 10_000);
///     }
/// }
/// assert_eq!(CrossParameters::default().slow, 30);
/// ```
#[macro_export]
macro_rules! parameters {
    ($(#[doc = $struct_doc:literal])* pub struct $name:ident {
        $($(#[doc = $doc:literal])* $field:ident: $ty:ty = $default:expr, $domain:expr;)*
    }) => {
        $(#[doc = $struct_doc])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $ty,)*
        }
        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
        impl $crate::registry::Parameters for $name {
            const FIELDS: &'static [$crate::registry::Field] = {
                #[allow(unused_imports)]
                use $crate::registry::Domain;
                &[$($crate::registry::Field {
                    name: stringify!($field),
                    doc: concat!($($doc),*),
                    domain: $domain,
                },)*]
            };
        }
    };
}

/// What every plugin is.
pub trait Plugin: Sized + 'static {
    /// Its name in configs.
    const NAME: &'static str;
    /// One sentence: what it does.
    const DOC: &'static str;
    /// Its parameters.
    type Parameters: Parameters;

    /// Makes it from parameters that are within their domains.
    ///
    /// # Errors
    /// Parameters that do not fit each other.
    fn new(parameters: Self::Parameters) -> Result<Self, SetupError>;
}

/// What part a plugin plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A whole strategy.
    Strategy,
    /// Decides when.
    Signal,
    /// May veto an entry.
    Filter,
    /// Decides how much.
    Sizer,
    /// Protects and takes profit.
    Exit,
}

impl Role {
    /// The name used in listings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::Signal => "signal",
            Self::Filter => "filter",
            Self::Sizer => "sizing",
            Self::Exit => "exit",
        }
    }
}

type Make<T> = fn(Map<String, Value>) -> Result<Box<T>, SetupError>;

#[derive(Clone, Copy)]
enum Maker {
    Strategy(Make<dyn Strategy>),
    Signal(Make<dyn Signal>),
    Filter(Make<dyn Filter>),
    Sizer(Make<dyn Sizer>),
    Exit(Make<dyn Exit>),
}

/// One plugin of a registry.
#[derive(Clone)]
pub struct Registered {
    /// Its name in configs.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Its part.
    pub role: Role,
    /// Its parameters.
    pub fields: &'static [Field],
    /// Their defaults, in order.
    pub defaults: Vec<Value>,
    make: Maker,
}

/// The plugins a program knows.
#[derive(Clone, Default)]
pub struct Registry {
    plugins: Vec<Registered>,
}

fn build<T: Plugin>(values: Map<String, Value>) -> Result<T, SetupError> {
    for (key, value) in &values {
        match T::Parameters::FIELDS.iter().find(|f| f.name == key) {
            Some(field) if !field.domain.contains(value) => {
                return Err(SetupError::parameter(key, format!("is {value}, expected {}", field.domain)));
            }
            Some(_) => {}
            None => {
                return Err(SetupError::parameter(key, format!("is no parameter of {}", T::NAME)));
            }
        }
    }
    let parameters =
        serde_json::from_value(Value::Object(values)).map_err(|e| SetupError::parameter(T::NAME, e.to_string()))?;
    T::new(parameters)
}

impl Registry {
    /// Without plugins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn add<T: Plugin>(mut self, role: Role, make: Maker) -> Self {
        let defaults = serde_json::to_value(T::Parameters::default()).unwrap_or_default();
        let fields = T::Parameters::FIELDS;
        self.plugins.retain(|p| !(p.role == role && p.name == T::NAME));
        self.plugins.push(Registered {
            name: T::NAME,
            doc: T::DOC,
            role,
            fields,
            defaults: fields.iter().map(|f| defaults.get(f.name).cloned().unwrap_or_default()).collect(),
            make,
        });
        self
    }

    /// With a whole strategy. A plugin of the same part and name is replaced.
    #[must_use]
    pub fn with<T: Plugin + Strategy>(self) -> Self {
        self.add::<T>(Role::Strategy, Maker::Strategy(|v| Ok(Box::new(build::<T>(v)?))))
    }

    /// With a signal.
    #[must_use]
    pub fn signal<T: Plugin + Signal>(self) -> Self {
        self.add::<T>(Role::Signal, Maker::Signal(|v| Ok(Box::new(build::<T>(v)?))))
    }

    /// With a filter.
    #[must_use]
    pub fn filter<T: Plugin + Filter>(self) -> Self {
        self.add::<T>(Role::Filter, Maker::Filter(|v| Ok(Box::new(build::<T>(v)?))))
    }

    /// With a sizer.
    #[must_use]
    pub fn sizer<T: Plugin + Sizer>(self) -> Self {
        self.add::<T>(Role::Sizer, Maker::Sizer(|v| Ok(Box::new(build::<T>(v)?))))
    }

    /// With an exit.
    #[must_use]
    pub fn exit<T: Plugin + Exit>(self) -> Self {
        self.add::<T>(Role::Exit, Maker::Exit(|v| Ok(Box::new(build::<T>(v)?))))
    }

    /// All plugins, in the order they were added.
    #[must_use]
    pub fn plugins(&self) -> &[Registered] {
        &self.plugins
    }

    /// A plugin by part and name.
    #[must_use]
    pub fn find(&self, role: Role, name: &str) -> Option<&Registered> {
        self.plugins.iter().find(|p| p.role == role && p.name == name)
    }
}

macro_rules! make {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $part:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// The plugin plays another part, a parameter is outside its domain, or
        /// parameters do not fit each other.
        pub fn $name(&self, values: Map<String, Value>) -> Result<Box<dyn $part>, SetupError> {
            match self.make {
                Maker::$variant(make) => make(values),
                _ => Err(SetupError::parameter(self.name, concat!("is no ", stringify!($part)))),
            }
        }
    };
}

impl Registered {
    make!(
        /// Makes a whole strategy.
        strategy, Strategy, Strategy
    );
    make!(
        /// Makes a signal.
        signal, Signal, Signal
    );
    make!(
        /// Makes a filter.
        filter, Filter, Filter
    );
    make!(
        /// Makes a sizer.
        sizer, Sizer, Sizer
    );
    make!(
        /// Makes an exit.
        exit, Exit, Exit
    );
}
