using System.Globalization;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Checks one policy.</summary>
/// <param name="section">The policy's key.</param>
/// <param name="options">The policy.</param>
/// <param name="errors">Where to put what is wrong.</param>
internal sealed class CorsPolicyValidator(string section, AeronetCorsPolicyOptions options, List<AeronetCorsError> errors)
{
    private static readonly TimeSpan LongestMaxAge = TimeSpan.FromDays(1);

    private PublicSuffixes? _publicSuffixes;

    public void Check()
    {
        CheckOrigins();
        CheckMethods();
        CheckRequestHeaders();
        CheckExposedHeaders();
        CheckTimingOrigins();
        if (options.MaxAge is { } maxAge
            && (maxAge < TimeSpan.Zero || maxAge > LongestMaxAge || maxAge.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            Add(
                AeronetCorsErrorKind.InvalidMaxAge,
                nameof(options.MaxAge),
                maxAge.ToString("c", CultureInfo.InvariantCulture),
                "use 00:00:00 to 1.00:00:00 (86400 s) in whole seconds, for no browser keeps it longer");
        }
    }

    private void CheckOrigins()
    {
        if (options.Origins.Count == 0)
        {
            Add(AeronetCorsErrorKind.Contradiction, nameof(options.Origins), "", "name an origin such as 'https://app.example.com'");
        }

        foreach (var origin in options.Origins)
        {
            CheckOrigin(origin ?? "");
        }
    }

    private void CheckOrigin(string origin)
    {
        if (origin == FetchNames.Any)
        {
            if (options.Credentials)
            {
                Refuse(
                    AeronetCorsErrorKind.AnyOriginWithCredentials,
                    origin,
                    $"name the origins, or set {section}:{nameof(options.Credentials)} to false");
            }
            else if (options.Origins.Count > 1)
            {
                Refuse(AeronetCorsErrorKind.Contradiction, origin, "remove it, or the origins beside it, which it makes void");
            }
        }
        else if (origin == "null")
        {
            if (options.Credentials)
            {
                Refuse(
                    AeronetCorsErrorKind.NullOriginWithCredentials,
                    origin,
                    "remove it, for any site can make a page of this origin, "
                        + $"or set {section}:{nameof(options.Credentials)} to false");
            }
        }
        else if (OriginPattern.Parse(origin, out var error, out var remedy) is not { } pattern)
        {
            Refuse(error, origin, remedy);
        }
        else if (options.Credentials)
        {
            CheckWithCredentials(origin, pattern);
        }
    }

    private void CheckWithCredentials(string origin, OriginPattern pattern)
    {
        if (!options.DangerousInsecureOrigins && !pattern.IsSecure)
        {
            Refuse(
                AeronetCorsErrorKind.InsecureOriginWithCredentials,
                origin,
                $"use https, or set {section}:{nameof(options.DangerousInsecureOrigins)} to true");
        }

        if (!options.DangerousPublicSuffixes && pattern.Subdomains && IsPublicSuffix(pattern.Host[1..]))
        {
            Refuse(
                AeronetCorsErrorKind.PublicSuffixWithCredentials,
                origin,
                $"use names below one of your own, for anybody can have one below '{pattern.Host[1..]}', "
                    + $"or set {section}:{nameof(options.DangerousPublicSuffixes)} to true");
        }
    }

    // What is below localhost is the machine itself (RFC 6761 section 6.3).
    private bool IsPublicSuffix(string name) => name != "localhost" && (_publicSuffixes ??= PublicSuffixes.Load()).Contains(name);

    private void CheckMethods()
    {
        foreach (var method in options.Methods)
        {
            if (!FetchNames.IsToken(method))
            {
                Add(AeronetCorsErrorKind.InvalidMethod, nameof(options.Methods), method, "use a method such as 'PUT'");
            }
            else if (FetchNames.IsForbiddenMethod(method))
            {
                Add(
                    AeronetCorsErrorKind.ForbiddenMethod,
                    nameof(options.Methods),
                    method,
                    "remove it, for browsers never send it for a script");
            }
            else if (FetchNames.Capital(method) is { } capital)
            {
                Add(
                    AeronetCorsErrorKind.InvalidMethod,
                    nameof(options.Methods),
                    method,
                    $"use '{capital}', for methods are compared with regard to case");
            }
        }
    }

    private void CheckRequestHeaders()
    {
        foreach (var name in options.RequestHeaders)
        {
            if (!FetchNames.IsToken(name))
            {
                Add(AeronetCorsErrorKind.InvalidHeader, nameof(options.RequestHeaders), name, "use a field such as 'Content-Type'");
            }
            else if (FetchNames.IsForbiddenRequestHeader(name))
            {
                Add(
                    AeronetCorsErrorKind.ForbiddenHeader,
                    nameof(options.RequestHeaders),
                    name,
                    "remove it, for browsers let no script set it");
            }
        }
    }

    private void CheckExposedHeaders()
    {
        foreach (var name in options.ExposedHeaders)
        {
            if (!FetchNames.IsToken(name))
            {
                Add(AeronetCorsErrorKind.InvalidHeader, nameof(options.ExposedHeaders), name, "use a field such as 'ETag'");
            }
            else if (FetchNames.IsForbiddenResponseHeader(name))
            {
                Add(
                    AeronetCorsErrorKind.ForbiddenHeader,
                    nameof(options.ExposedHeaders),
                    name,
                    "remove it, for browsers let no script read it");
            }
            else if (name == FetchNames.Any && options.Credentials)
            {
                Add(
                    AeronetCorsErrorKind.AnyHeaderWithCredentials,
                    nameof(options.ExposedHeaders),
                    name,
                    "name the fields, for with credentials the asterisk is a name like any other");
            }
        }
    }

    private void CheckTimingOrigins()
    {
        foreach (var origin in options.TimingOrigins.Where(origin => origin is not (FetchNames.Any or "null")))
        {
            if (OriginPattern.Parse(origin, out var error, out var remedy) is not { } pattern)
            {
                Add(error, nameof(options.TimingOrigins), origin, remedy);
            }
            else if (!pattern.IsExact)
            {
                Add(
                    AeronetCorsErrorKind.InvalidWildcard,
                    nameof(options.TimingOrigins),
                    origin,
                    "name each origin, or use '*' alone, for the field knows no other wildcard");
            }
        }
    }

    private void Refuse(AeronetCorsErrorKind kind, string origin, string remedy) => Add(kind, nameof(options.Origins), origin, remedy);

    private void Add(AeronetCorsErrorKind kind, string key, string? value, string remedy) =>
        errors.Add(new AeronetCorsError(kind, $"{section}:{key}", value, remedy));
}
