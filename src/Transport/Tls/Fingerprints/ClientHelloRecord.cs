using System.Buffers;
using System.Buffers.Binary;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>A ClientHello in its record layer (RFC 8446, section 5.1), the form in which Kestrel shows it.</summary>
internal static class ClientHelloRecord
{
    private const int HeaderLength = 5;

    /// <summary>Puts a message into as few records as it takes, which is one up to 16 KiB.</summary>
    internal static byte[] Wrap(ReadOnlySpan<byte> message)
    {
        var count = (message.Length + OpenSsl.SSL3_RT_MAX_PLAIN_LENGTH - 1) / OpenSsl.SSL3_RT_MAX_PLAIN_LENGTH;
        var records = new byte[message.Length + (count * HeaderLength)];
        for (var target = records.AsSpan(); !message.IsEmpty;)
        {
            var part = message[..Math.Min(message.Length, OpenSsl.SSL3_RT_MAX_PLAIN_LENGTH)];
            "\x16\x03\x01"u8.CopyTo(target);
            BinaryPrimitives.WriteUInt16BigEndian(target[3..], (ushort)part.Length);
            part.CopyTo(target[HeaderLength..]);
            target = target[(HeaderLength + part.Length)..];
            message = message[part.Length..];
        }

        return records;
    }

    /// <summary>The message in one record.</summary>
    internal static byte[] Unwrap(in ReadOnlySequence<byte> record) => record.Length > HeaderLength ? record.Slice(HeaderLength).ToArray() : [];
}
