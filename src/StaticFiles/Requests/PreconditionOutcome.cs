namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>What the preconditions of a request come to (RFC 9110 section 13.2.2).</summary>
internal enum PreconditionOutcome
{
    /// <summary>The method is to be performed.</summary>
    Proceed,

    /// <summary>304: what the client has is current.</summary>
    NotModified,

    /// <summary>412: the file is not the one the client means.</summary>
    Failed,
}
