using System.Buffers.Binary;
using System.Text;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>What an HTTP/2 client sends (RFC 9113).</summary>
internal static class Http2Bytes
{
    internal static byte[] Preface { get; } = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    internal static byte[] Frame(byte type, byte flags, int stream, params ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>POST / of localhost on stream 1: indexed fields of the static table, and a literal authority (RFC 7541, appendix A).</summary>
    internal static byte[] Request(bool endStream, bool https = false) =>
        Frame(1, (byte)(4 | (endStream ? 1 : 0)), 1, [0x83, (byte)(https ? 0x87 : 0x86), 0x84, 0x01, 9, .. "localhost"u8]);
}
