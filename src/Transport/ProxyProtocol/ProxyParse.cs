namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>What the first bytes of a connection are: a header, the beginning of one, or none.</summary>
internal readonly struct ProxyParse
{
    /// <summary>More bytes are needed to tell.</summary>
    internal static ProxyParse Incomplete => default;

    /// <summary>The header; null while it is incomplete, and when it is refused.</summary>
    internal ProxyHeader? Header { get; private init; }

    /// <summary>How many bytes it takes.</summary>
    internal int Length { get; private init; }

    /// <summary>Why there is none, whatever may follow.</summary>
    internal ProxyRefusal Refusal { get; private init; }

    internal bool IsIncomplete => Header is null && Refusal == ProxyRefusal.None;

    internal static ProxyParse Complete(ProxyHeader header, int length) => new() { Header = header, Length = length };

    internal static ProxyParse Refused(ProxyRefusal refusal) => new() { Refusal = refusal };
}
