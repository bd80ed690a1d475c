using System.Buffers.Binary;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>The server_name extension of a ClientHello (RFC 6066, section 3).</summary>
internal static class ServerNameExtension
{
    /// <summary>The first host name; empty when the extension is malformed, or what it holds can be no host's name.</summary>
    /// <param name="extension">The extension's data.</param>
    /// <param name="isTooLong">Whether it holds one that is longer than names are. OpenSSL refuses those as well, two characters later.</param>
    internal static string Parse(ReadOnlySpan<byte> extension, out bool isTooLong)
    {
        isTooLong = false;

        // ServerNameList length, then entries of type, length, name. Only type 0, host_name, was ever defined.
        if (extension.Length < 5 || BinaryPrimitives.ReadUInt16BigEndian(extension) != extension.Length - 2 || extension[2] != 0)
        {
            return "";
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(extension[3..]);
        var name = extension[5..];
        if (length == 0 || length > name.Length)
        {
            return "";
        }

        name = name[..length];
        isTooLong = (name[^1] == '.' ? length - 1 : length) > HostNames.MaxLength;
        return isTooLong || name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) ? "" : Encoding.ASCII.GetString(name);
    }
}
