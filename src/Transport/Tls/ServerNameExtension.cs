using System.Buffers.Binary;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>The server_name extension of a ClientHello (RFC 6066, section 3).</summary>
internal static class ServerNameExtension
{
    /// <summary>The first host name; empty when there is none or the extension is malformed.</summary>
    internal static string Parse(ReadOnlySpan<byte> extension)
    {
        // ServerNameList length, then entries of type, length, name. Only type 0, host_name, was ever defined.
        if (extension.Length < 5 || BinaryPrimitives.ReadUInt16BigEndian(extension) != extension.Length - 2 || extension[2] != 0)
        {
            return "";
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(extension[3..]);
        var name = extension[5..];
        return length == 0 || length > name.Length || name[..length].ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)
            ? ""
            : Encoding.ASCII.GetString(name[..length]);
    }
}
