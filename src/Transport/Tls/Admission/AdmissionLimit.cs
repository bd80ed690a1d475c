namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>The limit that a handshake met. In snake case these are the values of <c>aeronet.rejection.reason</c>.</summary>
internal enum AdmissionLimit
{
    None,

    /// <summary>As many handshakes are in progress as may be.</summary>
    Concurrency,

    /// <summary>As many handshakes have begun lately as may.</summary>
    Rate,

    /// <summary>The client has as many in progress as it may.</summary>
    ClientConcurrency,

    /// <summary>The client has begun as many lately as it may.</summary>
    ClientRate,
}
