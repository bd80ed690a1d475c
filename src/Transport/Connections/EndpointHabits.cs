using Aeronet.AspNetCore.Transport.Tls.Admission;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What the connections of one endpoint have in common without anybody having said so. Any thread; a wrong guess costs one system call.</summary>
internal sealed class EndpointHabits
{
    private volatile bool _beginsWithTls;
    private volatile bool _speaksPlainHttp;
    private volatile HandshakeAdmission? _admission;

    /// <summary>
    /// Whether connections begin with TLS, whose first message comes later than Kestrel does: then the loop is to be told of it, and a
    /// look for it would be in vain.
    /// </summary>
    internal bool BeginsWithTls
    {
        get => _beginsWithTls;
        set => _beginsWithTls = value;
    }

    /// <summary>Whether HTTP/1 was spoken without TLS, so that who is not let in can be told in it.</summary>
    internal bool SpeaksPlainHttp
    {
        get => _speaksPlainHttp;
        set => _speaksPlainHttp = value;
    }

    /// <summary>Who is to be asked before a connection is made, where each begins with TLS; null where nobody is.</summary>
    internal HandshakeAdmission? Admission
    {
        get => _admission;
        set => _admission = value;
    }
}
