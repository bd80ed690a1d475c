using System.Buffers.Binary;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>Writes a ClientHello handshake message (RFC 8446, section 4.1.2) of given values.</summary>
internal sealed class ClientHelloBuilder
{
    private readonly List<(ushort Type, byte[] Data)> _extensions = [];

    public ushort Version { get; init; } = 0x0303;

    public ushort[] Ciphers { get; init; } = [0x1301];

    /// <summary>Leaves the extensions out to the last byte, as SSL 3.0 did.</summary>
    public bool WithoutExtensions { get; init; }

    public static byte[] List(params ushort[] values) => [.. values.SelectMany(value => Number(value))];

    public static byte[] Vector16(byte[] bytes) => [.. Number((ushort)bytes.Length), .. bytes];

    public static byte[] Vector8(byte[] bytes) => [(byte)bytes.Length, .. bytes];

    public ClientHelloBuilder With(ushort type, params byte[] data)
    {
        _extensions.Add((type, data));
        return this;
    }

    public byte[] Build()
    {
        byte[] extensions = [.. _extensions.SelectMany(extension => (byte[])[.. Number(extension.Type), .. Vector16(extension.Data)])];
        byte[] body = [.. Number(Version), .. new byte[32], 0, .. Vector16(List(Ciphers)), 1, 0, .. WithoutExtensions ? [] : Vector16(extensions)];
        return [1, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    private static byte[] Number(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }
}
