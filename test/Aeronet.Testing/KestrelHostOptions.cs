using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Aeronet.Testing;

/// <summary>How a <see cref="KestrelHost"/> is set up.</summary>
public sealed class KestrelHostOptions
{
    /// <summary>Builds the pipeline.</summary>
    public Action<WebApplication>? App { get; set; }

    /// <summary>Adds services and the like, after the transport and the logs are in place.</summary>
    public Action<WebApplicationBuilder>? Builder { get; set; }

    /// <summary>Changes Kestrel's options: limits, further endpoints.</summary>
    public Action<KestrelServerOptions>? Kestrel { get; set; }

    /// <summary>Configures the default endpoint, 127.0.0.1 on a free port.</summary>
    public Action<ListenOptions>? Listen { get; set; }

    /// <summary>Changes the Aeronet transport's options; ignored on the sockets transport.</summary>
    public Action<AeronetTransportOptions>? Transport { get; set; }

    /// <summary>Whether 127.0.0.1:0 is listened on beside the endpoints that <see cref="Kestrel"/> adds.</summary>
    public bool DefaultEndpoint { get; set; } = true;

    /// <summary>The least severe messages captured.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Debug;

    /// <summary>How long stopping waits for requests in flight.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
