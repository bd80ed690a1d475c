namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>Why a connection was refused for its PROXY protocol header. In snake case these are the values of <c>aeronet.rejection.reason</c>.</summary>
internal enum ProxyRefusal
{
    None,

    /// <summary>A header is required, and who opened the connection is not trusted to send one.</summary>
    UntrustedPeer,

    /// <summary>The header was not there in time.</summary>
    Timeout,

    /// <summary>The peer ended the connection in the middle of the header.</summary>
    Truncated,

    /// <summary>The connection begins with something else.</summary>
    NoHeader,

    /// <summary>Version 1: no line end within 107 bytes.</summary>
    LineTooLong,

    /// <summary>Version 1: the line is not made of the fields that it should be, or has a CR or LF within.</summary>
    LineMalformed,

    /// <summary>Version 1: an address that is none of the family, or not in its canonical form.</summary>
    AddressMalformed,

    /// <summary>Version 1: a port that is none, or has leading zeros.</summary>
    PortMalformed,

    /// <summary>Version 2: the signature is followed by another version.</summary>
    VersionUnknown,

    /// <summary>Version 2: neither LOCAL nor PROXY.</summary>
    CommandUnknown,

    /// <summary>Version 2: an address family or a transport protocol that there is not.</summary>
    FamilyUnknown,

    /// <summary>Version 2: longer than it may be.</summary>
    TooLong,

    /// <summary>Version 2: too short for the addresses of its family.</summary>
    AddressesTruncated,

    /// <summary>Version 2: a value goes beyond the end of the header, or of the value that it is in.</summary>
    TlvTruncated,

    /// <summary>Version 2: a value that cannot be one of its type.</summary>
    TlvMalformed,

    /// <summary>Version 2: a value that may come once came again.</summary>
    TlvRepeated,

    /// <summary>Version 2: the checksum is not that of the header.</summary>
    ChecksumWrong,
}
