namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>What a client is told that speaks HTTP without TLS where TLS is spoken, as by nginx.</summary>
internal static class PlainHttpAnswer
{
    internal static ReadOnlySpan<byte> Bytes =>
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 54\r\nConnection: close\r\n\r\nThis port speaks HTTPS: use https:// and this address."u8;
}
