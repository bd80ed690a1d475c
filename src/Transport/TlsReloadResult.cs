namespace Aeronet.AspNetCore.Transport;

/// <summary>What came of reading the options and certificates of an endpoint again.</summary>
public sealed record TlsReloadResult
{
    /// <summary>The endpoint's address as Kestrel shows it, such as <c>https://127.0.0.1:8443</c>.</summary>
    public required string Address { get; init; }

    /// <summary>
    /// Why the endpoint keeps what it had, naming key, value and remedy, one line for each thing that is wrong; null when it serves by what was read.
    /// </summary>
    public string? Failure { get; init; }
}
