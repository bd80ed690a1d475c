using Aeronet.AspNetCore.Transport.Native.Faults;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <content>In builds that can inject faults alone.</content>
internal sealed unsafe partial class SslSession
{
    /// <summary>The kernel can take over keys from OpenSSL's own BIO alone, and what is early comes from memory.</summary>
    partial void ReadWithFaults()
    {
        if (_out is not null && _earlyByGate == 0)
        {
            FaultyReadBio.Interpose(_sslByGate, _socket);
        }
    }
}
