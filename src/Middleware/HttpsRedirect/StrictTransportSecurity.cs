using System.Globalization;
using Aeronet.AspNetCore.Middleware.Hosts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>
/// Puts the <c>Strict-Transport-Security</c> field on responses. For those over https only (RFC 6797 section 7.2).
/// </summary>
internal sealed class StrictTransportSecurity
{
    private readonly StringValues _value;

    private StrictTransportSecurity(TimeSpan maxAge, bool includeSubDomains, bool preload)
    {
        var seconds = ((long)maxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        _value = $"max-age={seconds}{(includeSubDomains ? "; includeSubDomains" : "")}{(preload ? "; preload" : "")}";
    }

    /// <summary>Null if the field is not to be sent.</summary>
    public static StrictTransportSecurity? Create(AeronetHstsOptions options) =>
        options.MaxAge is { } maxAge ? new StrictTransportSecurity(maxAge, options.IncludeSubDomains, options.Preload) : null;

    // At once and not when the response starts, which would cost every request an entry in a list.
    public void Apply(HttpContext context)
    {
        if (HostField.TryParse(context.Request.Headers.Host.ToString(), out var host) && IsEligible(host))
        {
            context.Response.Headers.StrictTransportSecurity = _value;
        }
    }

    // Browsers ignore the field for IP addresses (RFC 6797 section 8.1.1). Under localhost (RFC 6761 section 6.3) it would
    // shut a developer out of every other application on the machine.
    private static bool IsEligible(HostField host) => host.Kind == HostKind.Name
        && !host.Name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !host.Name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
