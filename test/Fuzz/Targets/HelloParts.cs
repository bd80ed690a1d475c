using System.Buffers.Binary;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>A well-formed ClientHello in its parts (RFC 8446, section 4.1.2), to be put together in another order.</summary>
internal sealed record HelloParts(byte[] Beginning, byte[] Ciphers, byte[] Compression, IReadOnlyList<(ushort Type, byte[] Data)> Extensions)
{
    private const int BeforeSession = 4 + 2 + 32;

    /// <summary>Takes a message apart; null unless its lengths add up to all of it.</summary>
    internal static HelloParts? TryRead(ReadOnlySpan<byte> message)
    {
        if (message.Length < BeforeSession + 1 || message[0] != 1)
            return null;

        var beginning = BeforeSession + 1 + message[BeforeSession];
        if (beginning > message.Length)
            return null;

        var rest = message[beginning..];
        if (!TryTake(ref rest, 2, out var ciphers) || !TryTake(ref rest, 1, out var compression) || !TryTake(ref rest, 2, out var list) || !rest.IsEmpty || ciphers.Length % 2 != 0)
            return null;

        var extensions = new List<(ushort, byte[])>();
        while (list.Length >= 2)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(list);
            list = list[2..];
            if (!TryTake(ref list, 2, out var data))
                return null;

            extensions.Add((type, data.ToArray()));
        }

        return list.IsEmpty ? new HelloParts(message[..beginning].ToArray(), ciphers.ToArray(), compression.ToArray(), extensions) : null;
    }

    internal byte[] ToMessage()
    {
        var list = Extensions.SelectMany(extension => (byte[])[.. Two(extension.Type), .. Two(extension.Data.Length), .. extension.Data]).ToArray();
        return [.. Beginning, .. Two(Ciphers.Length), .. Ciphers, (byte)Compression.Length, .. Compression, .. Two(list.Length), .. list];
    }

    /// <summary>A hello of somebody who wants these ciphers and extensions.</summary>
    internal static byte[] Make(ushort[] ciphers, params (ushort, byte[])[] extensions) =>
        new HelloParts([1, 0, 0, 0, 3, 3, .. new byte[32], 0], [.. ciphers.SelectMany(cipher => Two(cipher))], [0], extensions).ToMessage();

    private static byte[] Two(int value) => [(byte)(value >> 8), (byte)value];

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (rest.Length < lengthBytes)
            return false;

        var length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length - lengthBytes < length)
            return false;

        taken = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}
