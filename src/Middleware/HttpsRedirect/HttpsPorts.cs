using System.Globalization;
using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>Finds the https port that stands for an http port.</summary>
internal sealed class HttpsPorts
{
    private const int Unsettled = -1;
    private const int Unknown = 0;

    private readonly Dictionary<int, int> _map;
    private readonly IConfiguration? _configuration;
    private readonly IServerAddressesFeature? _addresses;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly ILogger _logger;
    private int _port;

    public HttpsPorts(
        AeronetHttpsRedirectOptions options,
        IConfiguration? configuration,
        IServerAddressesFeature? addresses,
        IHostApplicationLifetime? lifetime,
        ILogger logger)
    {
        _map = options.PortMap?.ToDictionary() ?? [];
        _configuration = configuration;
        _addresses = addresses;
        _lifetime = lifetime;
        _logger = logger;
        _port = options.HttpsPort ?? ReadPort("HTTPS_PORT") ?? ReadPort("ANCM_HTTPS_PORT") ?? Unsettled;
        if (_port == Unsettled)
        {
            lifetime?.ApplicationStarted.Register(Settle);
        }
    }

    public static bool IsPort(int value) => value is > 0 and <= 65535;

    /// <summary>False if none is known: the request is to pass.</summary>
    public bool TryGet(int httpPort, out int httpsPort)
    {
        if (_map.TryGetValue(httpPort, out httpsPort))
        {
            return true;
        }

        httpsPort = Volatile.Read(ref _port);
        if (httpsPort == Unsettled)
        {
            httpsPort = FindAndSettle();
        }

        return httpsPort != Unknown;
    }

    /// <summary>
    /// What is wrong where http requests of an endpoint would be redirected to its own port, which no https endpoint has; null otherwise. To be
    /// asked when the server has bound its endpoints.
    /// </summary>
    public string? FindOwnPort()
    {
        var https = PortsOf("https://");
        foreach (var port in PortsOf("http://").Except(https))
        {
            if (!_map.ContainsKey(port) && Volatile.Read(ref _port) == port)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{AeronetHttpsRedirectOptions.SectionName}:HttpsPort is {port}, where the server "
                    + $"speaks http: use the port of an https endpoint{(https.Length > 0 ? $" ({string.Join(", ", https)})" : "")}.");
            }
        }

        return null;
    }

    private void Settle() => FindAndSettle();

    private int FindAndSettle()
    {
        var ports = FindPorts();
        var port = ports.Length == 1 ? ports[0] : Unknown;

        // A server takes requests on its first endpoint before it has bound the last one: what is found until it has started
        // is good for the request at hand only.
        var isStarted = _lifetime?.ApplicationStarted.IsCancellationRequested ?? true;
        if (!isStarted || Interlocked.CompareExchange(ref _port, port, Unsettled) != Unsettled)
        {
            return port;
        }

        switch (ports.Length)
        {
            case 0:
                HttpsRedirectLog.NoHttpsPort(_logger);
                break;
            case 1:
                HttpsRedirectLog.HttpsPort(_logger, port);
                break;
            default:
                HttpsRedirectLog.SeveralHttpsPorts(_logger, string.Join(", ", ports));
                break;
        }

        return port;
    }

    private int[] FindPorts()
    {
        var bound = PortsOf("https://");

        // Not every server tells what it is bound to.
        return bound.Length > 0 ? bound : [.. (_configuration?["HTTPS_PORTS"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : Unknown)
            .Where(IsPort)
            .Distinct()];
    }

    private int[] PortsOf(string scheme) =>
    [
        .. (_addresses?.Addresses ?? [])
            .Where(address => address.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            .Select(BindingAddress.Parse)
            .Where(IsTcp)
            .Select(address => address.Port)
            .Distinct(),
    ];

    // Kestrel shows an inherited descriptor as "<file handle>".
    private static bool IsTcp(BindingAddress address) => address is { IsUnixPipe: false, IsNamedPipe: false, Host: not ['<', ..] };

    // The framework's own keys for this: ASPNETCORE_HTTPS_PORT, and what IIS passes on.
    private int? ReadPort(string key)
    {
        if (_configuration?[key] is not { } text)
        {
            return null;
        }

        var failures = new OptionFailures();
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        failures.Check(
            isNumber && IsPort(port), key, text, $"1 to 65535, or set {AeronetHttpsRedirectOptions.SectionName}:HttpsPort instead");
        failures.ThrowIfAny(typeof(AeronetHttpsRedirectOptions));
        return port;
    }
}
