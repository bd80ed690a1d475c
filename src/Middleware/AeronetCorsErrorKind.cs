namespace Aeronet.AspNetCore.Middleware;

/// <summary>What is wrong with a value of <see cref="AeronetCorsOptions"/>.</summary>
public enum AeronetCorsErrorKind
{
    /// <summary>A policy has no origins, or a list has an entry that makes the others void.</summary>
    Contradiction,

    /// <summary>Not an origin at all.</summary>
    InvalidOrigin,

    /// <summary>An origin with something behind its port: a slash, a path, a query.</summary>
    OriginWithPath,

    /// <summary>An origin with the port that its scheme has anyway, which browsers leave out.</summary>
    DefaultPort,

    /// <summary>An origin in another script than ASCII, or with capital letters where browsers send small ones: they send punycode.</summary>
    NotAsSerialized,

    /// <summary>A wildcard where none can be.</summary>
    InvalidWildcard,

    /// <summary>Every origin, with credentials.</summary>
    AnyOriginWithCredentials,

    /// <summary>The origin <c>null</c>, which every sandboxed page has, with credentials.</summary>
    NullOriginWithCredentials,

    /// <summary>An origin of http, ws or ftp that is not loopback, with credentials.</summary>
    InsecureOriginWithCredentials,

    /// <summary>Every name below a public suffix, with credentials.</summary>
    PublicSuffixWithCredentials,

    /// <summary>Not a method, or one in small letters.</summary>
    InvalidMethod,

    /// <summary>A method that browsers let nobody use.</summary>
    ForbiddenMethod,

    /// <summary>Not the name of a field.</summary>
    InvalidHeader,

    /// <summary>A field that browsers let nobody set or read, or that has no place there.</summary>
    ForbiddenHeader,

    /// <summary>All response fields, with credentials, for which the asterisk is a name like any other.</summary>
    AnyHeaderWithCredentials,

    /// <summary>Not 0 to 86400 whole seconds.</summary>
    InvalidMaxAge,

    /// <summary>A policy that is used and does not exist.</summary>
    UnknownPolicy,
}
