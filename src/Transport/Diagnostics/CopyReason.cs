namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>Why a file was copied through user space instead of being sent by the kernel.</summary>
internal enum CopyReason
{
    /// <summary>The length is not known in advance, so the body is chunked or ends with the connection.</summary>
    NoContentLength,

    /// <summary>The response carries a transfer coding.</summary>
    TransferEncoding,

    /// <summary>The response has no body, or none that is sent (HEAD, 204, 205, 304).</summary>
    NoBody,

    /// <summary>Too small for the second system call to pay.</summary>
    Small,

    /// <summary>A middleware stands between Kestrel and the socket (Kestrel's HTTPS, connection logging), or a flush was pending.</summary>
    OutputWrapped,

    /// <summary>The transport's TLS encrypts in user space.</summary>
    UserSpaceTls,

    /// <summary>Not a regular file.</summary>
    NotRegularFile,

    /// <summary>The kernel refused sendfile for this file or socket.</summary>
    RefusedByKernel,
}
