namespace Aeronet.AspNetCore.Middleware.Hosts;

/// <summary>What a host is written as (RFC 3986 section 3.2.2).</summary>
internal enum HostKind
{
    Name,
    IPv4,
    IPv6,
}
