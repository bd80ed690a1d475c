using System.Globalization;
using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>Checks the options. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetHttpsRedirectOptionsValidator : IValidateOptions<AeronetHttpsRedirectOptions>
{
    private const string Section = AeronetHttpsRedirectOptions.SectionName;
    private const string HstsSection = $"{Section}:{nameof(AeronetHttpsRedirectOptions.Hsts)}";
    private const string PortRemedy = "1 to 65535";
    private const int HttpPort = 80;

    // What hstspreload.org asks for.
    private static readonly TimeSpan PreloadMaxAge = TimeSpan.FromDays(365);
    private static readonly TimeSpan LongestMaxAge = TimeSpan.FromDays(3650);

    public ValidateOptionsResult Validate(string? name, AeronetHttpsRedirectOptions options)
    {
        var failures = new OptionFailures();
        CheckHosts(options, failures);
        CheckPorts(options, failures);
        failures.Check(
            options.StatusCode is 301 or 302 or 307 or 308,
            $"{Section}:{nameof(options.StatusCode)}", options.StatusCode, "301, 302, 307 or 308");
        CheckHsts(options.Hsts, failures);
        return failures.ToResult();
    }

    private static void CheckHosts(AeronetHttpsRedirectOptions options, OptionFailures failures)
    {
        if (options.Host is { } host)
        {
            var isHost = HostAllowList.IsPattern(host) && !host.StartsWith('*');
            failures.Check(
                isHost,
                $"{Section}:{nameof(options.Host)}",
                host,
                "a host name such as 'www.example.com', without scheme, port and path" + Hint(host));
            if (options.AllowedHosts is { Count: > 0 })
            {
                failures.Add($"{Section}:{nameof(options.AllowedHosts)} is set beside {nameof(options.Host)}, which makes it void: "
                    + "remove one of them.");
            }
        }

        foreach (var pattern in options.AllowedHosts ?? [])
        {
            if (!HostAllowList.IsPattern(pattern ?? ""))
            {
                failures.Add($"{Section}:{nameof(options.AllowedHosts)} has '{pattern}': use host names such as 'www.example.com', "
                    + $"or '*.example.com' for all below one, without scheme, port and path{Hint(pattern)}.");
            }
        }
    }

    private static void CheckPorts(AeronetHttpsRedirectOptions options, OptionFailures failures)
    {
        failures.Check(
            options.HttpsPort is null || (HttpsPorts.IsPort(options.HttpsPort.Value) && options.HttpsPort != HttpPort),
            $"{Section}:{nameof(options.HttpsPort)}", options.HttpsPort, PortRemedy + ", and not 80, which is the port of http");
        foreach (var (httpPort, httpsPort) in options.PortMap ?? new Dictionary<int, int>())
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{Section}:{nameof(options.PortMap)}:{httpPort}");
            if (!HttpsPorts.IsPort(httpPort))
            {
                failures.Add($"{key} is not for a port: use {PortRemedy}.");
            }

            failures.Check(
                HttpsPorts.IsPort(httpsPort) && httpsPort != httpPort, key, httpsPort, $"{PortRemedy}, and another than the http port");
        }
    }

    private static void CheckHsts(AeronetHstsOptions hsts, OptionFailures failures)
    {
        var maxAge = hsts.MaxAge;
        failures.Check(
            maxAge is null || (maxAge >= TimeSpan.Zero && maxAge <= LongestMaxAge),
            $"{HstsSection}:{nameof(hsts.MaxAge)}", maxAge, "00:00:00 to 3650.00:00:00");
        if (hsts.Preload && (maxAge is null || maxAge < PreloadMaxAge || !hsts.IncludeSubDomains))
        {
            failures.Add($"{HstsSection}:{nameof(hsts.Preload)} is True: set {HstsSection}:{nameof(hsts.MaxAge)} to 365.00:00:00 or more "
                + $"and {HstsSection}:{nameof(hsts.IncludeSubDomains)} to true, or remove it.");
        }
        else if (hsts.IncludeSubDomains && maxAge is null)
        {
            failures.Add($"{HstsSection}:{nameof(hsts.IncludeSubDomains)} is True: set {HstsSection}:{nameof(hsts.MaxAge)}, without which "
                + "no field is sent, or remove it.");
        }
    }

    // What is sent is the ASCII form: one of other letters would never match.
    private static string Hint(string? host)
    {
        if (string.IsNullOrEmpty(host) || host.All(char.IsAscii))
        {
            return "";
        }

        try
        {
            return $"; in ASCII it is '{new IdnMapping().GetAscii(host)}'";
        }
        catch (ArgumentException)
        {
            return ", and in ASCII";
        }
    }
}
